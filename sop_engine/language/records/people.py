"""Who may, to whom a task goes, and whom a notice reaches."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from sop_engine.language.grammar.people_schema import SignWords, WhoWords
from sop_engine.language.grammar.schema import AssignWords, OfferWords, TellWords
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records.building import Builder
from sop_engine.language.records.skills import skill_of
from sop_engine.language.records.teams import team_of, told_team
from sop_engine.language.source.tree import Cursor
from sop_engine.procedure import Assign, Not, Recipient, Sign, Tell, Tree, Who

DID: Final = re.compile(r"did ([a-z][a-z0-9_]*)\Z")


def by(builder: Builder, words: OfferWords, cursor: Cursor, at: str) -> tuple[Who, ...]:
    """All those whom `by` names."""
    return those(builder, words.by, cursor / "by", at)


def those(builder: Builder, given: Any, here: Cursor, at: str) -> tuple[Who, ...]:
    """All those whom a `by` names, wherever it stands."""
    if isinstance(given, dict):
        return _chosen(builder, given, here, at)
    return _several(builder, given, here, at, None)


def _several(builder: Builder, given: Any, cursor: Cursor, at: str, when: Tree | None) -> tuple[Who, ...]:
    found: list[Who] = []
    if given == []:
        builder.draft.fact("nobody", cursor.span)
    for index, each in enumerate(listed(given)):
        here = cursor / index if isinstance(given, list) else cursor
        if isinstance(each, WhoWords):
            found += _who(builder, each, here, at, when)
        else:
            found.append(_word(builder, each, here, at, when))
    return tuple(found)


def _word(
    builder: Builder,
    word: str,
    cursor: Cursor,
    at: str,
    when: Tree | None,
    exclude: tuple[Not, ...] = (),
    on_shift: bool = False,
    skill: str = "",
) -> Who:
    match word:
        case "assignee" | "owner" | "opener" | "anyone":
            return Who(word, exclude=exclude, when=when)
    builder.use("role", word, cursor, at, "by")
    return Who("role", word, exclude, when, on_shift, skill)


def _who(builder: Builder, words: WhoWords, cursor: Cursor, at: str, when: Tree | None) -> list[Who]:
    exclude = _exceptions(builder, words, cursor, at)
    skill = skill_of(builder, words.skill, cursor / "skill", at)
    found = [
        _word(builder, role, here, at, when, exclude, words.on_shift, skill)
        for role, here in zip(listed(words.role), (cursor / "role").each(), strict=False)
    ]
    if words.who is not None:
        found.append(Who(words.who, exclude=exclude, when=when, skill=skill))
    if words.field is not None:
        builder.use("field", words.field, cursor / "field", at, "named")
        found.append(Who("field", words.field, exclude, when, skill=skill))
    if not found:
        builder.draft.fact("nobody", cursor.span)
    elif words.on_shift and not any(who.on_shift for who in found):
        builder.draft.fact("on_shift", (cursor / "on_shift").span)
    return found


def _exceptions(builder: Builder, words: WhoWords, cursor: Cursor, at: str) -> tuple[Not, ...]:
    exclude: list[Not] = []
    for text, here in zip(listed(words.not_), (cursor / "not").each(), strict=False):
        did = DID.match(text)
        if did is None:
            builder.draft.fact("not_did", here.span, text=text)
            continue
        builder.use("trigger", did.group(1), here, at, "not", here.part(4, len(text)))
        exclude.append(Not(did=did.group(1), since=words.since))
    if words.since is not None:
        builder.use("state", words.since, cursor / "since", at, "since")
    for name, here in zip(listed(words.not_named_in), (cursor / "not_named_in").each(), strict=False):
        builder.use("field", name, here, at, "named")
        exclude.append(Not(field=name))
    return tuple(exclude)


def _chosen(builder: Builder, given: dict[str, dict[str, Any]], cursor: Cursor, at: str) -> tuple[Who, ...]:
    """`{severity: {ordinary: desk, major: [manager, team-lead]}}`."""
    found: list[Who] = []
    for name, choices in given.items():
        builder.use("field", name, cursor.word(name), at, "chosen")
        if not choices:
            builder.draft.fact("nobody", (cursor / name).span)
        field = builder.fields.get(name)
        for value, who in choices.items():
            here = cursor / name / value
            tree = builder.constant(value, field, (cursor / name).word(value))
            found += _several(builder, who, here, at, ("==", ("field", name), tree))
    return tuple(found)


def sign(builder: Builder, given: int | SignWords | None, cursor: Cursor, at: str) -> Sign | None:
    if given is None:
        return None
    if isinstance(given, int):
        return Sign(given)
    roles = tuple(listed(given.of))
    for role, here in zip(roles, (cursor / "sign" / "of").each(), strict=False):
        builder.use("role", role, here, at, "by")
    add = tuple(listed(given.add))
    for role, here in zip(add, (cursor / "sign" / "add").each(), strict=False):
        builder.use("role", role, here, at, "by")
    if given.reject is not None:
        builder.use("event", given.reject, cursor / "sign" / "reject", at, "raise")
    return Sign(given.count, roles, given.ordered, add, given.reject or "")


def assign(builder: Builder, given: str | AssignWords, cursor: Cursor, at: str) -> Assign:
    here = cursor / "assign"
    if isinstance(given, AssignWords):
        return _assign_words(builder, given, here, at)
    match given:
        case "owner" | "doer" | "nobody":
            return Assign(given)
    builder.use("role", given, here, at, "assign")
    return Assign("role", given)


def _assign_words(builder: Builder, words: AssignWords, here: Cursor, at: str) -> Assign:
    if (words.role is None) == (words.field is None):
        builder.draft.fact("assign_whom", here.span, both=words.role is not None)
        return Assign("nobody")
    if words.role is not None:
        builder.use("role", words.role, here / "role", at, "assign")
        skill = skill_of(builder, words.skill, here / "skill", at)
        team = team_of(builder, words.team, here / "team", at)
        return Assign("role", words.role, words.how or "claim", words.on_shift, skill, team)
    assert words.field is not None
    if words.how is not None:
        builder.draft.fact("assign_how", (here / "how").span)
    if words.on_shift:
        builder.draft.fact("on_shift", (here / "on_shift").span)
    if words.skill is not None:
        builder.draft.fact("skill_of_no_role", (here / "skill").span)
    if words.team is not None:
        builder.draft.fact("team_of_no_role", (here / "team").span)
    builder.use("field", words.field, here / "field", at, "staff")
    return Assign("field", words.field)


def tells(builder: Builder, given: Any, cursor: Cursor, at: str) -> list[Tell]:
    """The notices of one transition. Words side by side are one notice to all of them."""
    here = cursor / "tell"
    together: list[Recipient] = []
    found: list[Tell] = []
    for index, each in enumerate(listed(given)):
        item = here / index if isinstance(given, list) else here
        if isinstance(each, TellWords):
            names = zip(listed(each.to), (item / "to").each(), strict=False)
            to = on_shift(builder, [recipient(builder, name, place, at) for name, place in names], each.on_shift, item)
            to += told_team(builder, each.team, item / "team", at)
            if not to:
                builder.draft.fact("tell_nobody", item.span)
            if each.notice is not None:
                builder.use("notice", each.notice, item / "notice", at, "tell")
            found.append(Tell(to, each.notice or "", each.urgent))
        else:
            together.append(recipient(builder, each, item, at))
    return ([Tell(tuple(together))] if together else []) + found


def recipient(builder: Builder, name: str, cursor: Cursor, at: str) -> Recipient:
    """Whom a word in a notice means: a role, a field, or `assignee`, `owner`, `opener`, `lead`."""
    match name:
        case "assignee" | "owner" | "opener":
            return Recipient(name)
        case "lead" if name not in builder.fields and not builder.draft.known("role", name):
            return Recipient(name)  # a role or field that is called so goes first
    if name in builder.fields and name in builder.draft.declared.get("role", {}):
        builder.draft.fact("two_meanings", cursor.span, name=name)
    if name in builder.fields:
        builder.use("field", name, cursor, at, "tell")
        return Recipient("field", name)
    builder.use("recipient" if name not in builder.draft.declared.get("role", {}) else "role", name, cursor, at, "tell")
    return Recipient("role", name)


def on_shift(
    builder: Builder, to: Iterable[Recipient], wanted: bool, cursor: Cursor, beside: bool = False
) -> tuple[Recipient, ...]:
    """The recipients as they are; where `on_shift` stands beside them, of roles only whoever is on shift. `beside`: it
    has a role of its own there."""
    found = tuple(replace(each, on_shift=True) if wanted and each.kind == "role" else each for each in to)
    if wanted and not beside and not any(each.on_shift for each in found):
        builder.draft.fact("on_shift", (cursor / "on_shift").span)
    return found
