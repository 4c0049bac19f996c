"""`sop doctor`: one look at all that can be wrong with a site, with the line that mends each."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.keeper.calendars import look_at_calendars
from sop_engine.console.keeper.channels import look_at_channels
from sop_engine.console.keeper.clocks import accept_clock as accept_clock_on_record
from sop_engine.console.keeper.clocks import look_at_clocks
from sop_engine.console.keeper.firm_findings import look_at_firms
from sop_engine.console.keeper.horizon import look_ahead
from sop_engine.console.keeper.left_over import look_at_hands
from sop_engine.console.keeper.moved_out import look_at_moves
from sop_engine.console.keeper.rostering import look_at_roster
from sop_engine.console.keeper.skill_findings import look_at_skills
from sop_engine.console.keeper.standing import standing
from sop_engine.console.keeper.teams import look_at_teams
from sop_engine.console.names import span
from sop_engine.console.parameters import option
from sop_engine.engine.notices.failed_because import said
from sop_engine.engine.notices.sorting import require_same_kind
from sop_engine.errors import SetUp
from sop_engine.messages import Message, msg
from sop_engine.ticket.firms import firm_of
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened
    from sop_engine.ticket.records import Ticket

_FAR: Final = "9999"
"""after every instant"""
_LOOKED_AT: Final = 1000
"""timers, those that are due first"""
Finding = tuple[str, Message, Message]
"""(error | warning, what, how to mend it)"""


def doctor(
    call: Call,
    accept_clock: Annotated[
        bool, option("--accept-clock", help=msg("accept, on record, that the clock is behind what is recorded"))
    ] = False,
    read_files: Annotated[
        bool, option("--files", help=msg("read every file, and compare it with what it was; takes its time"))
    ] = False,
) -> int:
    """Look at store, clock, sweep, notices, files, rights and people; exit code 1 where something must be mended."""
    with call.open() as opened:
        if accept_clock:
            accept_clock_on_record(opened)
        findings = [finding for look in _LOOKS for finding in look(opened)]
        findings += _altered(opened) if read_files else []
    worst = any(kind == "error" for kind, _what, _fix in findings)
    if call.json:
        call.output.json(
            [
                {"severity": kind, "what": call.output.word(what), "fix": call.output.word(fix)}
                for kind, what, fix in findings
            ]
        )
        return int(worst)
    for kind, what, fix in findings:
        call.output.line(msg("{kind}: {what}", kind=msg("error") if kind == "error" else msg("warning"), what=what))
        call.output.line(msg("  mend it: {fix}", fix=fix))
    if not findings:
        call.output.line(msg("nothing is wrong"))
    return int(worst)


def _store(opened: "Opened") -> list[Finding]:
    from sop_engine.store.opening import status_at

    settings = opened.site.settings
    found = status_at(settings.place, settings.id)
    if found["check"] != "ok" and settings.store:
        return [
            ("error", msg("the database is not safe: {check}", check=found["check"]),
             msg("set it right in postgresql.conf; docs/operations.md says why"))
        ]  # fmt: skip
    if found["check"] != "ok":
        return [
            ("error", msg("the store is damaged: {check}", check=found["check"]), msg("sop db restore BACKUP FOLDER"))
        ]
    return []


def _sweep(opened: "Opened") -> list[Finding]:
    from sop_engine.engine.strays import is_stray

    found = standing(opened)
    with opened.site.store.reading() as reading:
        strays = [f"{each.key} ({each.ticket})" for each in reading.due(_FAR, _LOOKED_AT) if is_stray(reading, each)]
    findings: list[Finding] = []
    start = msg("start it: sop worker run, or sop worker tick from cron")
    if found.stuck:
        what = msg("timers overdue: {count}, the oldest for {late}; the last sweep was {since}",
                   count=found.overdue, late=span(found.late), since=found.last_sweep())  # fmt: skip
        findings.append(("error", what, start))
    for mark in found.silent:
        what = msg("the worker {worker} is {how}, and did not say that it ends", worker=mark.name, how=found.how(mark))
        findings.append(("error" if found.unheard else "warning", what, start))
    if strays:
        what = msg("timers that the index has and their tickets do not: {timers}", timers=tuple(strays[:5]))
        findings.append(("error", what, msg("sop db rebuild; whether more was changed: sop audit verify")))
    for timer, error in found.aside:
        what = msg(
            "the timer {timer} of {ticket} was set aside: {error}", timer=timer.key, ticket=timer.ticket, error=error
        )
        findings.append(("error", what, msg("sop release {ticket} {timer}", ticket=timer.ticket, timer=timer.key)))
    return findings


def _notices(opened: "Opened") -> list[Finding]:
    found = standing(opened)
    findings: list[Finding] = []
    by_channel: dict[str, int] = {}
    for letter in found.dead:
        by_channel[letter.channel] = by_channel.get(letter.channel, 0) + 1
    for channel, count in sorted(by_channel.items()):
        what = msg("notices that could not be sent by {channel}: {count}", count=count, channel=channel)
        findings.append(("error", what, msg("sop notify ls, then sop notify retry --dead")))
    for channel, rest in found.rests.items():
        waiting = sum(each.channel == channel for each in found.waiting)
        what = msg("the channel {channel} has been out of order for {span}; notices waiting: {count}; last: {error}",
                   channel=channel, span=span(found.resting_for(channel)), count=waiting,
                   error=said(rest.error))  # fmt: skip
        mend = msg(
            "look at [channels] of sop.toml, and at the server; then: sop notify test {channel}", channel=channel
        )
        findings.append(("error" if channel in found.long_resting else "warning", what, mend))
    findings += [("error", what, fix) for what, fix in look_at_channels(opened.site.settings)]
    with opened.site.store.reading() as reading:
        try:
            require_same_kind(opened.site.settings, reading)
        except SetUp as error:
            findings.append(("error", error.message, error.fix or error.message))
    failing = [letter for letter in found.waiting if letter.attempts]
    if failing:
        what = msg(
            "notices being tried again: {count}; of the first: {error}",
            count=len(failing),
            error=said(failing[0].error),
        )
        findings.append(("warning", what, msg("sop notify ls")))
    return findings


def _history(opened: "Opened") -> list[Finding]:
    """The site's own history against the tables of people, logins and versions, and the texts of versions."""
    from sop_engine.audit.verify import verify_site
    from sop_engine.audit.whole import check_texts

    programs = opened.site.engine.programs
    findings: list[Finding] = []
    with opened.site.store.reading() as reading:
        found = verify_site(reading, programs, opened.zone).mismatches
        texts = list(check_texts(reading, programs))
    rows = [each for each in found if each.kind == "row"]
    strange = [each for each in rows if str(each.what.values.get("name")).startswith("PIN of ")]
    for each in strange:
        fix = msg("sop db rebuild; then sop actor pin {id} --clear, and he sets a new one",
                  id=str(each.what.values["name"]).removeprefix("PIN of "))  # fmt: skip
        findings.append(("error", each.what, fix))
    rows = [each for each in rows if each not in strange]
    if rows:
        what = msg("what the site's history says, and the tables do not: {count}; {what}", count=len(rows),
                   what=rows[0].what)  # fmt: skip
        findings.append(("error", what, msg("sop audit verify, then sop db rebuild")))
    for each in [other for other in [*found, *texts] if other.kind != "row"][:5]:
        findings.append(("error", each.what, msg("sop db restore BACKUP FOLDER")))
    return findings


