"""What `doctor` says of calendars: those that this machine cannot count with, and those in use whose files are gone."""

from typing import TYPE_CHECKING

from sop_engine.errors import SetUp
from sop_engine.messages import Message, msg

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

Finding = tuple[str, Message, Message]


def look_at_calendars(opened: "Opened") -> list[Finding]:
    """A calendar that cannot be counted with stops every promise on it. One without a file goes on counting, but nobody
    can change it, nor load a year's holidays into it; that is only told of those that procedures name."""
    from sop_engine.engine.publishing.calendars import FOLDER, SUFFIX
    from sop_engine.engine.publishing.procedures import newest_calendars

    engine, findings = opened.site.engine, list[Finding]()
    with opened.reading() as reading:
        newest = newest_calendars(reading)
        latest = {each.procedure: each.digest for each in reading.versions()}
        used = {name for digest in latest.values() for name in engine.programs.of(reading, digest).calendars}
        for version in newest.values():
            try:
                engine.programs.calendar(reading, version.digest)
            except SetUp as error:
                findings.append(("error", error.message, error.fix or msg("sop audit verify")))
    for name in sorted(used & newest.keys()):
        if not (opened.site.settings.folder / FOLDER / f"{name}{SUFFIX}").is_file():
            findings.append(
                ("warning",
                 msg("the file of the calendar {name} is gone; its version {number} counts on",
                     name=name, number=newest[name].number),
                 msg("nothing is lost; to change it, put calendars/{name}.yaml back", name=name))
            )  # fmt: skip
    return findings
