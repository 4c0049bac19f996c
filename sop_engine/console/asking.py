"""Questions at the terminal: what a trigger asks, one field after the other, in the order of the procedure."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sop_engine import values
from sop_engine.console.given import read_texts
from sop_engine.console.masking import masked_text
from sop_engine.console.names import typed_form
from sop_engine.console.views.looking import answered
from sop_engine.errors import NotNow, NotUnderstood, SopError
from sop_engine.messages import msg, say
from sop_engine.procedure import Field
from sop_engine.values import ValueProblem

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.ticket.draft import Draft
    from sop_engine.ticket.program import Program
    from sop_engine.ticket.records import Ticket


def is_asked(opened: "Opened", program: "Program", ticket: "Ticket", field: Field, given: Mapping[str, Any]) -> bool:
    """Whether a field is to be asked for in its turn: always, or where it is only sometimes required, if it is by
    what the ticket has and what was `given` before it. Of a ticket not there yet what is left out has its default."""
    if field.required is None:
        return True
    required = field.required
    opening = {} if ticket.number else {each.id: each.default for each in program.fields.values()}

    def ask(draft: "Draft") -> bool:
        for name, value in {**opening, **given}.items():
            draft.values.pop(name, None)
            if value is not None:
                draft.values[name] = program.decoders[name](value)
        return draft.holds(required)

    with opened.reading() as reading:
        return answered(opened, reading, program, ticket, ask)


def ask_field(opened: "Opened", field: Field, present: Any, required: bool) -> Any:
    """Ask for a field until the answer can be read. An empty answer keeps what is there, or takes the default (then
    None comes back, and nothing need be given), or leaves out what is not required. Raises `NotUnderstood` when the
    input ends, and KeyboardInterrupt."""
    output, language = opened.call.output, opened.call.language
    fallback = present if present is not None else field.default
    _say_question(opened, field, fallback, required)
    lines: list[str] = []
    while True:
        text = answer(opened)
        if not text.strip() and lines:
            text = "\n".join(lines)
        elif field.type == "rows" and text.strip() and not text.strip().startswith(("[", "{")):
            lines += _row(opened, field, lines, text)
            continue
        if not text.strip():
            if fallback is not None or not required:
                return None
            output.tell(msg("this is needed; to give up press Ctrl-C"))
            continue
        try:
            return read_texts(opened, field, _pieces(field, text))
        except ValueProblem as problem:
            output.tell(problem.message)
        except SopError as error:
            # a file that is not there or too large: ask again, nothing is lost
            output.tell(say(error.message, language))


def _row(opened: "Opened", field: Field, before: list[str], text: str) -> list[str]:
    """The line as a further row; empty where it cannot be read, which is told. How many are wanted is asked at the
    end."""
    try:
        read_texts(opened, replace(field, min=None), [*before, text.strip()])
    except ValueProblem as problem:
        opened.call.output.tell(problem.message)
        return []
    return [text.strip()]


def _pieces(field: Field, text: str) -> list[str]:
    """The answer as pieces: several files stand with spaces between them, each with its `@`."""
    stripped = text.strip()
    if field.type in {"file", "photo"} and field.many:
        return [f"@{each.strip()}" for each in stripped.removeprefix("@").split(" @")]
    return [stripped]


def _say_question(opened: "Opened", field: Field, fallback: Any, required: bool) -> None:
    output, language = opened.call.output, opened.call.language
    title = say(field.title, language) if field.title else field.id
    lines: list[Any] = [title if required else msg("{title} (may be left empty)", title=title)]
    if field.hint:
        lines.append(msg("  {hint}", hint=field.hint))
    if field.choices:
        lines += [f"  {_choice(each.id, say(each.title, language) if each.title else '')}" for each in field.choices]
    if field.type == "checklist" or not (field.choices or field.type == "text"):
        lines.append(msg("  such as {example}", example=typed_form(values.example(field, language), language)))
    if field.type == "rows":
        lines.append(msg("  one row a line; an empty line ends them"))
    if fallback is not None:
        shown = (
            masked_text(field, fallback) if field.personal in opened.hidden_from() else opened.shown(field, fallback)
        )
        lines.append(msg("  empty: {value}", value=shown))
    output.tell(*lines)


def _choice(id: str, title: str) -> str:
    return id if title in {"", id} else f"{id}  {title}"


def answer(opened: "Opened") -> str:
    """A line that somebody types. Raises `NotUnderstood` when the input ends, `NotYou` when whoever was on at a shared
    terminal is on no longer, and KeyboardInterrupt."""
    sys.stderr.write("> ")
    sys.stderr.flush()
    try:
        text = sys.stdin.readline()
    except KeyboardInterrupt:
        # what is said of it begins on a line of its own, not behind the ^C
        sys.stderr.write("\n")
        raise
    if not text:
        raise NotUnderstood(
            msg("the input ended before everything was answered; nothing was changed"),
            fix=msg("give the values with --field name=value"),
        )
    opened.require_on()
    return text.rstrip("\r\n")


def ask_until_enough(
    opened: "Opened",
    name: str,
    ticket: str,
    arguments: dict[str, Any],
    fields: Mapping[str, Field],
    present: Mapping[str, Any],
) -> None:
    """Try a command without keeping anything, and ask for what is missing, until nothing is. The answers are put into
    the `fields` of its arguments; `present` are the values that the ticket has. What a condition reads and may be given
    is asked for too, once. Raises what refuses it for another reason."""
    given: dict[str, Any] = arguments["fields"]
    asked: set[str] = set()
    while True:
        try:
            opened.site.engine.act(opened.command(name, ticket, arguments), dry_run=True)
            return
        except (NotUnderstood, NotNow) as refusal:
            wanted = [
                fields[need["name"]]
                for need in refusal.needs
                if isinstance(need, Mapping) and need["required"] is isinstance(refusal, NotUnderstood)
            ]
            missing = [each for each in wanted if each.id not in given and each.id not in asked]
            asked.update(each.id for each in missing)
            if not _ask_missing(opened, missing, given, present, isinstance(refusal, NotUnderstood)):
                raise


def _ask_missing(
    opened: "Opened", missing: list[Field], given: dict[str, Any], present: Mapping[str, Any], required: bool
) -> bool:
    """Ask for fields that a command was refused for; whether any was given."""
    answered = False
    for field in missing:
        value = ask_field(opened, field, present.get(field.id), required)
        if value is not None:
            given[field.id] = value
            answered = True
    return answered
