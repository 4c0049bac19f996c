"""`sop actor`: people, their roles, rights and logins; standing deputies."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.given import line_of
from sop_engine.console.keeper.reaching import reached_by
from sop_engine.console.names import apart
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.console.tickets import by_title, newest_versions, normal_form
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg
from sop_engine.ticket.firms import firm_of
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE
from sop_engine.values import ValueProblem, read_phone, show_instant
from sop_engine.values.moments import read_date, read_instant
from sop_engine.worktime import at_wall_time

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.store.seam import Person

_MAIL: Final = r"[^@\s]+@[^@\s]+"
_AS_FOR_ALL: Final = "site"
_EACH_AT_ONCE: Final = "none"
_Roles = Annotated[
    list[str] | None,
    option("--role", help=msg("a role, with its scope after @: desk, steward@3"), metavar="ROLE"),
]
_Rights = Annotated[list[str] | None, option("--right", help=msg("a right: admin, assign, stand_in"), metavar="RIGHT")]
_Mail = Annotated[str | None, option("--mail", help=msg("where notices reach him"), metavar="ADDRESS")]
_Phone = Annotated[str | None, option("--phone", help=msg("a phone number"), metavar="NUMBER")]
_Channel = Annotated[
    list[str] | None,
    option("--channel", help=msg("by which channel notices reach him; `site`: as for everybody"), metavar="CHANNEL"),
]
_Digest = Annotated[
    str | None,
    option(
        "--digest",
        help=msg("all notices that are not urgent at this time of day: 08:30; `none`: each at once"),
        metavar="TIME",
    ),
]
_Language = Annotated[str | None, option("--language", help=msg("of notices to him: zh or en"), metavar="LANG")]


def add(
    call: Call,
    actor: Annotated[str, argument(msg("an id: letters, digits and _"), "ID")],
    name: Annotated[str, argument(msg("the person's name"), "NAME")],
    role: _Roles = None,
    right: _Rights = None,
    mail: _Mail = None,
    phone: _Phone = None,
    channel: _Channel = None,
    digest: _Digest = None,
    language: _Language = None,
    login: Annotated[str | None, option("--login", help=msg("the system user that is his"), metavar="LOGIN")] = None,
) -> None:
    """Add a person."""
    require_id(actor)
    if login is not None and not (login and login.isascii() and login.isprintable()):
        # before anything is done: a person without his login would be half of what was asked
        raise NotUnderstood(
            msg("`{actor}` cannot be an id: it has ASCII letters, digits, _, - and . only", actor=login)
        )
    arguments: dict[str, Any] = {
        "actor": actor,
        "name": line_of(name, msg("name")),
        "roles": [],
        "rights": right or [],
        "contact": {},
        "language": known_language(language),
    }
    with call.open() as opened:
        arguments["contact"] = contact_of(opened, {}, mail, phone, channel, digest)
        arguments["roles"] = scoped_roles(opened, role)
        opened.act(opened.command("add_person", SITE, arguments))
        if login is not None:
            opened.act(opened.command("login", SITE, {"login": login, "actor": actor, "people": []}))
        tell_person(opened, actor, reached_by(arguments["contact"], arguments["language"]))


def grant(
    call: Call,
    name: Annotated[str, argument(msg("whom, by id or name"), "NAME")],
    role: Annotated[list[str], argument(msg("roles, with a scope after @"), "ROLE...")],
) -> None:
    """Give somebody roles."""
    _change(call, name, {}, "grant", role)


def revoke(
    call: Call,
    name: Annotated[str, argument(msg("whom, by id or name"), "NAME")],
    role: Annotated[list[str], argument(msg("roles, with a scope after @"), "ROLE...")],
) -> None:
    """Take roles from somebody."""
    _change(call, name, {}, "revoke", role)


def change(
    call: Call,
    name: Annotated[str, argument(msg("whom, by id or name"), "NAME")],
    new_name: Annotated[str | None, option("--name", help=msg("another name"), metavar="NAME")] = None,
    right: _Rights = None,
    no_right: Annotated[
        list[str] | None, option("--no-right", help=msg("a right to take away"), metavar="RIGHT")
    ] = None,
    mail: _Mail = None,
    phone: _Phone = None,
    channel: _Channel = None,
    digest: _Digest = None,
    language: _Language = None,
    active: Annotated[
        bool | None, option("--active/--disabled", help=msg("whether he works here; a disabled person can do nothing"))
    ] = None,
) -> None:
    """Change what is known of somebody, or his rights."""
    changes = {
        "name": line_of(new_name, msg("name")) if new_name else None,
        "give_rights": right,
        "take_rights": no_right,
        "language": known_language(language),
        "active": active,
    }
    given: dict[str, Any] = {key: value for key, value in changes.items() if value is not None}
    reached = (mail, phone, channel, digest)
    if not given and all(each is None for each in reached):
        raise NotUnderstood(msg("nothing to change was named"), fix=msg("see: sop actor change --help"))
    said: list[Message] = []
    if any(each is not None for each in reached):
        with call.open() as opened, opened.site.store.reading() as reading:
            former = find_person(reading, name).contact
            given["contact"] = contact_of(opened, former, *reached)
        named = zip(("mail", "phone", "channels", "digest"), reached, strict=True)
        said = reached_by({key: given["contact"].get(key, "") for key, each in named if each is not None})
    _change(call, name, given, said=[*said, *reached_by({}, language)])


def login(
    call: Call,
    login: Annotated[str, argument(msg("a system user"), "LOGIN")],
    name: Annotated[
        list[str] | None, argument(msg("whose it is; for a terminal everybody who uses it"), "NAME...")
    ] = None,
    terminal: Annotated[
        bool, option("--terminal", help=msg("a shared machine: these people act there with --as"))
    ] = False,
    remove: Annotated[bool, option("--remove", help=msg("take the mapping away"))] = False,
) -> None:
    """Say whose a system user is: one person's, or a terminal of several."""
    named = name or []
    if remove == bool(named) or (len(named) > 1 and not terminal):
        raise NotUnderstood(
            msg("name one person, or several with --terminal, or nobody with --remove"),
            fix=msg("for example: sop actor login desk1 --terminal 王芳 刘洋"),
        )
    with call.open() as opened:
        with opened.site.store.reading() as reading:
            people = [find_person(reading, each).id for each in named]
        mapping: dict[str, Any] = {"login": login, "actor": None, "people": []}
        if people:
            mapping |= {"people": people} if terminal else {"actor": people[0]}
        opened.act(opened.command("login", SITE, mapping))
        if call.json:
            call.output.json(mapping)
        else:
            call.output.tell(msg("{login}: {people}", login=login, people=tuple(people) or msg("nobody's")))


