"""How a refusal reads: what is wrong, what was meant, what is possible now, and an edit that mends it.

The voice is that of the procedures' checks: a fact, plain words, near names, something that can be typed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sop_engine.console.output import Output
from sop_engine.console.text import listed, width
from sop_engine.console.tree import LEAVES
from sop_engine.errors import NotUnderstood, SopError
from sop_engine.lean import dataclass
from sop_engine.messages import Message, msg, say

MOST_CHOICES = 12
"""choices that are told of a field"""


@dataclass(frozen=True, slots=True)
class Around:
    """What the console knows around a refusal, beyond what the engine says."""

    possible: Sequence[Mapping[str, Any]] = ()
    """as the JSON of a ticket has it"""
    by_itself: Sequence[Any] = ()
    """timers that come next, in words"""
    rests: str | None = None
    """why the ticket is suspended, if it is"""
    guards: Sequence[str] = ()
    """the conditions that failed, in words"""
    meanwhile: Sequence[str] = ()
    """the story of what others did since"""
    names: Mapping[str, str] | None = None
    """people by id, as they are shown"""


class Explained(Exception):
    """A refusal together with what stands around it."""

    def __init__(self, error: SopError, around: Around) -> None:
        super().__init__(str(error))
        self.error = error
        self.around = around


class Interrupted(Exception):
    """Ctrl-C, with what became of the work."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


NO_CONTEXT = Around()
LONGEST_LINE = 2000
"""characters of a line of a refusal: what was typed may be a story, and its beginning is enough to know it by"""


def tell_failure(output: Output, error: SopError, around: Around = NO_CONTEXT) -> None:
    """Say a refusal: as JSON on stdout, or in words on stderr."""
    if output.as_json:
        output.json(failure_json(error, around, output.language))
    else:
        output.tell(*failure_lines(error, around, output.language, output.room()))


def failure_lines(error: SopError, around: Around, language: str, room: int | None = None) -> list[str]:
    """A refusal in words, line by line; what is possible a line each, where it does not fit into `room` cells."""
    lines = [sentence(say(error.message, language), language)]
    if around.rests is not None:
        lines.append(say(_rests(around.rests), language))
    lines += [say(msg("the condition: {guard}", guard=guard), language) for guard in around.guards]
    if error.near:
        lines.append(say(msg("did you mean: {names}?", names=tuple(f"`{name}`" for name in error.near[:3])), language))
    if around.meanwhile:
        lines.append(say(msg("meanwhile:"), language))
        lines += [f"  {line}" for line in around.meanwhile]
    lines += [_need_line(need, language) for need in error.needs if isinstance(need, Mapping)]
    lines += _possible_lines(error, around, language, room)
    if error.fix is not None:
        lines.append(say(msg("fix: {fix}", fix=error.fix), language))
    return [brief(line) for line in lines]


def brief(text: str) -> str:
    """`text`, or its beginning and its end where it is longer than anybody reads."""
    return text if len(text) <= LONGEST_LINE else f"{text[:400]} … {text[-200:]}"


def _rests(reason: str) -> Message:
    return msg("it is suspended for this reason: {text}", text=" ".join(reason.split()))


def failure_json(error: SopError, around: Around, language: str) -> dict[str, Any]:
    """A refusal as JSON: `{"error": {code, name, message, where, needs, possible, fix}}`."""
    message = [say(error.message, language), *around.guards]
    if around.rests is not None:
        message.append(say(_rests(around.rests), language))
    fix = [] if error.fix is None else [say(error.fix, language)]
    if error.near:
        fix.insert(0, say(msg("did you mean: {names}?", names=tuple(f"`{name}`" for name in error.near[:3])), language))
    entry: dict[str, Any] = {
        "code": error.code,
        "name": error.name,
        "message": brief("; ".join(message)),
        "where": error.where if error.where is None else brief(error.where),
        "needs": [spoken(need, language) for need in error.needs],
        "possible": list(around.possible) or [spoken(each, language) for each in error.possible],
        "fix": brief(" ".join(fix)) or None,
    }
    if around.meanwhile:
        entry["meanwhile"] = list(around.meanwhile)
    return {"error": entry}


def spoken(value: Any, language: str) -> Any:
    """A structure with its Messages and titles said in one language."""
    match value:
        case Message():
            return say(value, language)
        case Mapping() if value and set(value) <= {"zh", "en", "und"}:
            return say(value, language)
        case Mapping():
            return {name: spoken(item, language) for name, item in value.items()}
        case list() | tuple():
            return [spoken(item, language) for item in value]
        case _:
            return value


def sentence(text: str, language: str) -> str:
    """`text` with a full stop, where it ends in no mark."""
    return text if text[-1:] in ".?!:。？！：" else text + ("。" if language == "zh" else ".")


