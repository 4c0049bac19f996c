"""Sending a ticket back to where it was before: to the step before, to where it was opened, or to a state by name.

The law:

1. It goes back only where `acts: return` of the procedure lets it, and only to where it has been.
2. What it goes back from is left, what it goes back to is entered, as on any way: exits and entries run, timers go and
   are set anew, histories remember, goals begin and end. What lies beside it stays where it is; where the step before
   was outside a parallel state, all its regions are left.
3. A return gives no time back. A goal that has ended since then goes on with what it had used up, whenever it begins
   again, and none begins anew.
4. The task is whose it was when the place was left, if he may still act; after a return to where it was opened it is
   the opener's. Whoever did what stays on record: separation of duty counts it.
5. The move that is gone back over is forgotten, so the next return goes back further.

What it goes back over stands in `Ticket.acts["trail"]`; see `trail`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sop_engine.acts import Return
from sop_engine.chart.host import Sent
from sop_engine.messages import Message, msg
from sop_engine.procedure import ROOT
from sop_engine.ticket import people, running
from sop_engine.ticket.acts.allowing import person_of
from sop_engine.ticket.acts.everyday import reason_of, require_open
from sop_engine.ticket.acts.suspending import require_going
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.near import near
from sop_engine.ticket.possible import state_titles
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.running import Run

PREVIOUS: Final = "previous"
OPENER: Final = "opener"
Entry = Mapping[str, Any]
Tasks = dict[str, dict[str, str]]


class Way(NamedTuple):
    """Where it goes back to: the leaves, the move that is gone back over (None: it is not remembered any more), and
    the tasks as they were then."""

    targets: tuple[str, ...]
    over: Entry | None
    since: str
    """when what it goes back to was left; empty: at the beginning, or nobody knows any more"""
    tasks: Tasks


# --- going back ------------------------------------------------------------------------------------------------------


def send_back(draft: Draft) -> dict[str, Any]:
    """Send a ticket back, with a reason."""
    require_open(draft)
    require_going(draft)
    rules = draft.program.procedure.acts.back
    if rules is None:
        raise Refused(
            Refusal(
                "not_now",
                msg("{procedure} lets no ticket go back", procedure=draft.program.procedure.title),
                fix=msg("what can be done instead: sop show {ticket}", ticket=draft.ticket.id),
            )
        )
    said = str(draft.command.arguments.get("to") or PREVIOUS)
    way = _way(draft, rules, said)
    arcs = _arcs(draft, way.targets)
    if not arcs:
        raise Refused(_refusal(draft, msg("{ticket} stands there already: {states}", ticket=draft.ticket.id,
                                          states=state_titles(draft.program, draft.ticket.active))))  # fmt: skip
    leave = _leave(draft, rules, [source for source, _targets in arcs])
    reason = reason_of(draft, required=True)
    draft.returned_since = way.since
    undone = _undone(draft, way, arcs)
    draft.emit("returned", **{"from": [source for source, _targets in arcs]}, to=list(way.targets), undone=undone)
    Run(draft).go(Sent(arcs))
    if not set(way.targets) <= set(draft.ticket.active):
        raise Refused(
            Refusal(
                "not_now",
                msg("{ticket} would not stay in {states}: it goes on from there by itself", ticket=draft.ticket.id,
                    states=_titles(draft, way.targets)),
                fix=msg("send it back further, or correct first what lets it go on: sop edit {ticket}",
                        ticket=draft.ticket.id),
            )
        )  # fmt: skip
    _give_back(draft, way)
    running.reset_timers(draft)
    _tell(draft, way)
    region = {"region": draft.command.arguments["region"]} if draft.command.arguments.get("region") else {}
    return {"as": leave, "to": said, **region, **reason}


# --- where to --------------------------------------------------------------------------------------------------------


def _way(draft: Draft, rules: Return, said: str) -> Way:
    """Where the command goes back to. Refuses where the procedure does not let it, or where it has never been."""
    trail: list[Entry] = draft.ticket.acts.get("trail", [])
    match said:
        case "previous" | "opener" if not trail or said == PREVIOUS:
            way = _way_over(draft, _last_move(draft, trail))
        case "opener":
            first = _first_place(draft, trail)
            task = {"assignee": draft.ticket.opener}
            way = Way(first, None, "", {draft.program.region(leaf): task for leaf in first})
        case _:
            way = _way_to(draft, trail, said)
    named = said in rules.to or all(_is_one_of(draft, leaf, rules.to) for leaf in way.targets)
    if not named and not (PREVIOUS in rules.to and _is_last(draft, trail, way)):
        raise Refused(
            _refusal(draft, msg("{procedure} does not let {ticket} go back there",
                                procedure=draft.program.procedure.title, ticket=draft.ticket.id))
        )  # fmt: skip
    ends = [leaf for leaf in way.targets if draft.program.chart.is_final([leaf])]
    if ends:
        raise Refused(
            _refusal(draft, msg("before that {ticket} was closed; it does not go back to its end",
                                ticket=draft.ticket.id))
        )  # fmt: skip
    return way


def _first_place(draft: Draft, trail: Sequence[Entry]) -> tuple[str, ...]:
    """Where a ticket was opened; of one that was opened to go with another, where it stood when it was first alone."""
    joining = draft.program.procedure.acts.join
    waits = "" if joining is None else joining.state
    for move in trail:
        found = tuple(leaf for leaf in move["to"] if leaf != waits)
        if found:
            return found
    raise Refused(
        _refusal(draft, msg("{ticket} has gone with another since it was opened; there is nothing before that",
                            ticket=draft.ticket.id))
    )  # fmt: skip


def _way_over(draft: Draft, move: Entry) -> Way:
    """Back over a move. Refuses where there was nothing before it."""
    if not move["from"]:
        raise Refused(
            _refusal(draft, msg("{ticket} was opened in {states}; there is nothing before that",
                                ticket=draft.ticket.id, states=_titles(draft, move["to"])))
        )  # fmt: skip
    return Way(tuple(move["from"]), move, move["at"], dict(move["tasks"]))


def _last_move(draft: Draft, trail: Sequence[Entry]) -> Entry:
    """The move that brought the ticket to where it stands; where several regions have moved, that of the one which the
    command names."""
    leaves = _leaves_meant(draft)
    moves = {leaf: _brought_by(trail, leaf) for leaf in leaves}
    steps = {move["step"] if move else 0 for move in moves.values()}
    if len(steps) > 1:
        regions = tuple(draft.program.region(leaf) for leaf in leaves)
        raise Refused(
            Refusal(
                "not_understood",
                msg("{ticket} stands in several regions: {regions}", ticket=draft.ticket.id, regions=regions),
                near=regions,
                fix=msg("say which with --region, or where to with --to"),
            )
        )
    move = moves[leaves[0]]
    if move is None:
        raise Refused(
            _refusal(draft, msg("what was before {states} is not remembered any more",
                                states=_titles(draft, leaves)))
        )  # fmt: skip
    return move


def _leaves_meant(draft: Draft) -> list[str]:
    """The leaves of the region that the command names; else those that are not finished, or all where all are."""
    program, region = draft.program, draft.command.arguments.get("region")
    leaves = program.chart.leaves(draft.ticket.active)
    if region is not None:
        found = [leaf for leaf in leaves if region in program.chart.path(leaf)]
        if not found:
            regions = tuple(dict.fromkeys(program.region(leaf) for leaf in leaves))
            raise Refused(
                Refusal(
                    "not_now",
                    msg("{ticket} does not stand in {region}", ticket=draft.ticket.id, region=region),
                    near=near(str(region), regions),
                )
            )
        return found
    going = [leaf for leaf in leaves if program.states[leaf].kind != "final"]
    return going or leaves


def _brought_by(trail: Sequence[Entry], leaf: str) -> Entry | None:
    """The last move that came to rest in a leaf."""
    return next((move for move in reversed(trail) if leaf in move["to"]), None)


def _way_to(draft: Draft, trail: Sequence[Entry], said: str) -> Way:
    """Back to a state, as the ticket stood when it was there last."""
    if said not in draft.program.states or said == ROOT:
        known = tuple(state for state in draft.ticket.entered if state != ROOT)
        raise Refused(
            Refusal(
                "not_understood",
                msg("there is no state named `{name}`", name=said[:60]),
                near=near(said, known),
                fix=msg("where it has been: sop show {ticket} --events", ticket=draft.ticket.id),
            )
        )
    for move in reversed(trail):
        if any(_is_one_of(draft, leaf, (said,)) for leaf in move["from"]):
            return _way_over(draft, move)
    if said not in draft.ticket.entered:
        raise Refused(
            _refusal(draft, msg("{ticket} has never been in {states}", ticket=draft.ticket.id,
                                states=_titles(draft, [said])))
        )  # fmt: skip
    targets = () if said in draft.ticket.active else (said,)
    return Way(targets, None, "", {})


def _is_one_of(draft: Draft, leaf: str, states: Iterable[str]) -> bool:
    """Whether a leaf is one of these states, or lies inside one."""
    return not {*draft.program.chart.path(leaf)}.isdisjoint({*states} - {ROOT})


def _is_last(draft: Draft, trail: Sequence[Entry], way: Way) -> bool:
    """Whether the way goes back over the move that brought the ticket to where it stands."""
    leaves = draft.program.chart.leaves(draft.ticket.active)
    return way.over is not None and any(way.over is _brought_by(trail, leaf) for leaf in leaves)


# --- how -------------------------------------------------------------------------------------------------------------


def _arcs(draft: Draft, targets: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is left for which targets: each target takes the active leaf that has least to leave for it, and targets
    whose ways lie inside one another go together. None where the ticket stands there already."""
    chart, active = draft.program.chart, draft.ticket.active
    leaves = chart.leaves(active)
    ways: dict[str, tuple[str, list[str]]] = {}
    for target in targets:
        if target in active:
            continue
        domain, source = max(
            ((chart.domain(leaf, [target]), leaf) for leaf in leaves), key=lambda each: len(chart.path(each[0]))
        )
        ways.setdefault(domain, (source, []))[1].append(target)
    outer = [each for each in ways if not any(chart.is_inside(each, other) for other in ways)]
    found = []
    for domain in outer:
        source = ways[domain][0]
        inside = [each for each in targets if chart.is_inside(each, domain)]
        found.append((source, tuple(inside)))
    return tuple(found)


