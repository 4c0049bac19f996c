"""What the board does to a ticket beside its triggers: a key each, what it asks, and the arguments of its command.

The same commands as those of `console.staff`; whether somebody may is for the engine to say.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sop_engine.console.board.questions import Option, Question, Values, option
from sop_engine.console.staff.attention import instant_given
from sop_engine.console.text import one_line
from sop_engine.messages import Message, msg, say
from sop_engine.procedure import ROOT
from sop_engine.ticket.acts.attention import CUSTOMER, SIDES
from sop_engine.ticket.acts.returning import OPENER, PREVIOUS
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_ROLE: Final = "role:"
"""before the id of a role, among people"""


class Place(NamedTuple):
    """A ticket, and what is needed to ask about it."""

    opened: "Opened"
    program: Program
    ticket: Ticket

    def say(self, message: Any) -> str:
        return one_line(say(message, self.opened.call.language))

    def option(self, id: str, title: Any) -> Option:
        """An option by its id and title, in whichever language it is looked for."""
        others = title.values() if isinstance(title, Mapping) else ()
        return option(id, self.say(title or id), (one_line(each) for each in others))


class Act(NamedTuple):
    """Something that is done by a key."""

    key: str
    name: str
    """of the command"""
    title: Message
    ask: Callable[[Place], tuple[Question, ...]]
    arguments: Callable[[Place, Values], dict[str, Any]]
    fits: Callable[[Ticket], bool] = lambda ticket: ticket.status == "open"


def people(opened: "Opened") -> tuple[Option, ...]:
    """Who is active."""
    return tuple(option(id, one_line(name)) for id, name in opened.staff.items())


def first(values: Values, name: str) -> dict[str, str]:
    """The one value of a question, as an argument of that name; nothing where it was left empty."""
    return {name: values[name][0]} if name in values else {}


# --- what is asked ---------------------------------------------------------------------------------------------------


def _region(place: Place) -> tuple[Question, ...]:
    """Which task is meant, where there are several."""
    tasks, states = place.ticket.tasks, place.program.states
    if len(tasks) < 2:
        return ()
    options = tuple(place.option(each, states[each].title if each in states else "") for each in tasks)
    return (Question("region", place.say(msg("whose task")), True, "one", options),)


def _reason(place: Place, required: bool) -> Question:
    return Question("reason", place.say(msg("Reason")), required)


def _whom(place: Place) -> Question:
    return Question("to", place.say(msg("To whom")), True, "one", people(place.opened))


def _whom_or_role(place: Place) -> Question:
    roles = tuple(
        option(_ROLE + each.id, place.say(msg("all with the role {role}", role=each.title or each.id)),
               (one_line(title) for title in each.title.values()))
        for each in place.program.procedure.roles
    )  # fmt: skip
    whom = _whom(place)
    return Question(whom.name, whom.title, True, "one", whom.options + roles)


def _back_reason(place: Place) -> tuple[Question, ...]:
    reasons = place.program.procedure.acts.give_back.reasons
    if not reasons:
        return (_reason(place, True),)
    options = tuple(place.option(each.id, each.title) for each in reasons)
    return (
        Question("because", place.say(msg("Reason")), True, "one", options),
        Question("reason", place.say(msg("more words on it"))),
    )


def _where_to(place: Place) -> tuple[Question, ...]:
    states = place.program.states
    been = [each for each in place.ticket.entered if each != ROOT and each not in place.ticket.active]
    options = (
        place.option(PREVIOUS, msg("the step before")),
        place.option(OPENER, msg("to whoever opened it")),
        *(place.option(each, states[each].title) for each in been if each in states),
    )
    return (Question("to", place.say(msg("Back to")), True, "one", options), _reason(place, True))


def _until(place: Place) -> tuple[Question, ...]:
    hint = place.say(msg("2 h, tomorrow 14:00, 2026-11-30 09:00"))
    return (Question("until", place.say(msg("Until when")), True, hint=hint), _reason(place, True))


def _side(place: Place) -> tuple[Question, ...]:
    titles = {CUSTOMER: msg("the customer urges")}
    options = tuple(place.option(each, titles.get(each, msg("we urge"))) for each in SIDES)
    return (
        Question("from", place.say(msg("Who urges")), False, "one", options, kept=place.say(msg("we urge"))),
        Question("note", place.say(msg("what was said"))),
        *_region(place),
    )


def _note(place: Place) -> tuple[Question, ...]:
    return (Question("note", place.say(msg("the note")), True),)


def _files(place: Place) -> tuple[Question, ...]:
    hint = place.say(msg("the path of a photo, a scan, a recording"))
    return (
        Question("files", place.say(msg("Files")), True, "lines", hint=hint),
        Question("label", place.say(msg("Label")), hint=place.say(msg("what they show"))),
    )


# --- what is given ---------------------------------------------------------------------------------------------------


def _plain(*names: str) -> Callable[[Place, Values], dict[str, Any]]:
    """The values as arguments of the same names."""
    return lambda _place, values: {name: text for each in names for name, text in first(values, each).items()}


def _to_or_role(place: Place, values: Values) -> dict[str, Any]:
    given = _plain("to", "reason", "region")(place, values)
    if given.get("to", "").startswith(_ROLE):
        given["role"] = given.pop("to").removeprefix(_ROLE)
    return given


def _suspended(place: Place, values: Values) -> dict[str, Any]:
    given = _plain("until", "reason")(place, values)
    return {**given, **({"until": instant_given(place.opened, given["until"])} if "until" in given else {})}


def _attached(place: Place, values: Values) -> dict[str, Any]:
    from sop_engine.console.staff.files import attachment

    label = values["label"][0] if "label" in values else None
    return attachment(place.opened, place.ticket.id, [Path(each) for each in paths_of(values["files"])], label)


def paths_of(said: tuple[str, ...]) -> list[str]:
    """Paths as they were typed, with the `@` of files or without."""
    return [str(Path(each.strip().removeprefix("@")).expanduser()) for each in said]


def has_task(ticket: Ticket) -> bool:
    """Whether there is a task that could be claimed, given to somebody, passed on or given back."""
    return ticket.status == "open" and bool(ticket.tasks)


def _is_passed(ticket: Ticket) -> bool:
    return bool(ticket.acts.get("offered") or ticket.acts.get("delegated"))


ACTS: Final = (
    Act("c", "claim", msg("claim"), _region, _plain("region"), has_task),
    Act("i", "assign", msg("give it to somebody"),
        lambda place: (_whom(place), _reason(place, False), *_region(place)), _plain("to", "reason", "region"),
        has_task),
    Act("t", "transfer", msg("pass it on"),
        lambda place: (_whom_or_role(place), _reason(place, False), *_region(place)), _to_or_role, has_task),
    Act("o", "take_over", msg("take over what is offered"), lambda _place: (), _plain(), _is_passed),
    Act("x", "turn_down", msg("turn down what is offered"),
        lambda place: (_reason(place, True),), _plain("reason"), _is_passed),
    Act("b", "give_back", msg("give the task back"),
        lambda place: (*_back_reason(place), *_region(place)), _plain("because", "reason", "region"),
        has_task),
    Act("g", "return", msg("send the ticket back"), _where_to, _plain("to", "reason")),
    Act("n", "note", msg("note"), _note, _plain("note"), lambda _ticket: True),
    Act("u", "urge", msg("urge"), _side, _plain("from", "note", "region")),
    Act("s", "suspend", msg("let it rest"), _until, _suspended),
    Act("s", "resume", msg("let it go on"), lambda place: (_reason(place, False),), _plain("reason"),
        lambda ticket: ticket.status == "suspended"),
    Act("a", "attach", msg("attach files"), _files, _attached, lambda _ticket: True),
)  # fmt: skip
"""Each by its key; of two with the same key one fits."""
