"""From the words of `acts:` to the records of what staff may do. What is left out keeps its default."""

from typing import Any, Final

from sop_engine.acts import USUAL, Act, Acts, ForceClose, Reopen, Suspend, Urge, Void
from sop_engine.language import people
from sop_engine.language.act_schema import (
    ActWords,
    ForceCloseWords,
    OwnersActWords,
    ReopenWords,
    SuspendWords,
    UrgeWords,
    VoidWords,
)
from sop_engine.language.building import Builder
from sop_engine.language.shapes import listed
from sop_engine.language.tree import Cursor
from sop_engine.procedure import Duration, Goal, Who

ALL: Final = "all"


def acts(builder: Builder, cursor: Cursor, goals: tuple[Goal, ...]) -> Acts:
    """What the procedure says of them; what cannot be read is a fact, and counts as left out."""
    words = builder.document.acts
    if words is None:
        return USUAL
    return Acts(
        urge=_urge(builder, words.urge, cursor / "urge"),
        copy=_act(builder, words.copy_, cursor / "copy", USUAL.copy),
        watch=_act(builder, words.watch, cursor / "watch", USUAL.watch),
        suspend=_suspend(builder, words.suspend, cursor / "suspend", goals),
        void=_void(builder, words.void, cursor / "void"),
        force_close=_force_close(builder, words.force_close, cursor / "force_close"),
        reopen=_reopen(builder, words.reopen, cursor / "reopen"),
        link=_act(builder, words.link, cursor / "link", USUAL.link),
        merge=_act(builder, words.merge, cursor / "merge", USUAL.merge),
        split=_act(builder, words.split, cursor / "split", USUAL.split),
    )


def _act(builder: Builder, words: ActWords | OwnersActWords | None, cursor: Cursor, usual: Act) -> Act:
    return usual if words is None else Act(_by(builder, words.by, cursor, usual.by))


def _urge(builder: Builder, words: UrgeWords | None, cursor: Cursor) -> Urge:
    usual = USUAL.urge
    if words is None:
        return usual
    names = zip(listed(words.lead), (cursor / "lead").each(), strict=False)
    return Urge(
        by=_by(builder, words.by, cursor, usual.by),
        apart=_length(builder, words.apart, cursor / "apart", usual.apart),
        lead=tuple(people.recipient(builder, name, here, "acts.urge") for name, here in names),
    )


def _suspend(builder: Builder, words: SuspendWords | None, cursor: Cursor, goals: tuple[Goal, ...]) -> Suspend:
    usual = USUAL.suspend
    if words is None:
        return usual
    return Suspend(
        by=_by(builder, words.by, cursor, usual.by),
        at_most=_length(builder, words.at_most, cursor / "at_most", usual.at_most),
        times=words.times,
        pauses=_pauses(builder, listed(words.pauses), cursor / "pauses", goals),
    )


def _pauses(builder: Builder, named: list[str], cursor: Cursor, goals: tuple[Goal, ...]) -> tuple[str, ...]:
    """The promises that stand still. One that is due at a field's time cannot: `all` leaves it out."""
    fixed = {goal.id for goal in goals if goal.due is not None}
    if named == [ALL]:
        return tuple(goal.id for goal in goals if goal.id not in fixed)
    for name, here in zip(named, cursor.each(), strict=False):
        builder.use("goal", name, here, "acts.suspend", "pauses")
        if name in fixed:
            builder.draft.fact("act_pause", here.span, name=name)
    return tuple(named)


def _void(builder: Builder, words: VoidWords | None, cursor: Cursor) -> Void:
    usual = USUAL.void
    if words is None:
        return usual
    return Void(
        by=_by(builder, words.by, cursor, usual.by),
        own_within=_length(builder, words.own_within, cursor / "own_within", usual.own_within),
    )


def _force_close(builder: Builder, words: ForceCloseWords | None, cursor: Cursor) -> ForceClose:
    return USUAL.force_close if words is None else ForceClose(_by(builder, words.by, cursor, USUAL.force_close.by))


def _reopen(builder: Builder, words: ReopenWords | None, cursor: Cursor) -> Reopen:
    usual = USUAL.reopen
    if words is None:
        return usual
    if words.to is None:
        builder.draft.fact("reopens_nowhere", cursor.name)
    else:
        builder.use("state", words.to, cursor / "to", "acts.reopen", "reopen")
    return Reopen(
        by=_by(builder, words.by, cursor, usual.by),
        to=words.to or "",
        within=_length(builder, words.within, cursor / "within", usual.within),
    )


def _by(builder: Builder, given: Any, cursor: Cursor, usual: tuple[Who, ...]) -> tuple[Who, ...]:
    return usual if given is None else people.those(builder, given, cursor / "by", "acts")


def _length(builder: Builder, text: str | None, cursor: Cursor, usual: Duration) -> Duration:
    return usual if text is None else builder.duration(text, cursor) or usual
