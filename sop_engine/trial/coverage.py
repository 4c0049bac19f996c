"""What scenarios have shown of a procedure, and what they have not."""

from collections.abc import Iterable
from dataclasses import dataclass

from sop_engine.procedure import Procedure
from sop_engine.trial.places import promise_paths, transition_paths
from sop_engine.trial.results import Result
from sop_engine.trial.separation import paths


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one procedure: all transitions (offers' and timers' alternatives among them), all rules of separation of duty
    and all promises with their cases and levels, and those that no scenario has shown, as element paths in document
    order. A rule is shown by a refusal that would not have been without it (see `separation`); a promise when it is
    kept or missed; a case when a promise runs by its time; a warning when it comes, a step of the ladder when it
    reaches somebody or raises its event."""

    procedure: str
    transitions: tuple[str, ...]
    not_taken: tuple[str, ...]
    separations: tuple[str, ...]
    not_refused: tuple[str, ...]
    promises: tuple[str, ...]
    not_seen: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.not_taken and not self.not_refused and not self.not_seen


def coverage(procedure: Procedure, results: Iterable[Result]) -> Coverage:
    """What of `procedure` the results have shown; scenarios of other procedures count where they ran it as a child."""
    taken: set[str] = set()
    refused: set[str] = set()
    seen: set[str] = set()
    for result in results:
        taken |= {path for name, path in result.taken if name == procedure.id}
        refused |= {path for name, path in result.kept_apart if name == procedure.id}
        seen |= {path for name, path in result.promises if name == procedure.id}
    transitions = tuple(dict.fromkeys(transition_paths(procedure)))
    separations = tuple(dict.fromkeys(paths(procedure)))
    promises = tuple(promise_paths(procedure))
    return Coverage(
        procedure=procedure.id,
        transitions=transitions,
        not_taken=tuple(path for path in transitions if path not in taken),
        separations=separations,
        not_refused=tuple(path for path in separations if path not in refused),
        promises=promises,
        not_seen=tuple(path for path in promises if path not in seen),
    )
