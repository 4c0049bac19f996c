"""A ticket in words: where it stands, whose it is, what is written down, what comes by itself, what can be done."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sop_engine import canonical, values
from sop_engine.console.masking import masked_text
from sop_engine.console.names import apart, span, titled, when, with_names
from sop_engine.console.stories.acts import LINKED, RESUMES, SHIFT_ENDS
from sop_engine.console.stories.hands import RETURNS, hand_lines
from sop_engine.console.team_names import team_title
from sop_engine.console.text import listed
from sop_engine.console.views.acts import act_lines
from sop_engine.console.views.as_json import ticket_json
from sop_engine.console.views.promises import coming_promise, goal_title, promise_lines
from sop_engine.messages import Message, msg, say, title_of
from sop_engine.procedure import ROOT
from sop_engine.ticket import skills
from sop_engine.ticket.levels import PREFIX
from sop_engine.ticket.possible import outcome_title
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import DELEGATION, RESUME, SHIFT_END, Erased

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.console.stories.story import Chapter
    from sop_engine.console.views.looking import Look

_STATUS: Mapping[str, Message] = {"open": msg("open"), "suspended": msg("suspended"), "closed": msg("closed")}


def print_ticket(
    opened: "Opened",
    seen: "Look",
    story: "Sequence[Chapter] | None" = None,
    more: Mapping[str, Any] | None = None,
    done: bool = False,
) -> None:
    """Print a ticket on stdout, in words or as JSON; with its story, where that is given. JSON has `more` entries. When
    something was `done`, a terminal on which the last lines say what is possible is not told it twice."""
    output = opened.call.output
    if output.as_json:
        events = {} if story is None else {"events": [chapter.plain() for chapter in story]}
        output.json({**ticket_json(opened, seen), **events, **(more or {})})
        return
    sections = [
        [*_head(opened, seen), *hand_lines(opened, seen), *act_lines(opened, seen)],
        _fields(opened, seen),
        promise_lines(opened, seen),
        _timers(opened, seen),
        _possible(opened, seen, done and output.on_terminal() and output.room() is not None),
    ]
    for rank, section in enumerate(each for each in sections if each):
        if rank and output.on_terminal():
            output.line("")
        output.pairs(section)
    if story is not None:
        from sop_engine.console.stories.story import lines

        output.line("")
        for line in lines(story):
            output.line(line)


def _head(opened: "Opened", seen: "Look") -> list[tuple[Any, Any]]:
    ticket, head, language = seen.ticket, seen.head, opened.call.language
    procedure = seen.program.procedure
    version = msg("{procedure}, version {version}", procedure=titled(procedure.id, procedure.title, language),
                  version=head.version)  # fmt: skip
    pairs: list[tuple[Any, Any]] = [(msg("TRAINING"), msg("nothing here is real"))] if opened.training else []
    pairs += [(msg("ticket"), ticket.id), (msg("procedure"), version)]
    pairs.append((msg("state"), _state(opened, seen)))
    if head.subject:
        pairs.append((msg("subject"), opened.text_seen(ticket, head.subject)))
    pairs.append((msg("owner"), opened.named(ticket.owner)))
    for region, task in ticket.tasks.items():
        whole = region == ROOT or len(ticket.tasks) == 1
        pairs.append((msg("task") if whole else msg("task {region}", region=region), _task(opened, seen, task)))
    opening = values.show_instant(canonical.instant_of(ticket.opened), language, opened.zone)
    pairs.append((msg("opened"), msg("{time} by {name}", time=opening, name=opened.named(ticket.opener))))
    if ticket.parent:
        pairs.append((msg("part of"), ticket.parent))
    for child in seen.children:
        pairs.append((msg("child"), f"{child.id}  {', '.join(child.state)}"))
    for link in ticket.links:
        pairs.append((LINKED[link["as"]], link["id"]))
    pairs.append((msg("step"), str(ticket.number)))
    return pairs


def _state(opened: "Opened", seen: "Look") -> Any:
    language, program = opened.call.language, seen.program
    leaves = tuple(titled(leaf, program.states[leaf].title, language) for leaf in seen.head.state)
    if seen.ticket.status == "open":
        return leaves
    if seen.ticket.status == "suspended":
        return msg("{state}; suspended", state=leaves)
    outcome = outcome_text(program, seen.ticket.outcome, language)
    if not leaves:  # it ended where it stood, and stands nowhere since
        return msg("{status}: {outcome}", status=_STATUS[seen.ticket.status], outcome=outcome)
    return msg("{state}; {status}: {outcome}", state=leaves, status=_STATUS[seen.ticket.status], outcome=outcome)


def outcome_text(program: Program, outcome: str | None, language: str) -> str:
    """An outcome by title and id."""
    title = outcome_title(program, outcome)
    return titled(outcome or "-", title if isinstance(title, Mapping) else {}, language)


def _task(opened: "Opened", seen: "Look", task: Mapping[str, str]) -> Any:
    if "assignee" in task:
        return opened.named(task["assignee"])
    program, language = seen.program, opened.call.language
    who: Any = role_text(program, task["role"], language)
    if asked := skills.named(program, seen.ticket.fields, task.get("skill", "")):
        titles = tuple(titled(each, program.skills[each].title, language) for each in asked)
        who = msg("{who} with the skill {skill}", who=who, skill=titles)
    if "team" in task:
        with opened.reading() as reading:
            who = msg("{who} of the team {team}", who=who, team=team_title(reading, task["team"]))
    if "claim" in program.procedure.acts.never:
        return msg("offered to {role}", role=who)
    return msg("offered to {role}; take it with: sop claim", role=who)


def role_text(program: Program, role: str, language: str) -> str:
    """A role by title and id."""
    declared = program.roles.get(role)
    return titled(role, declared.title if declared is not None else {}, language)


def _fields(opened: "Opened", seen: "Look") -> list[tuple[Any, Any]]:
    ticket, hidden = seen.ticket, opened.hidden_from(seen.ticket)
    pairs: list[tuple[Any, Any]] = []
    fields = opened.fields_seen(ticket, seen.program.procedure.fields)
    for field in seen.program.procedure.fields:
        if field.id not in fields:
            continue
        value = fields[field.id]
        title = field.title or field.id
        if isinstance(value, Erased) or value is None:
            pairs.append((title, msg("(erased)")))
        elif field.personal in hidden:
            pairs.append((title, masked_text(field, value)))
        elif field.type == "staff":
            people = value if isinstance(value, list | tuple) else [value]
            pairs.append((title, tuple(opened.named(each) for each in people)))
        else:
            pairs.append((title, opened.shown(field, value)))
    return pairs


def _timers(opened: "Opened", seen: "Look") -> list[tuple[Any, Any]]:
    pairs: list[tuple[Any, Any]] = []
    for key, timer in sorted(seen.ticket.timers.items(), key=lambda item: (item[1]["due"], item[0])):
        if (key.startswith(PREFIX) and "aside" not in timer) or key.startswith((RESUME, DELEGATION)):
            continue  # the promise itself says it, or the line of the suspension or of what was lent
        time: Any = when(timer["due"], seen.now, opened.call.language, opened.zone)
        if seen.ticket.waits(key):
            due = values.show_instant(canonical.instant_of(timer["due"]), opened.call.language, opened.zone)
            time = msg("{time} (waits until the ticket is resumed)", time=due)
        if "aside" in timer:
            time = msg("{time}; set aside: {error}; try it again: sop release {ticket} {timer}", time=time,
                       error=timer["aside"], ticket=seen.ticket.id, timer=key)  # fmt: skip
        happening = happens(seen, key, opened.call.language)
        shown = msg("{time}: {happening}", time=time, happening=happening) if happening else time
        pairs.append((msg("timer {timer}", timer=timer_text(seen.program, key, opened.call.language)), shown))
    return pairs


def happens(seen: "Look", key: str, language: str) -> str:
    """What a timer does when it fires, in words."""
    if key.startswith(PREFIX):
        return say(coming_promise(seen, key, language), language)
    from sop_engine.documents.transition_text import happening_text

    if key == RESUME or key.startswith(DELEGATION):
        return say(RESUMES if key == RESUME else RETURNS, language)
    known = seen.program.timers.get(key)
    return happening_text(known[1], seen.program.procedure, language) if known is not None else ""


def timer_text(program: Program, key: str, language: str) -> str:
    """A timer by title; by key where it has none."""
    if key.startswith(PREFIX):
        return goal_title(program, key.removeprefix(PREFIX), language)
    if key == RESUME or key.startswith(DELEGATION):
        return say(RESUMES if key == RESUME else RETURNS, language)
    if key.startswith(SHIFT_END):
        return say(SHIFT_ENDS, language)
    known = program.timers.get(key)
    return title_of(known[1].title, language, key) if known is not None else key


def _possible(opened: "Opened", seen: "Look", said_below: bool) -> list[tuple[Any, Any]]:
    """What can be done; where it is `said_below`, only what the last lines leave out."""
    language = opened.call.language
    pairs: list[tuple[Any, Any]] = []
    for each in seen.possible:
        told = each["allowed"] or each["who"] or each["shut"]
        if said_below and told and not each["region"] and not each["signatures"]:
            continue
        name = f"{each['region']}.{each['trigger']}" if each["region"] else each["trigger"]
        parts = [say(with_names(each["by"], opened.names), language)]
        required = [need["title"] or need["name"] for need in each["needs"] if need["required"]]
        if required:
            parts.append(say(msg("needs: {fields}", fields=tuple(required)), language))
        if each["signatures"]:
            parts.append(say(msg("signed: {have} of {want}", **each["signatures"]), language))
        if not each["allowed"]:
            parts.append(say(msg("not now") if each["shut"] else msg("not you"), language))
        pairs.append((msg("possible {trigger}", trigger=titled(name, each["title"], language)), apart(parts, language)))
    return pairs


# --- after a write ---------------------------------------------------------------------------------------------------


def coming(opened: "Opened", seen: "Look", most: int = 3) -> list[Any]:
    """The timers that come next and would do something as things stand: `in 12 min told: Team lead`."""
    found: list[Any] = []
    running = [
        (timer["due"], key)
        for key, timer in seen.ticket.timers.items()
        if "aside" not in timer and (key in seen.live or key.startswith((RESUME, DELEGATION, PREFIX, SHIFT_END)))
    ]
    for due, key in sorted(running)[:most]:
        left = canonical.instant_of(due) - seen.now
        name = happens(seen, key, opened.call.language) or timer_text(seen.program, key, opened.call.language)
        if left.total_seconds() > 0:
            found.append(msg("in {span} {happening}", span=span(left), happening=name))
        else:
            found.append(msg("{happening}, due {span} ago", happening=name, span=span(left)))
    return found


def next_lines(opened: "Opened", seen: "Look") -> list[str]:
    """What is promised and what comes next: the last lines after something was done."""
    language = opened.call.language
    offered = [each for each in seen.possible if not each["region"]]
    mine = [_offer_text(each, language) for each in offered if each["allowed"]]
    others = [
        msg("{trigger}: {who}", trigger=titled(each["trigger"], each["title"], language),
            who=with_names(each["by"], opened.names))
        for each in offered
        if not each["allowed"] and each["who"]
    ]  # fmt: skip
    groups: tuple[tuple[Message, Sequence[Any]], ...] = (
        (msg("by itself: {timers}", timers=""), coming(opened, seen)),
        (msg("you can: {offers}", offers=""), mine),
        (msg("others: {offers}", offers=""), others),
    )
    stop, room = "；" if language == "zh" else "; ", opened.call.output.room()
    return [
        line
        for head, parts in groups
        if parts
        for line in listed(say(head, language), [say(each, language) for each in parts], stop, room)
    ]


def _offer_text(each: dict[str, Any], language: str) -> str:
    """An offer's title and trigger, with what it must be given."""
    text = titled(each["trigger"], each["title"], language)
    needed = tuple(need["title"] or need["name"] for need in each["needs"] if need["required"])
    return say(msg("{trigger} (needs: {fields})", trigger=text, fields=needed), language) if needed else text
