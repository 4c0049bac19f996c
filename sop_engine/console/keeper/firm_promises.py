"""What a firm's contract promises: `--promise rescue=30 min clock`, by the promises that procedures leave to firms."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sop_engine.console.tickets import by_title, newest_versions, normal_form
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Text, msg, title_of
from sop_engine.ticket.near import near
from sop_engine.worktime import NotADuration, allowance_text, parse_allowance
from sop_engine.worktime.allowances import Allowance

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_GOAL: Final = r"[a-z][a-z0-9_]{0,59}"
"""how a promise's id is spelled"""


def promises_said(opened: "Opened", said: Sequence[str]) -> dict[str, list[Any] | None]:
    """The promises of `--promise`, by id, as the record has them; null takes one out. Raises `NotUnderstood`."""
    found: dict[str, list[Any] | None] = {}
    for each in said:
        name, *time = re.split("[=＝]", each, maxsplit=1)
        if not time:
            raise NotUnderstood(
                msg("`{text}` says of no promise how long it is", text=each[:60]),
                fix=msg('write it so: --promise rescue="30 min clock"'),
            )
        found[_goal(opened, name.strip())] = _allowance(time[0].strip()) if time[0].strip() else None
    return found


def promise_text(said: Sequence[Any], language: str) -> str:
    """How long a promise of a contract is, in words that can be typed again."""
    count, unit, ending = said
    return allowance_text(Allowance(count, unit, ending), language)


def goal_titles(opened: "Opened") -> Mapping[str, str]:
    """The promises that published procedures leave to firms, by title."""
    return {id: title_of(title, opened.call.language, id) for id, title in _known(opened)}


def _known(opened: "Opened") -> list[tuple[str, Text]]:
    with opened.reading() as reading:
        forms = [normal_form(reading, version.digest) for version in newest_versions(reading).values()]
    return [(goal["id"], goal.get("title", {})) for form in forms for goal in form.get("goals", ()) if goal.get("firm")]


def _goal(opened: "Opened", name: str) -> str:
    """A promise by id or title. One that no procedure leaves to a firm yet is taken as it stands, with a warning: firms
    may be entered before the procedure that needs them is published."""
    titles = _known(opened)
    found = by_title(name, titles, "promise")
    if found is not None:
        return found
    known = tuple(sorted({id for id, _title in titles}))
    words = {word: id for id, title in titles for word in (id, *title.values())}
    close = tuple(dict.fromkeys(words[each] for each in near(name, words)))
    if re.fullmatch(_GOAL, name) is None:
        raise NotUnderstood(
            msg("no procedure leaves a promise `{name}` to a firm; those that there are: {known}", name=name[:60],
                known=known or msg("none")),
            near=close,
        )  # fmt: skip
    tell = opened.call.output.tell
    tell(msg("warning: no published procedure leaves a promise `{name}` to a firm; those that there are: {known}",
             name=name, known=known or msg("none")))  # fmt: skip
    if close:
        tell(msg("did you mean: {names}?", names=tuple(f"`{each}`" for each in close)))
    return name


def _allowance(said: str) -> list[Any]:
    try:
        found = parse_allowance(said)
    except NotADuration as fault:
        raise NotUnderstood(msg("--promise: {problem}", problem=fault.message)) from None
    if not found.count:
        raise NotUnderstood(msg("--promise: {text} is no time that a firm could keep", text=said[:40]))
    return [found.count, found.unit, found.ending]