def _undone(draft: Draft, way: Way, arcs: Iterable[tuple[str, tuple[str, ...]]]) -> list[int]:
    """The moves that are gone back over, by their steps: that one, and every later one inside what is left. The opening
    is never one of them."""
    chart = draft.program.chart
    domains = [chart.domain(source, targets) for source, targets in arcs]
    trail: list[Entry] = draft.ticket.acts.get("trail", [])
    first = way.over["step"] if way.over is not None else 0
    found = []
    for move in trail[1:]:
        inside = all(any(chart.is_inside(leaf, domain) for domain in domains) for leaf in move["to"])
        if move["step"] == first or (inside and move["at"] >= way.since and move["step"] > first):
            found.append(move["step"])
    return found


def _leave(draft: Draft, rules: Return, sources: Sequence[str]) -> str:
    """Why the actor may send back what is left, as the record has it; refuses where he may not."""
    command, person = draft.command, person_of(draft)
    if rules.leaving and not any(_is_one_of(draft, source, rules.leaving) for source in sources):
        raise Refused(
            _refusal(draft, msg("{ticket} does not go back out of {states}", ticket=draft.ticket.id,
                                states=_titles(draft, sources)))
        )  # fmt: skip
    refusal: Message | None = None
    if rules.by:
        for source in sources:
            found = people.let(draft, rules.by, source, command.actor, command.standing_for)
            if isinstance(found, people.Leave):
                return found.reason
            refusal = refusal or found
    else:
        if person == draft.ticket.owner:
            return "owner"
        if people.has_right(draft, person, "assign"):
            return "right:assign"
        states = {state for source in sources for state in draft.program.chart.path(source)} - {ROOT}
        for state in [each for each in draft.program.states if each in states]:
            for offer in draft.program.states[state].offers:
                may = people.may(draft, offer, state, command.actor, command.standing_for)
                if isinstance(may, people.Leave):
                    return may.reason
        refusal = msg(
            "only whoever can act in {states}, the owner ({name}), and whoever has the right `assign` may do this",
            states=_titles(draft, sources), name=draft.ticket.owner,
        )  # fmt: skip
    raise Refused(
        Refusal("not_you", msg("{name} may not send {ticket} back: {why}", name=person, ticket=draft.ticket.id,
                               why=refusal or ""))
    )  # fmt: skip


