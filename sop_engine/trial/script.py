"""A scenario file as a script: read, checked, and with the place of every step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sop_engine.diagnostics import Diagnostic, Span, in_order
from sop_engine.errors import FaultsFound
from sop_engine.language import CHECKS
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.language.grammar.shapes import listed
from sop_engine.language.source import reading
from sop_engine.language.source.tree import Cursor, Scalar
from sop_engine.language.source.validating import validate_as
from sop_engine.messages import msg
from sop_engine.store.files import read_plain
from sop_engine.ticket.site.teaming import is_team_id, no_team_id
from sop_engine.trial import firms
from sop_engine.trial.beside import idle_words
from sop_engine.trial.names import close
from sop_engine.trial.schema import HeldRoles, ScenarioFile, ScenarioWords, ScopedRole, StepWords
from sop_engine.trial.stage import Player
from sop_engine.values import ValueProblem, read_unit
from sop_engine.values.moments import read_instant
from sop_engine.worktime import NotADuration, parse_duration

ANY_DAY: Final = datetime(2026, 11, 23, tzinfo=UTC)
"""what `today` would mean in a scenario's beginning, which names its day instead"""
ACTIONS: Final = ("open", "do", "act", "claim", "give_to", "hand_over", "edit", "note", "wait", "until")
"""What a step can be; `act`, `edit`, `give_to` and `hand_over` may have a `reason` beside them."""


class ScenarioFaults(FaultsFound):
    """A scenario file cannot be played. `diagnostics` are its faults, with their places; `text` is the file's."""

    def __init__(self, file: str, diagnostics: list[Diagnostic], text: str) -> None:
        super().__init__(msg("{file} cannot be played; faults: {count}", file=file, count=len(diagnostics)), where=file)
        self.diagnostics = tuple(diagnostics)
        self.text = text


@dataclass(frozen=True, slots=True)
class Line:
    """A step and where it stands."""

    words: StepWords
    cursor: Cursor

    @property
    def action(self) -> str:
        return next(name for name in ACTIONS if getattr(self.words, name) is not None)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario with the steps of its beginnings before its own, and everybody who takes part."""

    title: str
    span: Span
    start: datetime
    lines: tuple[Line, ...]
    players: tuple[Player, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A file of scenarios."""

    file: str
    procedure: str
    procedure_span: Span
    also: tuple[str, ...]
    """other procedures that are published too, beside those that it starts"""
    zone: ZoneInfo
    units: Mapping[str, Mapping[str, str]]
    teams: Mapping[str, tuple[str | None, tuple[str, ...]]]
    """team -> who leads it, and who is of it, by name"""
    firms: tuple[firms.StagedFirm, ...]
    """those from outside, with their people"""
    opening: Mapping[str, Any]
    scenarios: tuple[Scenario, ...]


def read_script(path: Path, shown_as: str | None = None) -> Script:
    """The script in a file; `shown_as` is what its faults call it. Raises `ScenarioFaults` for what is wrong in it,
    `NotFound` or `NotUnderstood` where it cannot be read at all."""
    return script_of(read_plain(path), shown_as or str(path))


def script_of(data: bytes, file: str) -> Script:
    """The script in a text; `file` is what its faults call it. Raises `ScenarioFaults`."""
    read = reading.read(data, file)
    root = read.tree if read.tree is not None else Scalar("", Span(file, 1, 1, 1, 2))
    draft = Draft(file, read, Cursor(root), list(read.facts))
    words: ScenarioFile | None = None
    if read.tree is not None:
        words, facts = validate_as(ScenarioFile, draft.cursor)
        draft.facts.extend(facts)
    found = [fault for check in CHECKS for fault in check(draft)]
    if words is not None:
        found += _faults(words, draft.cursor)
    if found or words is None:
        raise ScenarioFaults(file, in_order(found), data.decode("utf-8", errors="replace"))
    return _script(words, draft.cursor, file)


