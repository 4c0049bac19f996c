"""`sop attach` and `sop files`: any file of a ticket, with a label; those of its fields are listed too."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.doing import do_and_tell, explaining
from sop_engine.console.output import Column
from sop_engine.console.parameters import TicketId, argument, option
from sop_engine.console.tickets import find_ticket
from sop_engine.errors import NotUnderstood, SetUp, SomeFailed, system_reason
from sop_engine.messages import msg, say
from sop_engine.store.access import FILE_MODE
from sop_engine.store.file_places import tickets_with
from sop_engine.store.files import Files, digest_of, plain_name, references_in
from sop_engine.store.flushing import make_folders
from sop_engine.store.seam import Reads
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Erased, Ticket
from sop_engine.values.texts import short

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

MOST_AT_ONCE: Final = 50
_STATES: Final = {"there": msg("there"), "missing": msg("missing"), "altered": msg("altered")}


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a ticket: what it is called there, where it comes from, and whether it is what it was."""

    reference: dict[str, Any]
    label: Any
    field: str | None
    step: int | None
    others: list[str]
    """the other tickets in which it stands"""
    state: str


def attach(
    call: Call,
    id: TicketId,
    file: Annotated[list[str], argument(msg("the files: photos, scans, recordings"), "FILE...")],
    label: Annotated[str | None, option("--label", help=msg("what they show, such as 维修前"), metavar="TEXT")] = None,
) -> None:
    """Attach files to a ticket; on a closed one too. It moves nothing."""
    if len(file) > MOST_AT_ONCE:
        raise NotUnderstood(msg("at most {most} files at once", most=MOST_AT_ONCE))
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            head = find_ticket(reading, id)
        paths = [Path(each.removeprefix("@")).expanduser() for each in file]
        with explaining(opened, head):
            arguments = attachment(opened, head.id, paths, label)
        do_and_tell(opened, opened.command("attach", head.id, arguments), head)


def attachment(opened: "Opened", id: str, paths: list[Path], label: str | None) -> dict[str, Any]:
    """The arguments of `attach` for files that lie at `paths`. They are copied, and count when the command is done; in
    a dry run they are only looked at. Raises what refuses it, before anything is copied."""
    files = Files(opened.site.settings.folder / "files", opened.site.settings.largest_file_bytes)
    references = [files.about(each) for each in paths]
    arguments: dict[str, Any] = {"files": references, **({} if label is None else {"label": short(label)})}
    tried = opened.site.engine.act(opened.command("attach", id, arguments), key=opened.call.key, dry_run=True)
    if not opened.call.dry_run and not tried.repeated:
        for path, about in zip(paths, references, strict=True):
            arrival = files.arrive(path)
            opened.arrivals.append(arrival)
            if arrival.reference != about:
                raise NotUnderstood(msg("{path} is being written; give it when it is finished", path=str(path)))
    return arguments


def files(
    call: Call,
    id: TicketId,
    to: Annotated[
        str | None, option("--to", help=msg("copy them into this folder, which is made"), metavar="FOLDER")
    ] = None,
) -> int:
    """List the files of a ticket, with their labels, and whether each is what it was; or copy them out. Exit code 8
    where one is missing or altered."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            head = find_ticket(reading, id)
            ticket = reading.ticket(head.id)
            assert ticket is not None, "a head has its ticket"
            found = _listed(opened, reading, opened.site.engine.program(reading, ticket), ticket)
        names = {} if to is None else _copy_out(opened, found, Path(to))
        wrong = [each for each in found if each.state != "there"]
        if call.json:
            call.output.json([_json(each, names.get(rank)) for rank, each in enumerate(found)])
            return SomeFailed.code if wrong and to is not None else 0
        columns = [Column(msg("file")), Column(msg("label")), Column(msg("in step")), Column(msg("size")),
                   Column(msg("status")), Column(msg("also in"))]  # fmt: skip
        if not call.output.table(columns, [_row(each) for each in found]):
            call.output.tell(msg("{ticket} has no files", ticket=head.id))
        if names:
            call.output.tell(msg("files copied to {folder}: {count}", folder=to, count=len(names)))
        if wrong:
            raise SomeFailed(
                msg("files that are missing or altered: {names}",
                    names=tuple(str(each.reference["name"]) for each in wrong)),
                where=head.id,
                fix=msg("bring files/ back from a backup"),
            )  # fmt: skip
    return 0


def _listed(opened: "Opened", reading: Reads, program: Program, ticket: Ticket) -> list[Listed]:
    """Those of the fields, in the procedure's order, then those that were attached, as they came."""
    folder = Files(opened.site.settings.folder / "files")

    def entry(reference: dict[str, Any], label: Any, field: str | None, step: int | None) -> Listed:
        reference = {**reference, "name": opened.text_seen(ticket, str(reference["name"]))}
        others = [each for each in tickets_with(reading, reference["sha256"]) if each != ticket.id]
        return Listed(reference, label, field, step, others, _state(folder, reference))

    found = [
        entry(each, field.title or field.id, field.id, None)
        for field in program.procedure.fields
        if not isinstance(ticket.fields.get(field.id), Erased)
        for each in references_in(ticket.fields.get(field.id))
    ]
    labels = {number: sealed for (number, slot), sealed in reading.sealed(ticket.id).items() if slot == "label"}
    for each in ticket.acts.get("files", ()):
        sealed = labels.get(each["step"])
        label = (
            ""
            if sealed is None
            else opened.text_seen(ticket, str(sealed.value))
            if sealed.salt is not None
            else msg("(erased)")
        )
        reference = {name: each[name] for name in ("sha256", "name", "size", "type")}
        found.append(entry(reference, label, None, each["step"]))
    return found


def _state(folder: Files, reference: dict[str, Any]) -> str:
    path = folder.path(reference["sha256"])
    if path.is_symlink() or not path.is_file():
        return "missing"
    try:
        return "there" if digest_of(path) == reference["sha256"] else "altered"
    except OSError:
        return "missing"


def _copy_out(opened: "Opened", found: list[Listed], folder: Path) -> dict[int, str]:
    """Copy what is there into a folder, under numbered names; gives rank -> path. Nothing that stands there is
    overwritten. Raises `SetUp` where it cannot be."""
    files = Files(opened.site.settings.folder / "files")
    copied: dict[int, str] = {}
    try:
        make_folders(folder)
        for rank, each in enumerate(found):
            if each.state != "there":
                continue
            target = folder / f"{rank + 1:02d}-{plain_name(each.reference['name'])}"
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
            with os.fdopen(handle, "wb") as out, files.open(each.reference["sha256"]) as stream:
                while chunk := stream.read(1 << 20):
                    out.write(chunk)
            copied[rank] = str(target)
    except FileExistsError as error:
        raise NotUnderstood(
            msg("{path} stands there already; nothing is overwritten", path=str(error.filename)),
            fix=msg("name a new folder"),
        ) from None
    except OSError as error:
        raise SetUp(
            msg("{path} cannot be written: {error}", path=str(folder), error=system_reason(error)), where=str(folder)
        ) from None
    return copied


def _row(each: Listed) -> list[Any]:
    size = each.reference["size"]
    shown = f"{size / 1024 / 1024:.1f} MiB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KiB"
    return [each.reference["name"], each.label, str(each.step or ""), shown, _STATES[each.state], tuple(each.others)]


def _json(each: Listed, path: str | None) -> dict[str, Any]:
    label = None if each.label == "" else say(each.label, "zh") if each.field is None else None
    return {**each.reference, "label": label, "field": each.field, "step": each.step, "state": each.state,
            "also_in": each.others, "file": path}  # fmt: skip