def _tickets(opened: "Opened") -> list[Finding]:
    """Tickets without a row, and files that tickets name and that are not there."""
    from sop_engine.store.files import Files

    files = Files(opened.site.settings.folder / "files")
    wanted: list[dict[str, Any]] = []
    lost: list[str] = []
    with opened.site.store.reading() as reading:
        for id in _ids(reading):
            ticket = reading.ticket(id)
            if ticket is None:
                lost.append(id)
                continue
            wanted += _references(ticket)
    findings: list[Finding] = []
    if lost:
        what = msg("tickets that have a history and no row: {count}; {names}", count=len(lost), names=tuple(lost[:5]))
        findings.append(("error", what, msg("sop audit verify, then sop db rebuild")))
    missing = files.missing(wanted)
    if not missing:
        return findings
    names = tuple(str(each["name"]) for each in missing[:5])
    what = msg("files that tickets name are missing or damaged ({count}): {names}", count=len(missing), names=names)
    fix = msg("bring files/ back from a backup")
    if opened.site.settings.store:
        fix = msg(
            "all machines of the site must share one folder as {folder}: mount it there; or bring files/ back from a"
            " backup", folder=str(files.folder.absolute()),
        )  # fmt: skip
    return [*findings, ("error", what, fix)]


def _references(ticket: "Ticket") -> list[dict[str, Any]]:
    """The files that a ticket names, in its fields and besides."""
    from sop_engine.store.files import references_in

    return references_in([*ticket.fields.values(), ticket.acts.get("files", [])])