def _script(words: ScenarioFile, top: Cursor, file: str) -> Script:
    zone = ZoneInfo(words.zone)
    scenarios = []
    for title, each in words.scenarios.items():
        here = top / "scenarios" / title
        lines = [
            Line(step, top / "beginnings" / name / index)
            for name in listed(each.first)
            for index, step in enumerate(words.beginnings[name])
        ]
        lines += [Line(step, here / "steps" / index) for index, step in enumerate(each.steps)]
        start = read_instant(each.starts or words.starts, ANY_DAY, zone)
        scenarios.append(Scenario(title, here.name, start, tuple(lines), _cast(words, each)))
    units = {read_unit(unit): {"name": each.name, "phone": str(each.phone)} for unit, each in words.units.items()}
    return Script(
        file=file,
        procedure=words.procedure,
        procedure_span=(top / "procedure").span,
        also=tuple(listed(words.also)),
        zone=zone,
        units=units,
        teams={team: (each.lead, tuple(listed(each.people))) for team, each in words.teams.items()},
        firms=firms.staged(words.firms),
        opening=words.opening,
        scenarios=tuple(scenarios),
    )


def _cast(words: ScenarioFile, scenario: ScenarioWords) -> tuple[Player, ...]:
    return _players({**words.people, **scenario.people}, {**words.skills, **scenario.skills})


def _players(people: Mapping[str, HeldRoles], skills: Mapping[str, str | list[str]]) -> tuple[Player, ...]:
    """Ids are made up, since names may be Chinese and keys of the record are not."""
    found = []
    learnt = [(skill, *_until(said)) for skill, names in skills.items() for said in listed(names)]
    for index, (name, held) in enumerate(people.items(), 1):
        roles = tuple(
            (each.role, each.scope) if isinstance(each, ScopedRole) else (each, None) for each in listed(held)
        )
        own = tuple((skill, until) for skill, person, until in learnt if person == name)
        found.append(Player(f"player_{index}", name, roles, own))
    return tuple(found)


def _until(said: str) -> tuple[str, str | None]:
    """Who has a skill, and the last day of his licence: `老李@2026-11-30`."""
    name, _at, until = said.replace("＠", "@").partition("@")
    return name, until or None


# --- faults ----------------------------------------------------------------------------------------------------------


def _faults(words: ScenarioFile, top: Cursor) -> Iterator[Diagnostic]:
    yield from _head(words, top)
    yield from _skilled(words.skills, words.people, top)
    yield from _teams(words, top / "teams")
    yield from firms.faults(words.firms, top / "firms")
    yield from _units(words, top / "units")
    outside: Mapping[str, HeldRoles] = {name: [] for each in words.firms.values() for name in listed(each.people)}
    for name, steps in words.beginnings.items():
        for index, step in enumerate(steps):
            yield from _step({**words.people, **outside}, step, top / "beginnings" / name / index)
            yield from _opened(words, step, top / "beginnings" / name / index)
    for title, scenario in words.scenarios.items():
        here = top / "scenarios" / title
        yield from _beginnings(words, scenario, here)
        yield from _skilled(scenario.skills, {**words.people, **scenario.people}, here)
        for index, step in enumerate(scenario.steps):
            yield from _step({**words.people, **scenario.people, **outside}, step, here / "steps" / index)
            yield from _opened(words, step, here / "steps" / index)


def _skilled(
    skills: Mapping[str, str | list[str]], people: Mapping[str, HeldRoles], above: Cursor
) -> Iterator[Diagnostic]:
    """Whoever has a skill is one of the people, and the last day of a licence a day."""
    for skill, names in skills.items():
        for said, here in zip(listed(names), (above / "skills" / skill).each(), strict=False):
            name, until = _until(said)
            if name not in people:
                yield _nobody(name, people, here)
            try:
                date.fromisoformat(until or "2026-11-30")
            except ValueError:
                title = msg("`{text}` is no day such as 2027-06-30", text=(until or "")[:40])
                yield error("SOP301", here.span, title, None, msg("write it like `{name}@2026-11-30`", name=name))


def _teams(words: ScenarioFile, above: Cursor) -> Iterator[Diagnostic]:
    """A team's id is one, and whoever leads it or is of it is one of the people."""
    for team, each in words.teams.items():
        here = above / team
        if not is_team_id(team):
            title, fix = no_team_id(team)
            yield error("SOP301", here.name, title, None, fix)
        places = [(each.lead, here / "lead"), *zip(listed(each.people), (here / "people").each(), strict=False)]
        for name, place in places:
            if name is not None and name not in words.people:
                yield _nobody(name, words.people, place)


