"""The site's own history: people, logins, roles, deputies, publishing, calendar starts, accepted clocks.

It is the same record under the ticket id `site`: one step a command, one chain, replayed by the same means. Its state
stands in a Ticket's `fields`; names and addresses of people are personal, so the state holds their commitments and the
values lie beside the steps.

| field | what it holds |
|---|---|
| `people` | actor -> `{"active", "roles": [[role, scope or null]], "rights", "language"}`, committed name, contact |
| `people.ACTOR.skills` | skill -> `{"until"}`, committed licence; where he has any; see `ticket.site.qualifying` |
| `logins` | system user -> `{"actor": id or null, "people": [ids]}` |
| `deputies` | `[{"for", "by", "from", "to"}]`, instants |
| `versions` | procedure -> `{"number", "digest"}` of the newest |
| `calendars` | calendar -> `{"number", "digest"}` of the newest; not there before the first is published |
| `teams` | not there before the first; see `ticket.site.teaming` |
| `firms` | not there before the first; see `ticket.site.contracting` |
| `pins` | actor -> when he set his PIN; not there before the first one; see `ticket.site.terminals` |
| `pin_codes` | actor -> until when he may set a first PIN with a code; not there before the first one |
| `roster` | `{"number", "digest"}` of the newest roster; not there before the first is loaded |
| `swaps` | swaps of shifts that wait for the other's word; see `ticket.site.rostering` |
| `outages` | `[{"from", "to", "by", "at", "step"}]`; not there before the first; see `ticket.acts.backfilling` |
| `reserved` | number of a ticket -> `{"procedure", "at", "by"}`; none before the first; see `ticket.site.reserving` |
| `moves` | units that change hands; not there before the first; see `ticket.site.moving` |
| `clock` | the instant up to which records ahead of the clock were accepted |
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from sop_engine import canonical, worktime
from sop_engine.messages import Message, msg
from sop_engine.normal_form import from_json, to_json
from sop_engine.procedure import Duration, Schedule, Tree
from sop_engine.ticket.acts import backfilling
from sop_engine.ticket.acts.everyday import sealed_text
from sop_engine.ticket.decide import make_step
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import LARGEST_START, Refused, follow
from sop_engine.ticket.evolve import blank, copy_of
from sop_engine.ticket.former import CHANGES_HANDS
from sop_engine.ticket.near import near
from sop_engine.ticket.people import has_right, identify
from sop_engine.ticket.program import Program
from sop_engine.ticket.questions import Unanswered
from sop_engine.ticket.records import SITE, TIMER, Command, Given, Missing, Refusal, Step, Ticket
from sop_engine.ticket.site import contracting, moving, qualifying, reserving, rostering, teaming, terminals
from sop_engine.ticket.site.parting import end_deputy, leave, require_two
from sop_engine.ticket.site.posts import is_post
from sop_engine.ticket.site.state import people_of, put

RIGHTS: Final = ("admin", "assign", "stand_in")
ACTOR: Final = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
"""a person's id"""
LATE = Duration(1, "h")
"""A calendar start that the sweep reaches later than this was missed."""


def decide_site(program: Program, site: Ticket | None, command: Command, given: Given) -> Step | Refusal | Missing:
    """What `command` makes of the site (None: it begins). As `decide`."""
    working = blank(SITE, SITE, "") if site is None else copy_of(site)
    draft = Draft(program, working, command, given)
    try:
        if site is not None:
            stranger = identify(draft)
            if stranger is not None:
                return Refusal("not_you", stranger)
            free = command.actor == TIMER or command.name in rostering.BY_ANYONE or terminals.is_own(command)
            free = free or reserving.is_free(draft) or backfilling.may_declare(draft) or moving.is_free(draft)
            if not free and not has_right(draft, command.standing_for or command.actor, "admin"):
                return _not_you(draft)
        arguments = _COMMANDS[command.name](draft)
    except Unanswered as missing:
        return missing.missing
    except Refused as refused:
        return refused.refusal
    return make_step(draft, arguments)


# --- commands -------------------------------------------------------------------------------------------------------


def _begin(draft: Draft) -> dict[str, Any]:
    """The site's first step: its administrator, and the login that is his."""
    arguments = dict(draft.command.arguments)
    for name, empty in (("people", {}), ("logins", {}), ("deputies", []), ("versions", {})):
        put(draft, name, empty)
    _check_id(draft.command.login, draft.command.login.isascii())
    recorded = _add_person(draft, arguments)
    logins = dict(draft.ticket.fields["logins"])
    logins[draft.command.login] = {"actor": arguments["actor"], "people": []}
    put(draft, "logins", logins)
    return recorded