def _give_back(draft: Draft, way: Way) -> None:
    """Give the tasks of what was entered to who had them when it was left, if he may still act."""
    given = {event["region"] for event in draft.events if event["kind"] == "assigned"}
    for region in dict.fromkeys(draft.program.region(leaf) for leaf in way.targets):
        former = way.tasks.get(region, {})
        person, role = former.get("assignee"), former.get("role")
        offered = {name: former[name] for name in ("role", "skill") if name in former}
        if person is not None and people.may_have(draft, region, person, former):
            draft.emit("assigned", region=region, assignee=person, **offered)
        elif role is not None:
            draft.emit("assigned", region=region, **offered)
        elif region in draft.ticket.tasks and region not in given:
            draft.emit("unassigned", region=region)


def _tell(draft: Draft, way: Way) -> None:
    """Tell those who have the tasks now, or else the owner, that it has come back to them; whoever did it knows."""
    to: list[str] = []
    for region in dict.fromkeys(draft.program.region(leaf) for leaf in way.targets):
        task = draft.ticket.tasks.get(region, {})
        if "assignee" in task:
            to.append(task["assignee"])
        else:
            to += people.offered_to(draft, task) if "role" in task else [draft.ticket.owner]
    tell_of(draft, "return", to)


# --- words -----------------------------------------------------------------------------------------------------------


