"""When a promise begins, is kept, begins anew and stands still: the words of `start`, `stop`, `reset` and `pause`.

| written | means |
|---|---|
| `received` | the state is entered; of `pause`: the ticket is in it |
| `did finish`, `took paid` | the trigger is done, the event is taken; a pause lasts, so it has no such moments |
| `{charge: paid}`, `charge == 'paid'` | a condition |

Text that is one of none of these, such as `done finish`, is not handed to the reader of conditions: what that would say
of it would help nobody.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sop_engine.goals import Mark
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records.building import Builder
from sop_engine.language.records.people import DID
from sop_engine.language.source.tree import Cursor
from sop_engine.procedure import Tree

NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
TOOK: Final = re.compile(r"took ([a-z][a-z0-9_.-]*)\Z")
PROSE: Final = re.compile(r"[^\W\d]\w*(?:\s+\w+)*\Z")
"""words and nothing else"""
JOINTS: Final = frozenset({"and", "or", "not", "in"})
CLOCK: Final = frozenset({"today", "now"})


def marks(builder: Builder, given: Any, cursor: Cursor, at: str, word: str) -> tuple[Mark, ...]:
    """The moments of `start`, `stop` or `reset`; what names none becomes a fact."""
    found: list[Mark] = []
    for item, here in zip(listed(given), cursor.each(), strict=False):
        text = item if isinstance(item, str) else ""
        if did := DID.match(text):
            builder.use("trigger", did[1], here, at, word, here.part(4, len(text)))
            found.append(Mark("did", did[1]))
        elif took := TOOK.match(text):
            builder.use("event", took[1], here, at, "took", here.part(5, len(text)))
            found.append(Mark("took", took[1]))
        elif isinstance(item, str) and _is_state(builder, text, here, at):
            builder.use("state", text, here, at, word)
            found.append(Mark("entered", text))
        elif not isinstance(item, str) or _is_condition(builder, text, here, "mark"):
            found += [Mark("holds", when=tree) for tree in _conditions(builder, item, here, at)]
    return tuple(found)


def pauses(builder: Builder, given: Any, cursor: Cursor, at: str) -> tuple[tuple[str, ...], tuple[Tree, ...]]:
    """The states and the conditions of `pause`."""
    states: list[str] = []
    conditions: list[Tree] = []
    for item, here in zip(listed(given), cursor.each(), strict=False):
        if isinstance(item, str) and (DID.match(item) or TOOK.match(item)):
            builder.draft.fact("goal_mark", here.span, text=item, reason="no_length")
        elif isinstance(item, str) and _is_state(builder, item, here, at, pause=True):
            builder.use("state", item, here, at, "pause")
            states.append(item)
        elif not isinstance(item, str) or _is_condition(builder, item, here, "pause"):
            conditions += _conditions(builder, item, here, at)
    return tuple(states), tuple(conditions)


def _is_state(builder: Builder, text: str, here: Cursor, at: str, pause: bool = False) -> bool:
    """Whether a text is to be taken for a state's name, though there may be none: then that is said elsewhere."""
    draft = builder.draft
    if not NAME.match(text):
        return False
    if draft.known("state", text):
        return True
    if not pause and (draft.known("trigger", text) or text == "open"):
        draft.fact("goal_mark", here.span, text=text, reason="trigger")
        return False
    field = builder.fields.get(text)
    if field is not None:
        builder.use("field", text, here, at, "guard")
        draft.fact("goal_mark", here.span, text=text, reason="flag" if field.type == "boolean" else "field")
        return False
    return True


def _is_condition(builder: Builder, text: str, here: Cursor, reason: str) -> bool:
    """Whether a text that is no name is a condition; what is only words is none."""
    if NAME.match(text) or text.count("(") < text.count(")"):
        return False  # the rest of a torn one is said with its beginning
    if text.count("(") > text.count(")"):
        builder.draft.fact("goal_mark", here.span, text=text, reason="torn")
        return False
    if text.strip() and (not PROSE.match(text.strip()) or JOINTS & set(text.split())):
        return True
    builder.draft.fact("goal_mark", here.span, text=text, reason=reason)
    return False


def _conditions(builder: Builder, given: str | Mapping[str, object], here: Cursor, at: str) -> Iterator[Tree]:
    """The condition as a tree. It is looked at when something happens to the ticket, so it may not wait for a time."""
    tree = builder.guard(given, here, at)
    if tree is not None:
        if _asks_the_time(tree):
            builder.draft.fact("goal_clock", here.span)
        yield tree


def _asks_the_time(tree: Tree) -> bool:
    return tree[0] in CLOCK or (tree[0] != "const" and any(_asks_the_time(each) for each in tree if _is_tree(each)))


def _is_tree(part: object) -> bool:
    return isinstance(part, tuple) and bool(part)
