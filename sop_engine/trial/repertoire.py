"""The procedures of a scenario file: the one under test and all that it starts, compiled once for many stages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sop_engine import canonical, normal_form
from sop_engine.engine.publishing.calendars import FOLDER, compile_calendar_file
from sop_engine.engine.publishing.calendars import SUFFIX as CALENDAR_SUFFIX
from sop_engine.engine.publishing.procedures import SUFFIX, compile_file
from sop_engine.errors import FaultsFound
from sop_engine.language import Compiled
from sop_engine.messages import msg
from sop_engine.procedure import Procedure, Start
from sop_engine.store.programs import Programs
from sop_engine.ticket.program import calendars_of
from sop_engine.worktime.calendars import to_json


@dataclass(frozen=True, slots=True)
class Piece:
    """A compiled procedure, and what publishing it puts into a store."""

    procedure: Procedure
    places: dict[str, list[int]]
    files: dict[str, str]
    file: str
    data: bytes
    digest: str
    blobs: tuple[bytes, ...]
    schedules: list[Any]


class Repertoire:
    """Pieces by procedure, the one under test first, and the calendars on which their promises are counted: normal
    forms by name. Its programs are shared by every stage that plays it: a normal form has the same meaning wherever it
    stands."""

    def __init__(self, pieces: Iterator[Piece], calendars: Path) -> None:
        self.pieces = {piece.procedure.id: piece for piece in pieces}
        self.programs = Programs()
        self.calendars = {
            name: data for name in self._named() if (data := _calendar(calendars / f"{name}{CALENDAR_SUFFIX}"))
        }

    @property
    def main(self) -> Piece:
        return next(iter(self.pieces.values()))

    def _named(self) -> list[str]:
        return sorted({name for piece in self.pieces.values() for name in calendars_of(piece.procedure)})

    def roles(self) -> set[str]:
        """Every role that one of the procedures knows."""
        return {role.id for piece in self.pieces.values() for role in piece.procedure.roles}

    def skills(self) -> set[str]:
        """Every skill that one of the procedures knows."""
        return {skill.id for piece in self.pieces.values() for skill in piece.procedure.skills}


def load(name: str, workflows: Path, templates: Path, also: Sequence[str] = ()) -> Repertoire:
    """A procedure's draft compiled, `also` others, every one that they start, and the calendars that they name, from
    the folder `calendars` beside `workflows`. Raises `FaultsFound` for one that does not compile, `NotFound` where one
    that is named is not there; another that is missing is left out, since what needs it is then refused."""
    return Repertoire(_pieces([name, *also], workflows, templates), workflows.parent / FOLDER)


def _pieces(names: Sequence[str], workflows: Path, templates: Path) -> Iterator[Piece]:
    waiting, seen = list(names), set[str]()
    while waiting:
        current = waiting.pop(0)
        path = workflows / f"{current}{SUFFIX}"
        if current in seen or (current not in names and not path.is_file()):
            continue
        seen.add(current)
        compiled: Compiled = compile_file(path, templates, path.name)
        if compiled.procedure is None:
            raise FaultsFound(
                msg("{name} has faults and cannot be played", name=current),
                where=str(path),
                fix=msg("see them: sop flow lint {name}", name=current),
            )
        yield _piece(compiled, compiled.procedure, path)
        waiting += started_by(compiled.procedure)


def _piece(compiled: Compiled, found: Procedure, path: Path) -> Piece:
    data = normal_form.to_bytes(found)
    return Piece(
        procedure=found,
        places=compiled.places,
        files=compiled.files,
        file=path.name,
        data=data,
        digest=canonical.digest(data),
        blobs=(data, *compiled.blobs.values()),
        schedules=[normal_form.to_json(each) for each in found.schedules],
    )


def _calendar(path: Path) -> bytes:
    """The normal form of a calendar's draft; empty where there is no such file."""
    if not path.is_file():
        return b""
    calendar = compile_calendar_file(path, path.name).calendar
    if calendar is None:
        raise FaultsFound(
            msg("{name} has faults and cannot be played", name=path.name),
            where=str(path),
            fix=msg("see them: sop calendar check"),
        )
    return canonical.to_bytes(to_json(calendar))


def started_by(found: Procedure) -> list[str]:
    """The procedures that a procedure starts as children, each once, in document order."""
    effects = [effect for _state, transition in found.walk() for effect in transition.effects]
    effects += [effect for state in found.states for effect in (*state.entry, *state.exit)]
    return list(dict.fromkeys(effect.procedure for effect in effects if isinstance(effect, Start)))