def _refusal(draft: Draft, message: Message) -> Refusal:
    rules = draft.program.procedure.acts.back
    assert rules is not None
    places = _places(draft, rules)
    if not places:
        return Refusal(
            "not_now", message, fix=msg("what can be done instead: sop show {ticket}", ticket=draft.ticket.id)
        )
    return Refusal("not_now", message, fix=msg("it may go back to: {places}", places=places))


def _places(draft: Draft, rules: Return) -> tuple[Any, ...]:
    """The places to which the ticket can go back from where it stands, in words: none that would be refused in turn."""
    words = {PREVIOUS: msg("the step before"), OPENER: msg("where it was opened")}
    states = draft.program.states
    return tuple(words.get(each) or (states[each].title or each) for each in rules.to if _leads_back(draft, each))


def _leads_back(draft: Draft, place: str) -> bool:
    """Whether the ticket has been in such a place before, and stands elsewhere now."""
    trail: list[Entry] = draft.ticket.acts.get("trail", [])
    match place:
        case "previous":
            moves = [_brought_by(trail, leaf) for leaf in draft.program.chart.leaves(draft.ticket.active)]
            return any(move is not None and move["from"] for move in moves)
        case "opener":
            return bool(trail) and bool(_arcs(draft, trail[0]["to"]))
        case _:
            left = (move["from"] for move in reversed(trail))
            last = next((each for each in left if any(_is_one_of(draft, leaf, (place,)) for leaf in each)), [place])
            return place in draft.ticket.entered and bool(_arcs(draft, last))


def _titles(draft: Draft, states: Iterable[str]) -> tuple[Any, ...]:
    return tuple(draft.program.states[each].title or each for each in states)