def _add_person(draft: Draft, arguments: Mapping[str, Any]) -> dict[str, Any]:
    actor = str(arguments["actor"])
    _check_id(actor, re.fullmatch(ACTOR, actor) is not None)
    people = people_of(draft)
    if actor in people:
        raise Refused(Refusal("not_now", msg("there is an actor {actor} already", actor=actor)))
    _require_no_post(str(arguments.get("name") or ""), actor)
    _check_rights(arguments.get("rights") or [])
    contracting.require_no_firm_role(arguments.get("roles") or [])
    entry: dict[str, Any] = {
        "active": True,
        "roles": sorted_roles(arguments.get("roles") or []),
        "rights": sorted(arguments.get("rights") or []),
        "language": arguments.get("language"),
    }
    recorded = {"actor": actor, **entry}
    for part in ("name", "contact"):
        if arguments.get(part):
            sealed = draft.seal(f"person:{actor}:{part}", arguments[part])
            entry[part] = sealed["commitment"]
            recorded[part] = sealed
    put(draft, "people", {**people, actor: entry})
    return recorded


def _require_no_post(*said: str) -> None:
    """Refuse a name or an id that is a desk's and nobody's."""
    for each in said:
        if is_post(each):
            raise Refused(
                Refusal(
                    "not_understood",
                    msg("`{name}` is a post, not a person: nobody could tell later who it was", name=each),
                    fix=msg("add each person, and make the shared machine a terminal: sop actor login NAME --terminal"),
                )
            )


def _change_person(draft: Draft) -> dict[str, Any]:
    """Grant or revoke roles and rights, enable or disable, or give another name, contact or language."""
    arguments = dict(draft.command.arguments)
    actor = str(arguments["actor"])
    people = people_of(draft)
    if actor not in people:
        raise Refused(Refusal("not_found", msg("there is no actor {actor}", actor=actor), near=near(actor, people)))
    if arguments.get("grant") or arguments.get("revoke") or arguments.get("give_rights"):
        contracting.require_own(draft, [actor])
    contracting.require_no_firm_role(arguments.get("grant") or [])
    if arguments.get("name"):
        _require_no_post(str(arguments["name"]))
    entry = dict(people[actor])
    roles = [list(role) for role in entry["roles"]]
    for role in arguments.get("grant") or []:
        if list(role) not in roles:
            roles.append(list(role))
    gone = [list(role) for role in arguments.get("revoke") or []]
    for role in gone:
        if role not in roles:
            raise Refused(Refusal("not_now", msg("{actor} does not hold {role}", actor=actor, role=role[0])))
    entry["roles"] = sorted_roles([role for role in roles if role not in gone])
    rights = set(entry["rights"]) | set(arguments.get("give_rights") or [])
    _check_rights(sorted(rights))
    entry["rights"] = sorted(rights - set(arguments.get("take_rights") or []))
    for name in ("active", "language"):
        if arguments.get(name) is not None:
            entry[name] = arguments[name]
    recorded = arguments
    for part in ("name", "contact"):
        if arguments.get(part):
            sealed = draft.seal(f"person:{actor}:{part}", arguments[part])
            entry[part] = sealed["commitment"]
            recorded[part] = sealed
    changed = {**people, actor: entry}
    if not any("admin" in each["rights"] and each["active"] for each in changed.values()):
        raise Refused(Refusal("not_now", msg("{actor} is the last administrator; name another first", actor=actor)))
    put(draft, "people", changed)
    return recorded


def _login(draft: Draft) -> dict[str, Any]:
    """Map a system user to an actor, or to the people of a terminal; or take the mapping away."""
    arguments = dict(draft.command.arguments)
    people = people_of(draft)
    login = str(arguments["login"])
    _check_id(login, login.isascii() and login.isprintable() and login != "")
    for person in [arguments.get("actor"), *(arguments.get("people") or [])]:
        if person is not None and person not in people:
            raise Refused(
                Refusal("not_found", msg("there is no actor {actor}", actor=person), near=near(str(person), people))
            )
    contracting.require_own(draft, [arguments.get("actor"), *(arguments.get("people") or [])])
    logins = dict(draft.ticket.fields["logins"])
    if arguments.get("actor") is None and not arguments.get("people"):
        if arguments["login"] not in logins:
            raise Refused(Refusal("not_found", msg("there is no login {login}", login=arguments["login"])))
        del logins[arguments["login"]]
    else:
        logins[arguments["login"]] = {"actor": arguments.get("actor"), "people": sorted(arguments.get("people") or [])}
    terminals.require_reach(draft, logins, draft.ticket.fields.get("pins", {}))
    put(draft, "logins", logins)
    return arguments