def deputy(
    call: Call,
    name: Annotated[str, argument(msg("who is away"), "NAME")],
    by: Annotated[str, argument(msg("who stands in"), "DEPUTY")],
    since: Annotated[str, option("--from", help=msg("from when: 2026-11-24, or 2026-11-24 08:30"), metavar="TIME")],
    until: Annotated[str, option("--to", help=msg("until when"), metavar="TIME")],
) -> None:
    """Let somebody stand in for another for a time: sop do ... --as NAME."""
    with call.open() as opened:
        with opened.site.store.reading() as reading:
            away, deputy_ = find_person(reading, name).id, find_person(reading, by).id
        times = {word: instant_said(opened, word, said) for word, said in (("from", since), ("to", until))}
        arguments = {"for": away, "by": deputy_, **times}
        opened.act(opened.command("deputy", SITE, arguments))
        if call.json:
            call.output.json(arguments)
        else:
            since_, until_ = (
                show_instant(canonical.instant_of(each), call.language, opened.zone) for each in times.values()
            )
            call.output.tell(
                msg("{by} stands in for {name} from {since} to {until}", by=opened.named(deputy_),
                    name=opened.named(away), since=since_, until=until_)
            )  # fmt: skip


def ls(call: Call) -> None:
    """List people with their roles and logins."""
    with call.open() as opened:
        opened.require_known()
        with opened.site.store.reading() as reading:
            people = [each for each in reading.people() if firm_of({"roles": each.roles}) is None]
            site = reading.ticket(SITE)
        logins = site.fields["logins"] if site else {}
        fields = site.fields if site else {"logins": {}, "people": {}}
        if call.json:
            call.output.json([_json(person, fields) for person in people])
            return
        rows = [
            [
                person.id,
                person.name,
                ", ".join(_scoped_names(person)),
                ", ".join(person.rights),
                ", ".join(_logins(person.id, logins)),
                "" if person.active else msg("disabled"),
                ", ".join(_skills(person.id, fields)),
                ", ".join(_teams(person.id, fields)),
            ]
            for person in people
        ]
        heads = (
            msg("id"), msg("name"), msg("roles"), msg("rights"), msg("logins"), msg("status"), msg("skills"),
            msg("teams"),
        )  # fmt: skip
        call.output.table([Column(head, whole=head is heads[0]) for head in heads], rows)


