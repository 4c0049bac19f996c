"""`sop actor leave`, `disable`, `enable`; who stands in for whom, and ending it."""

from typing import TYPE_CHECKING, Annotated, Any

from sop_engine import canonical
from sop_engine.console.call import Call
from sop_engine.console.keeper.left_over import tell_left
from sop_engine.console.names import with_names
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.engine.people.deputies import deputies
from sop_engine.engine.people.identity import find_person
from sop_engine.engine.people.leaving import Moved, in_hand, pass_on, to_sign
from sop_engine.errors import NotUnderstood, NotYou
from sop_engine.messages import Message, msg, say
from sop_engine.procedure import ROOT
from sop_engine.ticket.records import SITE
from sop_engine.values import show_instant

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.engine.engine import Done

_Name = Annotated[str, argument(msg("whom, by id or name"), "NAME")]


def deputies_(call: Call) -> None:
    """List who stands in for whom, now or in time to come."""
    with call.open() as opened:
        opened.require_known()
        now = canonical.instant_text(opened.now)
        with opened.site.store.reading() as reading:
            found = deputies(reading, now)
        if call.json:
            call.output.json(
                [
                    {"for": each.away, "by": each.by, "from": opened.local(each.since), "to": opened.local(each.until)}
                    for each in found
                ]
            )
            return
        heads = (msg("away"), msg("deputy"), msg("since"), msg("up to"))
        rows = [
            [opened.named(each.away), opened.named(each.by), _time(opened, each.since), _time(opened, each.until)]
            for each in found
        ]
        call.output.table([Column(head) for head in heads], rows)


def end_deputy(
    call: Call, name: Annotated[str, argument(msg("who is, or was to be, away"), "NAME")],
    by: Annotated[str, argument(msg("who stands in"), "DEPUTY")],
) -> None:  # fmt: skip
    """Let somebody stand in for another no longer; what was to come is gone too."""
    with call.open() as opened:
        with opened.site.store.reading() as reading:
            arguments = {"for": find_person(reading, name).id, "by": find_person(reading, by).id}
        opened.act(opened.command("end_deputy", SITE, arguments))
        if call.json:
            call.output.json(arguments)
        else:
            call.output.tell(
                msg("{by} stands in for {name} no longer", by=opened.named(arguments["by"]),
                    name=opened.named(arguments["for"]))
            )  # fmt: skip


def disable(call: Call, name: _Name) -> None:
    """Let somebody do nothing any more; what he has in hand stays his until it is passed on."""
    _set_active(call, name, False)


def enable(call: Call, name: _Name) -> None:
    """Let a disabled person work here again, with the roles and rights that he had."""
    _set_active(call, name, True)


def _set_active(call: Call, name: str, active: bool) -> None:
    from sop_engine.console.keeper.people import tell_person

    with call.open() as opened:
        with opened.site.store.reading() as reading:
            actor = find_person(reading, name).id
        opened.act(opened.command("change_person", SITE, {"actor": actor, "active": active}))
        tell_person(opened, actor)
        if not active:
            tell_left(opened, actor)


def leave(
    call: Call,
    name: _Name,
    to: Annotated[str | None, option("--to", help=msg("who has his work from now on"), metavar="NAME")] = None,
) -> int:
    """Somebody leaves: he is disabled, his logins and deputies end, and each ticket that he has in hand goes to
    another. Where it was interrupted, the same line takes it up again."""
    with call.open() as opened:
        opened.require_administrator()
        with opened.site.store.reading() as reading:
            person = find_person(reading, name).id
            heir = None if to is None else _heir(reading, person, to)
            heads = in_hand(reading, person)
            known = {head.id for head in heads}
            asked = [each for each in to_sign(reading, opened.site.engine.programs, person) if each.id not in known]
            owned = [head.id for head in heads if head.owner == person]
            gone = _has_left(reading, person)
        if person == opened.who.actor:
            raise NotYou(msg("nobody passes on his own work and disables himself: another administrator does"))
        if heir is None and owned:
            raise NotUnderstood(
                msg("{name} owns open tickets, and somebody must: {tickets}", name=opened.named(person),
                    tickets=(*owned[:5], *(["..."] if len(owned) > 5 else []))),
                fix=msg("name who has his work from now on with --to"),
            )  # fmt: skip
        if not gone or not (heads or asked):
            _act(opened, "leave", SITE, {"actor": person})
        arguments = {"from": person, **({} if heir is None else {"to": heir})}
        moved = list(pass_on(heads, lambda head: _act(opened, "inherit", head.id, arguments)))
        signed = list(pass_on(asked, lambda head: _act(opened, "inherit", head.id, arguments)))
        _show(opened, person, moved, signed)
    return 8 if any(each.error is not None for each in moved) else 0


