"""`sop do`: what a ticket offers."""

from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.asking import ask_field, ask_until_enough, is_asked
from sop_engine.console.call import Call
from sop_engine.console.doing import explaining, tell_done
from sop_engine.console.given import read_given
from sop_engine.console.parameters import FromFile, TicketIds, Values, argument, option
from sop_engine.console.team_names import team_named
from sop_engine.console.tickets import by_title, find_ticket, folded, is_several
from sop_engine.console.views.looking import possible_now
from sop_engine.engine.people.identity import find_person
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Text, msg
from sop_engine.procedure import Offer, State
from sop_engine.store.seam import Head, Reads
from sop_engine.ticket.near import near
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Command, Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened


def do(
    call: Call,
    id: TicketIds,
    trigger: Annotated[str, argument(msg("what to do, by id or title; of one region: REGION.TRIGGER"), "TRIGGER")],
    field: Values = None,
    from_file: FromFile = None,
    assignee: Annotated[
        str | None, option("--assignee", help=msg("to whom the task goes that this assigns"), metavar="NAME")
    ] = None,
    reason: Annotated[
        str | None, option("--reason", help=msg("the value of the field `reason`"), metavar="TEXT")
    ] = None,
    team: Annotated[
        str | None, option("--team", help=msg("to which team the task is offered that this assigns"), metavar="TEAM")
    ] = None,
) -> None:
    """Do a trigger of a ticket, and print it as it is then."""
    if assignee is not None and team is not None:
        raise NotUnderstood(msg("--assignee and --team exclude each other: a task goes to a person or to a team"))
    with call.open() as opened:
        opened.require_known()
        said = [*(field or ()), *([f"reason={reason}"] if reason is not None else ())]
        if is_several(id):
            _do_several(opened, id, trigger, said, from_file, assignee, team)
        with opened.reading() as reading:
            head = find_ticket(reading, id)
            ticket = reading.ticket(head.id)
            assert ticket is not None, "a head has its ticket"
            program = opened.site.engine.program(reading, ticket)
            whose = _whose(reading, assignee, team)
            allowed = call.asks and _may(opened, reading, program, ticket, trigger)
        wanted = trigger_named(program, ticket, trigger)
        offered = offer_named(program, ticket, wanted)
        with explaining(opened, head):
            given = read_given(opened, program.fields, said, from_file)
            if offered is not None and allowed and not _is_further_signature(ticket, *offered):
                _ask(opened, program, ticket, offered[1], given)
        arguments: dict[str, Any] = {"trigger": wanted, "fields": given, **whose}
        if call.doer is not None and _is_signed(program, wanted):
            from sop_engine.console.proving import sign_for

            sign_for(opened)
        with explaining(opened, head):
            if allowed:
                ask_until_enough(opened, "do", head.id, arguments, program.fields, ticket.fields)
            done = opened.act(opened.command("do", head.id, arguments))
        tell_done(opened, done)


def _whose(reading: Reads, assignee: str | None, team: str | None) -> dict[str, str]:
    """Who or which team was named to have the task, as the command says it."""
    if assignee is not None:
        return {"assignee": find_person(reading, assignee).id}
    return {} if team is None else {"team": team_named(reading, team)}


def _do_several(
    opened: "Opened",
    ids: str,
    trigger: str,
    said: list[str],
    from_file: str | None,
    assignee: str | None,
    team: str | None,
) -> None:
    """Do a trigger of each of several tickets, and end. Nothing is asked: what is missing is that ticket's failure."""
    from sop_engine.console.bulk import do_many

    if from_file == "-":
        raise NotUnderstood(msg("of several tickets the values cannot come from standard input"))

    def make(reading: Reads, head: Head, ticket: Ticket) -> Command:
        program = opened.site.engine.program(reading, ticket)
        whose = _whose(reading, assignee, team)
        fields = read_given(opened, program.fields, said, from_file)
        wanted = trigger_named(program, ticket, trigger)
        if opened.call.doer is not None and _is_signed(program, wanted):
            from sop_engine.console.proving import require_no_pin

            require_no_pin(opened, head.id, wanted)
        return opened.command("do", head.id, {"trigger": wanted, "fields": fields, **whose})

    do_many(opened, ids, msg("`{command}`", command=trigger[:60]), make)


def _may(opened: "Opened", reading: Reads, program: Program, ticket: Ticket, said: str) -> bool:
    """Whether the trigger is offered to whoever asks: nobody is asked for values only to be refused after them."""
    name = trigger_named(program, ticket, said).rpartition(".")[2]
    return any(each["trigger"] == name and each["allowed"] for each in possible_now(opened, reading, program, ticket))


def _ask(opened: "Opened", program: Program, ticket: Ticket, offer: Offer, given: dict[str, Any]) -> None:
    """Ask for what the trigger asks and was not given, in the procedure's order."""
    for name in offer.ask:
        field = program.fields[name]
        if name not in given and is_asked(opened, program, ticket, field, given):
            value = ask_field(opened, field, ticket.fields.get(name), required=True)
            if value is None:
                value = ticket.fields.get(name, field.default)
            given[name] = value


# --- which trigger ---------------------------------------------------------------------------------------------------


def trigger_named(program: Program, ticket: Ticket, said: str) -> str:
    """The trigger that `said` means, as the engine takes it: by id or title, after a region's id or title and a stop.
    What means none here is given back folded: the engine knows how to refuse it. Raises `NotUnderstood` where a title
    means several."""
    name = folded(said)
    prefix, stop, rest = name.rpartition(".")
    offered = [(offer.trigger, offer.title) for _state, offer in program.chart.offers(ticket.active)]
    declared = [(offer.trigger, offer.title) for state in program.procedure.states for offer in state.offers]
    found = by_title(rest, offered, "trigger") or by_title(rest, declared, "trigger")
    if found is None:
        near_titles = _near_titles(rest, offered)
        if near_titles and not rest.isascii():
            raise NotUnderstood(
                msg("{ticket} offers nothing called {name} now", ticket=ticket.id, name=rest[:60]),
                near=near_titles,
                fix=msg("see what it offers: sop show {ticket}", ticket=ticket.id),
            )
        return name
    if not stop:
        return found
    state = by_title(prefix, {each.id: each.title for each in program.procedure.states}, "state")
    return f"{state or prefix}.{found}"


def _near_titles(said: str, offered: list[tuple[str, Text]]) -> list[str]:
    words = {word: trigger for trigger, title in offered for word in title.values()}
    return list(dict.fromkeys(words[each] for each in near(said, words)))


def offer_named(program: Program, ticket: Ticket, wanted: str) -> tuple[State, Offer] | None:
    """The one offer that a trigger selects now, or None: then the engine says why not."""
    if ticket.status != "open":
        return None
    prefix, _, trigger = wanted.rpartition(".")
    sources = program.chart.source_of(ticket.active, trigger, prefix or None)
    if len(sources) != 1:
        return None
    return program.states[sources[0]], program.offer(sources[0], trigger)


def _is_signed(program: Program, wanted: str) -> bool:
    """Whether a trigger is signed in any state: where the ticket stands may change before it is done."""
    trigger = wanted.rpartition(".")[2]
    return any(
        offer.trigger == trigger and offer.sign is not None
        for state in program.procedure.states
        for offer in state.offers
    )


def _is_further_signature(ticket: Ticket, state: State, offer: Offer) -> bool:
    return bool(ticket.signatures.get(f"{state.id}.{offer.trigger}"))