def _need_line(need: Mapping[str, Any], language: str) -> str:
    """`needs: charge (收费性质): undecided 待定, free 无偿`."""
    from sop_engine.console.names import typed_form  # help and most faults need no values

    choices = need.get("choices") or ()
    if choices and need.get("type") == "choice":
        how: Any = tuple(_choice(choice, language) for choice in choices[:MOST_CHOICES])
    elif need.get("type") == "text":
        how = msg("text")
    else:
        how = msg("such as {example}", example=typed_form(spoken(need.get("example"), language), language))
    name = _named(need["name"], say(need.get("title") or "", language))
    return say(msg("needs: {name}: {how}", name=name, how=how), language)


def _choice(choice: Mapping[str, Any], language: str) -> str:
    title = say(choice.get("title") or "", language)
    return str(choice["id"]) if title in {"", choice["id"]} else f"{choice['id']} {title}"


def _named(id: str, title: str) -> str:
    return id if title in {"", id} else f"{id} ({title})"


def _possible_lines(error: SopError, around: Around, language: str, room: int | None) -> list[str]:
    people = [each for each in error.possible if isinstance(each, str)]
    offers = [each for each in error.possible if isinstance(each, Mapping)]
    lines = []
    if people:
        names = around.names or {}
        lines.append(say(msg("who may: {people}", people=tuple(names.get(each, each) for each in people)), language))
    comma, stop = ("、", "；") if language == "zh" else (", ", "; ")
    groups: list[tuple[str, list[str], str]] = []
    if offers:
        head = say(msg("possible now: {possible}", possible=""), language)
        groups.append((head, list(_offers(offers, language)), comma))
    if around.by_itself:
        timers = [say(each, language) for each in around.by_itself]
        groups.append((say(msg("by itself: {timers}", timers=""), language), timers, stop))
    line = stop.join(head + between.join(parts) for head, parts, between in groups)
    if not groups or room is None or width(line) <= room:
        return [*lines, line] if line else lines
    return [*lines, *(each for group in groups for each in listed(*group, room))]


def _offers(offers: Iterable[Mapping[str, Any]], language: str) -> Iterable[str]:
    """`approve (manager)`, `return (desk, needs: reason)`, each trigger once; in Chinese with the titles of what is
    needed, which may be typed too."""
    seen = set()
    for offer in offers:
        if offer["trigger"] in seen:
            continue
        seen.add(offer["trigger"])
        said = [say(tuple(offer.get("who") or ()), language)]
        needs = offer.get("needs_titles" if language == "zh" else "needs")
        if needs:
            said.append(say(msg("needs: {fields}", fields=tuple(needs)), language))
        inside = [each for each in said if each]
        if language == "zh":
            name = f"{offer['trigger']} {say(offer.get('title') or '', language)}".rstrip()
            yield f"{name}（{'；'.join(inside)}）" if inside else name
        else:
            yield f"{offer['trigger']} ({', '.join(inside)})" if inside else offer["trigger"]


# --- what was typed --------------------------------------------------------------------------------------------------


def is_usage_error(error: BaseException) -> bool:
    """Whether Typer raised this over what was typed. Its class has no public name."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def usage_error(error: Any) -> NotUnderstood:
    """What Typer found wrong with the words of a command, in our words."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "sop"
    help = msg("how it is used: {command} --help", command=command)
    match type(error).__name__:
        case "NoSuchOption":
            if command == "sop new" and not error.option_name.isascii():
                help = msg("write it without the dashes: {word}", word=error.option_name.lstrip("-"))
            return NotUnderstood(
                msg("`{command}` has no option {option}", command=command, option=error.option_name),
                near=sorted(error.possibilities or ()),
                fix=help,
            )
        case "MissingParameter":
            parameter = error.param
            named = parameter.metavar or parameter.name if parameter is not None else ""
            usage = context.get_usage().partition(": ")[2] if context is not None else ""
            return NotUnderstood(
                msg("`{command}` needs {what}", command=command, what=named),
                fix=msg("write it so: {usage}", usage=usage),
            )
        case "BadOptionUsage":
            return NotUnderstood(msg("{option} needs a value after it", option=error.option_name), fix=help)
    text = error.format_message()
    if text.startswith("Got unexpected extra"):
        extra = text.partition("(")[2].rpartition("(")[2].rstrip(")")
        leaf = LEAVES.get(command.partition(" ")[2])
        if leaf is not None and leaf.options == "many":
            help = msg("several tickets are written with commas between: {command} 7,8", command=command)
        return NotUnderstood(msg("`{command}` cannot use: {words}", command=command, words=extra), fix=help)
    parameter = getattr(error, "param", None)
    if parameter is not None:
        name = parameter.opts[-1] if parameter.opts else parameter.name
        return NotUnderstood(msg("{option}: {problem}", option=name, problem=error.message), fix=help)
    return NotUnderstood(msg("{command}: {problem}", command=command, problem=text), fix=help)