def _deputy(draft: Draft) -> dict[str, Any]:
    """Let somebody stand in for another from one instant to another."""
    arguments = dict(draft.command.arguments)
    people = people_of(draft)
    for person in (arguments["for"], arguments["by"]):
        if person not in people:
            raise Refused(
                Refusal("not_found", msg("there is no actor {actor}", actor=person), near=near(str(person), people))
            )
    require_two(draft)
    contracting.require_own(draft, (arguments["for"], arguments["by"]))
    if arguments["from"] >= arguments["to"]:
        raise Refused(Refusal("not_understood", msg("the time as a deputy ends before it begins")))
    entry = {name: arguments[name] for name in ("for", "by", "from", "to")}
    put(draft, "deputies", [*draft.ticket.fields["deputies"], entry])
    return arguments


def _publish(draft: Draft) -> dict[str, Any]:
    """Make a compiled procedure the newest version, and set its calendar starts."""
    arguments = dict(draft.command.arguments)
    procedure = str(arguments["procedure"])
    versions = draft.ticket.fields["versions"]
    standing = versions.get(procedure, {"number": 0, "digest": ""})
    if standing["digest"] == arguments["digest"]:
        raise Refused(
            Refusal("not_now", msg("{procedure} is published as it is: nothing changed", procedure=procedure))
        )
    number = standing["number"] + 1
    put(draft, "versions", {**versions, procedure: {"number": number, "digest": arguments["digest"]}})
    prefix = f"schedule:{procedure}/"
    wanted = {f"{prefix}{each['id']}": from_json(Schedule, each) for each in arguments.get("schedules") or []}
    for key in sorted(key for key in draft.ticket.timers if key.startswith(prefix) and key not in wanted):
        draft.emit("timer_cleared", timer=key)
    for key, schedule in sorted(wanted.items()):
        if draft.facts.ask(key) == to_json(schedule):
            continue  # what has not changed keeps its next time, though that be now, and its count
        due = worktime.next_occurrence(schedule.every, draft.given.effective, draft.zone)
        draft.emit("timer_set", timer=key, due=canonical.instant_text(due))
    draft.emit("published", procedure=procedure, number=number, digest=arguments["digest"])
    reason = {"reason": sealed_text(draft, "reason", msg("the reason"))} if arguments.pop("reason", None) else {}
    return {**arguments, "number": number, **reason}


def _publish_calendar(draft: Draft) -> dict[str, Any]:
    """Make a compiled calendar the newest version under its name."""
    arguments = dict(draft.command.arguments)
    name = str(arguments["calendar"])
    calendars = draft.ticket.fields.get("calendars", {})  # a site that was made before there were any has none
    standing = calendars.get(name, {"number": 0, "digest": ""})
    if standing["digest"] == arguments["digest"]:
        raise Refused(
            Refusal("not_now", msg("the calendar {calendar} is published as it is: nothing changed", calendar=name))
        )
    number = standing["number"] + 1
    put(draft, "calendars", {**calendars, name: {"number": number, "digest": arguments["digest"]}})
    draft.emit("calendar_published", name=name, number=number, digest=arguments["digest"])
    reason = {"reason": sealed_text(draft, "reason", msg("the reason"))} if arguments.pop("reason", None) else {}
    return {**arguments, "number": number, **reason}


def _accept_clock(draft: Draft) -> dict[str, Any]:
    """Accept that the clock is behind what is recorded already."""
    arguments = dict(draft.command.arguments)
    put(draft, "clock", arguments["through"])
    draft.emit("clock_accepted", **arguments)
    return arguments


def _fire(draft: Draft) -> dict[str, Any]:
    """A calendar start comes due: a ticket begins at its occasion, or one for each row; once. Or a unit changes
    hands."""
    key = str(draft.command.arguments["timer"])
    timer = draft.ticket.timers.get(key)
    if timer is None or timer["due"] > canonical.instant_text(draft.given.effective):
        raise Refused(Refusal("not_now", msg("the timer {timer} is not due", timer=key)))
    if key.startswith(CHANGES_HANDS):
        return moving.fire(draft, key, timer["due"])
    raw = draft.facts.ask(key)
    draft.emit("timer_fired", timer=key, due=timer["due"])
    if raw is None:
        return {"timer": key}
    schedule: Schedule = from_json(Schedule, raw)
    due = canonical.instant_of(timer["due"])
    following = worktime.next_occurrence(schedule.every, due, draft.zone)
    left = timer.get("left", schedule.every.times)
    if left is None or left > 1:
        extra = {} if left is None else {"left": left - 1}
        draft.emit("timer_set", timer=key, due=canonical.instant_text(following), **extra)
    late = draft.given.recorded > worktime.add(due, LATE, None)
    overtaken = following <= draft.given.recorded
    if (schedule.missed == "none" and late) or (schedule.missed == "last" and overtaken):
        draft.emit("skipped", timer=key, due=timer["due"])
        return {"timer": key}
    _start_scheduled(draft, key.removeprefix("schedule:").partition("/")[0], schedule)
    return {"timer": key}