def _altered(opened: "Opened") -> list[Finding]:
    """Files that are there, and are not what they were."""
    from sop_engine.store.files import Files

    files, wrong = Files(opened.site.settings.folder / "files"), dict[str, str]()
    with opened.site.store.reading() as reading:
        for id in _ids(reading):
            ticket = reading.ticket(id)
            named = [] if ticket is None else [each for each in _references(ticket) if each["sha256"] not in wrong]
            gone = {each["sha256"] for each in files.missing(named)}  # said already
            wrong |= {each["sha256"]: f"{id} {each['name']}" for each in files.damaged(named)
                      if each["sha256"] not in gone}  # fmt: skip
    if not wrong:
        return []
    what = msg("files whose content was altered ({count}): {names}", count=len(wrong), names=tuple(wrong.values())[:5])
    return [("error", what, msg("bring files/ back from a backup"))]


def _leftovers(opened: "Opened") -> list[Finding]:
    from sop_engine.clock import SystemClock
    from sop_engine.engine.leftovers import leftovers

    folder = opened.site.settings.folder.absolute() / "files"
    with opened.site.store.reading() as reading:
        # files lie on the machine's disk, so their age is by its clock, also where a demo's stands still
        found = leftovers(reading, folder, SystemClock().now())
    if not found:
        return []
    names = tuple(str(each.relative_to(folder.parent)) for each in found[:5])
    what = msg("files that no step names, left by commands that were killed ({count}): {names}; they do no harm",
               count=len(found), names=names)  # fmt: skip
    return [("warning", what, msg("while nothing is running: cd {folder} && rm {names}",
                                  folder=str(folder.parent), names=" ".join(names)))]  # fmt: skip


def _access(opened: "Opened") -> list[Finding]:
    from sop_engine.store.access import open_to_others

    folder = opened.site.settings.folder.absolute()
    found = open_to_others(folder)
    if not found:
        return []
    names = tuple(str(each.relative_to(folder.parent)) for each in found[:5])
    what = msg("users outside the site's group can read what it keeps of people: {names}", names=names)
    return [("warning", what, msg("chmod -R o-rwx {folder}", folder=str(folder)))]


def _ids(reading: Any) -> list[str]:
    found: list[str] = []
    while batch := reading.ticket_ids(found[-1] if found else ""):
        found += batch
    return [id for id in found if id != SITE]


def _too_few(opened: "Opened") -> list[Finding]:
    """What the published procedures keep apart, and the people who are left cannot."""
    from sop_engine.engine.publishing.procedures import roles_held
    from sop_engine.language.analysis.staffing import shortages
    from sop_engine.language.checks.members import Member, Site
    from sop_engine.language.checks.staffing import reason, remedy

    with opened.site.store.reading() as reading:
        versions = {version.procedure: version.digest for version in reading.versions()}
        programs = opened.site.engine.programs
        found = {name: programs.of(reading, digest).procedure for name, digest in versions.items()}
        people = roles_held(reading)
    started = Site({name: Member(procedure) for name, procedure in found.items()}).starts()
    findings: list[Finding] = []
    for name, procedure in sorted(found.items()):
        for each in shortages(procedure, people, name not in started and not procedure.schedules):
            what = msg("`{trigger}` of {procedure} needs more people than this site has. {why}",
                       trigger=each.trigger, procedure=name, why=reason(each))  # fmt: skip
            findings.append(("warning", what, remedy(each)))
    return findings


def _people(opened: "Opened") -> list[Finding]:
    with opened.site.store.reading() as reading:
        own = (person for person in reading.people() if firm_of({"roles": person.roles}) is None)
        people = [person for person in own if person.active]
        versions = {version.procedure: version for version in reading.versions()}
        held = {role for person in people for role, _scope in person.roles}
        wanted: dict[str, list[str]] = {}
        for name, version in versions.items():
            program = opened.site.engine.programs.of(reading, version.digest)
            for role in program.roles:
                wanted.setdefault(role, []).append(name)
    findings: list[Finding] = []
    for role, procedures in sorted(wanted.items()):
        if role not in held:
            what = msg("nobody holds the role {role}, which {procedures} need", role=role, procedures=tuple(procedures))
            findings.append(("warning", what, msg("sop actor grant NAME {role}", role=role)))
    if len(people) == 1:
        what = msg("{name} is alone and holds every role: what needs two people cannot be done", name=people[0].id)
        findings.append(("warning", what, msg("sop actor add ID NAME --role ROLE")))
    return findings


_LOOKS: Final[tuple[Callable[["Opened"], list[Finding]], ...]] = (
    _store,
    look_at_clocks,
    _sweep,
    _notices,
    _history,
    _tickets,
    look_at_calendars,
    look_ahead,
    look_at_roster,
    _leftovers,
    _access,
    _people,
    look_at_hands,
    look_at_skills,
    look_at_teams,
    look_at_firms,
    look_at_moves,
    _too_few,
)