# --- parts -----------------------------------------------------------------------------------------------------------


def _change(
    call: Call,
    name: str,
    changes: dict[str, Any],
    word: str = "",
    roles: Sequence[str] = (),
    said: Sequence[Message] = (),
) -> None:
    with call.open() as opened:
        with opened.site.store.reading() as reading:
            actor = find_person(reading, name).id
        if word:
            changes[word] = scoped_roles(opened, roles)
        opened.act(opened.command("change_person", SITE, {"actor": actor, **changes}))
        tell_person(opened, actor, said)
        if word == "revoke" or changes.get("active") is False:
            from sop_engine.console.keeper.left_over import tell_left

            tell_left(opened, actor, changes.get("revoke"))


def tell_person(opened: "Opened", actor: str, more: Sequence[Message] = ()) -> None:
    """Say how somebody stands now, and `more` of what was changed."""
    if opened.call.dry_run:
        opened.call.output.tell(msg("this would be done; nothing was kept"), *more)
        return
    with opened.site.store.reading() as reading:
        person = reading.person(actor)
        site = reading.ticket(SITE)
    assert person is not None
    fields = site.fields if site else {"logins": {}, "people": {}}
    if opened.call.json:
        opened.call.output.json(_json(person, fields))
        return
    said: list[Any] = [_scoped_names(person) or msg("no role")]
    if held := _skills(actor, fields):
        said.append(msg("skills: {skills}", skills=tuple(held)))
    if person.rights:
        said.append(msg("rights: {rights}", rights=tuple(person.rights)))
    if not person.active:
        said.append(msg("disabled"))
    said += more
    opened.call.output.tell(
        msg("{name} ({id}): {about}", name=person.name, id=person.id, about=apart(said, opened.call.language))
    )


def _scoped_names(person: "Person") -> tuple[str, ...]:
    return tuple(role if scope is None else f"{role}@{scope}" for role, scope in person.roles)


def _skills(actor: str, fields: Mapping[str, Any]) -> list[str]:
    """`water`, `electrical@2027-06-30`: what somebody has learnt, and until when his licence counts."""
    held = fields["people"].get(actor, {}).get("skills", {})
    return [skill if entry["until"] is None else f"{skill}@{entry['until']}" for skill, entry in sorted(held.items())]


def _teams(actor: str, fields: Mapping[str, Any]) -> list[str]:
    """The teams that somebody is of, or leads."""
    teams = fields.get("teams", {})
    return sorted(team for team, entry in teams.items() if actor in (*entry["people"], entry["lead"]))


def _json(person: "Person", fields: Mapping[str, Any]) -> dict[str, Any]:
    skills = fields["people"].get(person.id, {}).get("skills", {})
    return {
        "id": person.id,
        "name": person.name,
        "active": person.active,
        "roles": [{"role": role, "scope": scope} for role, scope in person.roles],
        "rights": list(person.rights),
        "logins": _logins(person.id, fields["logins"]),
        "contact": person.contact,
        "language": person.language,
        "skills": [{"skill": skill, "until": entry["until"]} for skill, entry in sorted(skills.items())],
        "teams": _teams(person.id, fields),
    }


def _logins(actor: str, logins: dict[str, Any]) -> list[str]:
    return sorted(name for name, entry in logins.items() if entry["actor"] == actor or actor in entry["people"])


def scoped_roles(opened: "Opened", roles: Sequence[str] | None) -> list[list[str | None]]:
    """`steward@3` as (role, scope), the role by id or title. One that no procedure has yet is taken as it stands, with
    a warning: people may be entered before the procedure that needs them is published."""
    if not roles:
        return []
    with opened.site.store.reading() as reading:
        forms = [normal_form(reading, version.digest) for version in newest_versions(reading).values()]
    titles = [(each["id"], each.get("title", {})) for form in forms for each in form["roles"]]
    found: list[list[str | None]] = []
    for said in roles:
        name, _at, scope = line_of(said, msg("roles")).replace("＠", "@").partition("@")
        role = by_title(name, titles, "role")
        if role is None:
            _warn_unknown(opened, name, sorted({id for id, _title in titles}))
        found.append([role or name, scope or None])
    return found