def _start_scheduled(draft: Draft, procedure: str, schedule: Schedule) -> None:
    version = draft.facts.ask(f"version:{procedure}")
    rows: list[str | None] = draft.facts.ask("units") if schedule.each == "units" else [None]
    if len(rows) > LARGEST_START:
        raise Refused(
            Refusal("not_now", msg("{count} tickets at once are more than {most}", count=len(rows), most=LARGEST_START))
        )
    for row, child in zip(rows, draft.draw_numbers(version["prefix"], len(rows)), strict=True):
        fields = {name: _constant(tree, row) for name, tree in schedule.values.items()}
        draft.emit("started", id=child, procedure=procedure, **({"row": row} if row else {}))
        follow(draft, "open", child, {"procedure": procedure, "fields": fields})


def _constant(tree: Tree, row: str | None) -> Any:
    return row if tree[0] == "row" else tree[2]


def _set_aside(draft: Draft) -> dict[str, Any]:
    arguments = dict(draft.command.arguments)
    draft.emit("timer_set_aside", timer=arguments["timer"], error=arguments["error"])
    return arguments


def _release(draft: Draft) -> dict[str, Any]:
    key = str(draft.command.arguments["timer"])
    if "aside" not in draft.ticket.timers.get(key, {}):
        raise Refused(Refusal("not_now", msg("the site has no timer {timer} that was set aside", timer=key)))
    draft.emit("timer_released", timer=key)
    return {"timer": key}


_COMMANDS: Final[dict[str, Callable[[Draft], dict[str, Any]]]] = {
    "begin": _begin,
    "add_person": lambda draft: _add_person(draft, draft.command.arguments),
    "change_person": _change_person,
    "login": _login,
    "deputy": _deputy,
    "end_deputy": end_deputy,
    "leave": leave,
    "publish": _publish,
    "publish_calendar": _publish_calendar,
    "accept_clock": _accept_clock,
    "load_roster": rostering.load,
    "swap": rostering.swap,
    "fire": _fire,
    "set_aside": _set_aside,
    "release": _release,
    **terminals.COMMANDS,
    **reserving.COMMANDS,
    **qualifying.COMMANDS,
    **teaming.COMMANDS,
    **contracting.COMMANDS,
    **backfilling.COMMANDS,
    **moving.COMMANDS,
}


def _not_you(draft: Draft) -> Refusal:
    """Who may do this instead: an administrator, and for some commands others too."""
    command, person = draft.command, draft.command.standing_for or draft.command.actor
    said = msg("{name} is no administrator of this site", name=person)
    if command.name in _OTHERS_TOO:
        said = msg("{name} may not do this: only an administrator, and {others}", name=person,
                   others=_OTHERS_TOO[command.name])  # fmt: skip
    administrators = (who for who, entry in people_of(draft).items() if "admin" in entry["rights"])
    return Refusal("not_you", said, possible=tuple(administrators))


_OTHERS_TOO: Final[Mapping[str, Message]] = {
    **dict.fromkeys(reserving.NAMES | moving.NAMES, msg("whoever has the right `assign`")),
    "declare_outage": msg("whoever holds the role `manager`"),
}


# --- parts -----------------------------------------------------------------------------------------------------------


def sorted_roles(roles: Any) -> list[list[str | None]]:
    """Roles with their scopes, each once, in order."""
    unique = {(str(role), scope) for role, scope in roles}
    return [list(each) for each in sorted(unique, key=lambda each: (each[0], each[1] or ""))]


def _check_id(id: str, right: bool) -> None:
    """Ids of people and logins are keys in the record, which are ASCII; actors stand in questions, between colons."""
    if not right:
        raise Refused(
            Refusal(
                "not_understood",
                msg("`{actor}` cannot be an id: it has ASCII letters, digits, _, - and . only", actor=id),
            )
        )


def _check_rights(rights: Any) -> None:
    for right in rights:
        if right not in RIGHTS:
            raise Refused(
                Refusal(
                    "not_understood",
                    msg("there is no right {right}; there are {rights}", right=right, rights=RIGHTS),
                    near=near(str(right), RIGHTS),
                )
            )