def _heir(reading: Any, person: str, to: str) -> str:
    heir = find_person(reading, to)
    if heir.id == person or not heir.active:
        said = msg("{name} cannot be his own successor", name=person)
        raise NotUnderstood(said if heir.id == person else msg("{name} is not active here", name=heir.id))
    return heir.id


def _has_left(reading: Any, person: str) -> bool:
    """Whether he is disabled and stands behind no login: then only what he has in hand is left to do."""
    logins = [login for login in reading.logins() if person == login.actor or person in login.people]
    return not reading.person(person).active and not logins


def _act(opened: "Opened", name: str, ticket: str, arguments: dict[str, Any]) -> "Done":
    """One of the many commands of one line; an idempotency key becomes one for each of them."""
    call = opened.call
    key = None if call.key is None else f"{call.key}.{ticket}"
    with call.writing():
        return opened.site.engine.act(opened.command(name, ticket, arguments), key=key, dry_run=call.dry_run)


def _show(opened: "Opened", person: str, moved: list[Moved], signed: list[Moved]) -> None:
    """Say what became of each ticket; of `signed` he had only a signature to give, which no successor need give."""
    call = opened.call
    failed = [each for each in moved if each.error is not None]
    if call.json:
        call.output.json({
            "actor": person,
            "moved": [_json(each.done) for each in (*moved, *signed) if each.done is not None],
            "failed": [
                {"ticket": each.head.id, "message": say(each.error.message, call.language)}
                for each in failed if each.error is not None
            ],
        })  # fmt: skip
        return
    columns = [Column(msg("number"), whole=True), Column(msg("subject")), Column(msg("what becomes of it"))]
    shown = [*moved, *signed]
    call.output.table(
        columns,
        [[each.head.id, opened.text_seen(each.head, each.head.subject), _became(opened, each)] for each in shown],
    )
    if call.dry_run:
        call.output.tell(msg("this would be done; nothing was kept"))
    else:
        call.output.tell(msg("{name} has left; tickets passed on: {count}", name=opened.named(person),
                             count=sum(each.error is None for each in shown)))  # fmt: skip
    if failed:
        call.output.tell(
            msg("not passed on: {tickets}; mend each, and give the same line again",
                tickets=tuple(each.head.id for each in failed))
        )  # fmt: skip


def _became(opened: "Opened", moved: Moved) -> Any:
    if moved.done is None:
        assert moved.error is not None
        parts = [moved.error.message, *([moved.error.fix] if moved.error.fix is not None else [])]
        return tuple(with_names(each, opened.names) for each in parts)
    from sop_engine.console.stories.hands import offered_to
    from sop_engine.console.views.in_words import role_text

    said: list[Message] = []
    for event in moved.done.step.events:
        where: Any = "" if event.get("region", ROOT) == ROOT else msg(" ({region})", region=event["region"])
        if event["kind"] == "assigned" and "assignee" in event:
            said.append(msg("the task is {person}'s{where}", person=opened.named(event["assignee"]), where=where))
        elif event["kind"] == "assigned":
            role = role_text(moved.done.program, event["role"], opened.call.language)
            said.append(offered_to(event, role, where))
        elif event["kind"] == "owned":
            said.append(msg("{owner} owns it", owner=opened.named(event["owner"])))
        elif event["kind"] == "signer_added":
            said.append(msg("{person} signs in his place", person=opened.named(event["person"])))
        elif event["kind"] in ("delegation_ended", "transfer_ended"):
            said.append(msg("an offer or loan of a task has lapsed"))
    return tuple(said)


def _json(done: "Done") -> dict[str, Any]:
    ticket = done.ticket
    return {
        "ticket": ticket.id,
        "owner": ticket.owner,
        "tasks": [
            {"region": region, "assignee": task.get("assignee"), "role": task.get("role")}
            for region, task in ticket.tasks.items()
        ],
    }


def _time(opened: "Opened", instant: str) -> str:
    return show_instant(canonical.instant_of(instant), opened.call.language, opened.zone)
