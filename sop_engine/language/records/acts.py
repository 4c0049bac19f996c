"""From the words of `acts:` to the records of what staff may do. What is left out keeps its default."""

from typing import Any, Final

from sop_engine.acts import (
    FORBIDDABLE,
    HALF_AN_HOUR,
    TWO_HOURS,
    USUAL,
    Act,
    Acts,
    Claim,
    ForceClose,
    GiveBack,
    Join,
    Moving,
    Pass,
    Reason,
    Reopen,
    Return,
    ShiftEnd,
    Suspend,
    Urge,
    Void,
    Withdraw,
)
from sop_engine.language.grammar.act_schema import (
    ActsWords,
    ActWords,
    ClaimWords,
    ForceCloseWords,
    GiveBackWords,
    HandoverWords,
    JoinWords,
    MovingWords,
    OwnersActWords,
    PassWords,
    ReopenWords,
    ReturnWords,
    ShiftEndWords,
    SuspendWords,
    UrgeWords,
    VoidWords,
    WithdrawWords,
)
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records import people
from sop_engine.language.records.building import Builder
from sop_engine.language.source.tree import Cursor
from sop_engine.procedure import Duration, Goal, Tree, Who

ALL: Final = "all"
PLACES: Final = ("previous", "opener")
"""where a ticket may go back to, besides states"""
_MEMBERS: Final = {"copy": "copy_", "return": "return_"}
"""a word of `acts:` -> the member that holds it, where that is another"""


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
        claim=_claim(words.claim),
        give_back=_give_back(builder, words.give_back, cursor / "give_back"),
        transfer=_pass(builder, words.transfer, cursor / "transfer", "acts.transfer"),
        delegate=_pass(builder, words.delegate, cursor / "delegate", "acts.delegate"),
        back=_return(builder, words.return_, cursor / "return"),
        withdraw=_withdraw(builder, words.withdraw, cursor / "withdraw"),
        shift_end=_shift_end(builder, words.shift_end, cursor / "shift_end"),
        important=_important(builder, words.handover, cursor / "handover"),
        moving=_moving(builder, words.moving, cursor / "moving"),
        void=_void(builder, words.void, cursor / "void"),
        force_close=_force_close(builder, words.force_close, cursor / "force_close"),
        reopen=_reopen(builder, words.reopen, cursor / "reopen"),
        link=_act(builder, words.link, cursor / "link", USUAL.link),
        merge=_act(builder, words.merge, cursor / "merge", USUAL.merge),
        split=_act(builder, words.split, cursor / "split", USUAL.split),
        never=_never(builder, words, cursor),
        join=_join(builder, words.join, cursor / "join"),
    )


def _never(builder: Builder, words: ActsWords, cursor: Cursor) -> tuple[str, ...]:
    """What is forbidden, in one order; of what is forbidden nothing else is said."""
    named = list(listed(words.never))
    for name, here in zip(named, (cursor / "never").each(), strict=False):
        if getattr(words, _MEMBERS.get(name, name)) is not None:
            builder.draft.fact("act_never", here.span, name=name)
    return tuple(each for each in FORBIDDABLE if each in named)


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


def _claim(words: ClaimWords | None) -> Claim:
    return USUAL.claim if words is None else Claim(words.limit)


def _give_back(builder: Builder, words: GiveBackWords | None, cursor: Cursor) -> GiveBack:
    usual = USUAL.give_back
    if words is None:
        return usual
    tell, lead = (
        tuple(people.recipient(builder, name, here, "acts.give_back") for name, here in names)
        for names in (
            zip(listed(words.tell), (cursor / "tell").each(), strict=False),
            zip(listed(words.lead), (cursor / "lead").each(), strict=False),
        )
    )
    return GiveBack(
        by=_by(builder, words.by, cursor, usual.by),
        reasons=_reasons(builder, words, cursor / "reasons"),
        tell=tell or usual.tell,
        lead=lead,
    )


def _reasons(builder: Builder, words: GiveBackWords, cursor: Cursor) -> tuple[Reason, ...]:
    given = words.reasons if isinstance(words.reasons, dict) else listed(words.reasons)
    found: list[Reason] = []
    for index, name in enumerate(given):
        here = cursor / (name if isinstance(given, dict) else index)
        title = given[name] if isinstance(given, dict) else None
        if any(each.id == name for each in found):
            builder.draft.fact("duplicate", here.span, name=name)
            continue
        kind = "choice of acts.give_back"
        builder.draft.declared.setdefault(kind, {})[name] = here.name
        found.append(Reason(name, builder.title(kind, name, title, here)))
    return tuple(found)