def _units(words: ScenarioFile, above: Cursor) -> Iterator[Diagnostic]:
    for unit in words.units:
        try:
            read_unit(unit)
        except ValueProblem as problem:
            yield error("SOP301", (above / unit).name, problem.message)


def _nobody(name: str, people: Mapping[str, HeldRoles], place: Cursor) -> Diagnostic:
    return error(
        "SOP304",
        place.span,
        msg("nobody here is `{name}`", name=name),
        msg("The file knows: {names}.", names=tuple(people)),
        msg("enter the person under `people:`"),
        close(name, people),
    )


def _head(words: ScenarioFile, top: Cursor) -> Iterator[Diagnostic]:
    try:
        zone = ZoneInfo(words.zone)
    except (KeyError, ValueError, OSError):
        why = msg("it is one of the tz database, such as Asia/Shanghai")
        yield error("SOP301", (top / "zone").span, msg("there is no zone `{zone}`", zone=words.zone), why)
        return
    own = [(each.starts, top / "scenarios" / title / "starts") for title, each in words.scenarios.items()]
    for text, here in [(words.starts, top / "starts"), *own]:
        try:
            if text is not None:
                read_instant(text, ANY_DAY, zone)
        except ValueProblem as problem:
            yield error("SOP301", here.span, problem.message, None, msg("write it like `2026-11-23 08:30`"))


def _beginnings(words: ScenarioFile, scenario: ScenarioWords, here: Cursor) -> Iterator[Diagnostic]:
    for name, at in zip(listed(scenario.first), (here / "first").each(), strict=False):
        if name not in words.beginnings:
            yield error(
                "SOP302",
                at.span,
                msg("there is no beginning `{name}`", name=name),
                msg("The file declares: {names}.", names=tuple(words.beginnings)),
                msg("declare it under `beginnings:`"),
                close(name, words.beginnings),
            )


def _opened(words: ScenarioFile, step: StepWords, here: Cursor) -> Iterator[Diagnostic]:
    """What is said of a ticket's opening where none is opened, or of a procedure that is not there."""
    for name in ("procedure", "rework_of"):
        if getattr(step, name) is not None and step.open is None:
            yield error(
                "SOP303",
                (here / name).span,
                msg("`{word}` stands beside `open` only", word=name),
                None,
                msg("take it away, or name the ticket that is meant with `ticket:`"),
            )
    known = [words.procedure, *listed(words.also)]
    if step.open is not None and step.procedure is not None and step.procedure not in known:
        yield error(
            "SOP302",
            (here / "procedure").span,
            msg("no procedure `{name}` is there", name=step.procedure),
            msg("There are: {names}.", names=tuple(known)),
            msg("name it under `also:`"),
            close(step.procedure, known),
        )


def _step(people: Mapping[str, HeldRoles], step: StepWords, here: Cursor) -> Iterator[Diagnostic]:
    actions = [name for name in ACTIONS if getattr(step, name) is not None]
    if len(actions) != 1:
        title = msg("a step does one thing, and this one does none") if not actions else msg(
            "a step does one thing, and this one does {actions}", actions=tuple(actions)
        )  # fmt: skip
        yield error("SOP303", here.span, title, None, msg("write one of: {actions}", actions=ACTIONS))
        return
    passes = actions[0] in ("wait", "until")
    if passes == (step.by is not None):
        title = msg("time passes without anybody") if passes else msg("this step does not say by whom")
        yield error("SOP303", here.span, title, None, msg("take `by` away") if passes else msg("write `by: NAME`"))
    yield from idle_words(step, actions[0], here)
    for name in ("by", "typed_by", "stands_in_for", "assign", "give_to", "hand_over", "assignee", "owner"):
        person = getattr(step, name)
        if person is not None and person not in people:
            yield _nobody(person, people, here / name)
    if step.wait is not None:
        try:
            parse_duration(step.wait)
        except NotADuration as problem:
            yield error("SOP301", (here / "wait").span, problem.message)