def _warn_unknown(opened: "Opened", role: str, known: Sequence[str]) -> None:
    output, close = opened.call.output, near(role, known)
    output.tell(msg("warning: no published procedure has a role `{role}`; those that there are: {roles}", role=role,
                    roles=tuple(known)))  # fmt: skip
    if close:
        output.tell(msg("did you mean: {names}?", names=tuple(f"`{name}`" for name in close)))


def require_id(actor: str) -> None:
    """Raises `NotUnderstood` where this cannot be a person's id."""
    if not actor.isascii() or not actor.replace("_", "a").replace("-", "a").replace(".", "a").isalnum():
        raise NotUnderstood(
            msg("`{actor}` cannot be an id: it has ASCII letters, digits, _, - and . only", actor=actor),
            fix=msg("for example: sop actor add wang_fang 王芳 --role desk"),
        )


def contact_of(
    opened: "Opened",
    former: Mapping[str, str],
    mail: str | None,
    phone: str | None,
    channel: Sequence[str] | None = None,
    digest: str | None = None,
) -> dict[str, str]:
    """Where and when notices reach somebody: what was known, with what is given now in its place."""
    from sop_engine.engine.notices.routing import OWN_CHANNELS, OWN_DIGEST, channel_names, wall_time

    given = {name: line_of(value, title) for name, value, title in
             (("mail", mail, msg("contact")), ("phone", phone, msg("phone"))) if value}  # fmt: skip
    if phone:
        try:
            given["phone"] = read_phone(given["phone"])
        except ValueProblem as problem:
            raise NotUnderstood(problem.message) from None
    if mail and re.fullmatch(_MAIL, given["mail"]) is None:
        raise NotUnderstood(msg("`{text}` is no mail address", text=given["mail"][:60]),
                            fix=msg("write it like wang.fang@example.org"))  # fmt: skip
    known = channel_names(opened.site.settings)
    for each in channel or ():
        if each not in (*known, _AS_FOR_ALL):
            raise NotUnderstood(
                msg("there is no channel {name}; there are {channels}", name=each, channels=known),
                near=near(each, known),
                fix=msg("name one of them, or describe it under [channels.{name}] in sop.toml", name=each),
            )
    if channel:
        given[OWN_CHANNELS] = " ".join(dict.fromkeys(each for each in channel if each != _AS_FOR_ALL))
    if digest is not None:
        folded = digest.strip().replace("：", ":").rjust(5, "0")  # 8:30 too
        if digest != _EACH_AT_ONCE and wall_time(folded) is None:
            raise NotUnderstood(msg("`{text}` is no time of day such as 08:30", text=digest),
                                fix=msg("write a time, or `none` for each notice at once"))  # fmt: skip
        given[OWN_DIGEST] = "" if digest == _EACH_AT_ONCE else folded
    found = {**former, **given}
    # the record takes no empty contact for a change
    return {name: value for name, value in found.items() if value} or found


def known_language(language: str | None) -> str | None:
    if language not in (None, "zh", "en"):
        raise NotUnderstood(msg("there is no language {language}; there are {languages}", language=language,
                                languages=("zh", "en")))  # fmt: skip
    return language


def instant_said(opened: "Opened", word: str, said: str) -> str:
    """An instant as the record writes it. A bare date counts whole: from its beginning, or up to its end."""
    day = _date(said, opened.now.astimezone(opened.zone).date())
    if day is not None:
        wall = datetime.combine(day + timedelta(days=word == "to"), time())
        return canonical.instant_text(at_wall_time(wall, opened.zone))
    try:
        return canonical.instant_text(read_instant(said, opened.now, opened.zone))
    except ValueProblem as problem:
        raise NotUnderstood(msg("--{word}: {problem}", word=word, problem=problem.message)) from None


def _date(said: str, today: date) -> date | None:
    try:
        return read_date(said, today)
    except ValueProblem:
        return None
