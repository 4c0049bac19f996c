"""The procedures of a site looked at together: what one of them asks of another."""

from collections.abc import Iterable, Mapping

from sop_engine.diagnostics import Diagnostic, in_order
from sop_engine.language.checks import SITE_CHECKS
from sop_engine.language.checks.members import Calendars, Member, People, Site
from sop_engine.language.compiling import Compiled
from sop_engine.procedure import Procedure


def check_together(
    compiled: Mapping[str, Compiled],
    others: Iterable[Procedure] = (),
    people: People | None = None,
    calendars: Calendars | None = None,
) -> dict[str, list[Diagnostic]]:
    """What is wrong between procedures: what faults call a file -> its warnings, in order, without those that are
    switched off. `compiled` has the procedures by their files; of `others`, which are on the site too, nothing is told.
    `people` are those who are active there, and `calendars` those that promises can be counted on, by their names,
    where that is known; where it is not, nothing is told of them.
    """
    members = {procedure.id: Member(procedure) for procedure in others}
    for file, each in compiled.items():
        if each.procedure is not None:
            members[each.procedure.id] = Member(each.procedure, file, each.places, each.files)
    site = Site(members, people or {}, calendars)
    found = in_order(fault for check in SITE_CHECKS for fault in check(site))
    return {
        file: [fault for fault in found if fault.span.file in (file, *each.fragments) and not _allowed(each, fault)]
        for file, each in compiled.items()
    }


def _allowed(compiled: Compiled, fault: Diagnostic) -> bool:
    """Whether a warning is switched off in the whole file, or where it stands."""
    here = (fault.span.line, fault.span.column)
    for at, code in compiled.allowed:
        line, column, end_line, end_column = compiled.places.get(at, [1, 1, 1 << 30, 1] if not at else [0, 0, 0, 0])
        if code == fault.code and (line, column) <= here <= (end_line, end_column):
            return True
    return False