def _pass(builder: Builder, words: PassWords | None, cursor: Cursor, at: str) -> Pass:
    usual = USUAL.transfer
    if words is None:
        return usual
    roles = tuple(listed(words.to))
    for role, here in zip(roles, (cursor / "to").each(), strict=False):
        builder.use("role", role, here, at, "by")
    return Pass(by=_by(builder, words.by, cursor, usual.by), to=roles)


def _important(builder: Builder, words: HandoverWords | None, cursor: Cursor) -> Tree | None:
    """While it holds the ticket is unfinished work that forbids handing a shift over."""
    return None if words is None else builder.guard(words.important, cursor / "important", "acts.handover")


def _moving(builder: Builder, words: MovingWords | None, cursor: Cursor) -> Moving:
    if words is None:
        return USUAL.moving
    stays = builder.guard(words.stays, cursor / "stays", "acts.moving")
    return Moving(_by(builder, words.by, cursor, USUAL.moving.by), stays)


def _shift_end(builder: Builder, words: ShiftEndWords | None, cursor: Cursor) -> ShiftEnd | None:
    if words is None:
        return None
    names = zip(listed(words.to), (cursor / "to").each(), strict=False)
    to = tuple(people.recipient(builder, name, here, "acts.shift_end") for name, here in names)
    if not to:
        builder.draft.fact("nobody", (cursor / "to").span)
    warn = _length(builder, words.warn, cursor / "warn", HALF_AN_HOUR)
    return ShiftEnd(to, warn, builder.guard(words.when, cursor / "when", "acts.shift_end"))


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


def _return(builder: Builder, words: ReturnWords | None, cursor: Cursor) -> Return | None:
    if words is None:
        return None
    to, leaving = listed(words.to), listed(words.from_)
    if not to:
        builder.draft.fact("returns_nowhere", (cursor / "to").span)
    for name, here in zip(to, (cursor / "to").each(), strict=False):
        if name not in PLACES:
            builder.use("state", name, here, "acts.return", "back")
    for name, here in zip(leaving, (cursor / "from").each(), strict=False):
        builder.use("state", name, here, "acts.return", "leaving")
    return Return(by=_by(builder, words.by, cursor, ()), to=tuple(to), leaving=tuple(leaving))


def _withdraw(builder: Builder, words: WithdrawWords | None, cursor: Cursor) -> Withdraw:
    usual = USUAL.withdraw
    if words is None:
        return usual
    never = listed(words.never)
    for name, here in zip(never, (cursor / "never").each(), strict=False):
        builder.use("trigger", name, here, "acts.withdraw", "never")
    within = usual.within if words.within is None else builder.duration(words.within, cursor / "within")
    return Withdraw(within=within, never=tuple(never))


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


def _join(builder: Builder, words: JoinWords | None, cursor: Cursor) -> Join | None:
    if words is None:
        return None
    builder.draft.fact("joins", cursor.name)
    for name in ("state", "then", "alone", "others"):
        state = getattr(words, name)
        if state is not None:
            builder.use("state", state, cursor / name, "acts.join", f"join.{name}")
    for field, here in zip(listed(words.shares), (cursor / "shares").each(), strict=False):
        builder.use("field", field, here, "acts.join", "shares")
    for notice, here in zip(listed(words.tells), (cursor / "tells").each(), strict=False):
        builder.use("notice", notice, here, "acts.join", "tells")
    return Join(
        state=words.state,
        then=words.then,
        alone=words.alone,
        by=_by(builder, words.by, cursor, ()),
        at_most=words.at_most,
        others=words.others or "",
        near=words.near or "building",
        within=_length(builder, words.within, cursor / "within", TWO_HOURS),
        shares=tuple(listed(words.shares)),
        tells=tuple(listed(words.tells)),
    )


def _by(builder: Builder, given: Any, cursor: Cursor, usual: tuple[Who, ...]) -> tuple[Who, ...]:
    return usual if given is None else people.those(builder, given, cursor / "by", "acts")


def _length(builder: Builder, text: str | None, cursor: Cursor, usual: Duration) -> Duration:
    return usual if text is None else builder.duration(text, cursor) or usual
