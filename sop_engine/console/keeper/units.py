"""`sop unit`: the register of units, with whom to call."""

from pathlib import Path
from typing import Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.given import line_of
from sop_engine.console.keeper.moved_out import left_open, tell_left_open
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument, option
from sop_engine.errors import NotUnderstood
from sop_engine.messages import Message, msg
from sop_engine.sheets import MOST_BYTES, read_sheet
from sop_engine.store.files import read_named
from sop_engine.values import ValueProblem, mask, mask_name, read_phone, read_unit

_COLUMNS: Final = {
    "unit": "unit", "房号": "unit", "name": "name", "姓名": "name", "业主": "name", "业主姓名": "name",
    "联系人": "name", "owner": "name", "contact": "name", "phone": "phone", "电话": "phone", "联系电话": "phone",
    "手机": "phone",
}  # fmt: skip
"""heads of columns, also as a Chinese spreadsheet has them"""


def add(
    call: Call,
    unit: Annotated[str, argument(msg("the unit: 3-2-1202, or 3栋2单元1202"), "UNIT")],
    name: Annotated[str | None, option("--contact", help=msg("whom to call"), metavar="NAME")] = None,
    phone: Annotated[str | None, option("--phone", help=msg("his number"), metavar="NUMBER")] = None,
) -> None:
    """Enter a unit, or change its contact."""
    entry = _entry(unit, name or "", phone or "")
    _put(call, [entry])


def import_(
    call: Call,
    file: Annotated[str, argument(msg("CSV or XLSX with the columns unit, name, phone"), "FILE")],
) -> None:
    """Enter many units and their owners from a table; a fault in any row enters none."""
    entries, faults = _read(Path(file))
    if faults:
        raise NotUnderstood(
            msg("rows of {file} with faults: {count}; nothing was entered", file=file, count=len(faults)),
            where=file,
            fix=msg("mend them: {faults}", faults=tuple(faults[:10])),
        )
    _put(call, entries)


def ls(call: Call) -> None:
    """List the register; phones are masked, and names for whoever does not see personal data whole."""
    with call.open() as opened:
        opened.require_known()
        masked = bool(opened.hidden_from())
        with opened.site.store.reading() as reading:
            units = reading.units()
        shown = [
            {
                "id": unit["id"],
                "name": _name((unit.get("contact") or {}).get("name", ""), masked),
                "phone": mask((unit.get("contact") or {}).get("phone", "")),
            }
            for unit in units
        ]
        if call.json:
            call.output.json(shown)
            return
        heads = (Column(msg("unit"), whole=True), Column(msg("contact")), Column(msg("phone")))
        call.output.table(heads, [[unit["id"], unit["name"], unit["phone"]] for unit in shown])


def _name(name: str, masked: bool) -> str:
    return mask_name(name) if masked else name


def _put(call: Call, entries: list[dict[str, Any]]) -> None:
    with call.open() as opened:
        opened.require_administrator()
        with opened.reading() as reading:
            found = left_open(reading, entries)
        if not call.dry_run:
            with call.writing(), opened.site.store.writing() as transaction:
                transaction.put_units(entries)
        if call.json:
            call.output.json([entry["id"] for entry in entries])
        else:
            said = msg("units that would be entered: {count}") if call.dry_run else msg("units entered: {count}")
            call.output.tell(Message(said.template, {"count": len(entries)}))
        tell_left_open(opened, found)


def _read(path: Path) -> tuple[list[dict[str, Any]], list[Message]]:
    entries: list[dict[str, Any]] = []
    faults: list[Message] = []
    lines: dict[str, int] = {}
    sheet = read_sheet(read_named(path, MOST_BYTES), str(path))
    heads = {head: _COLUMNS.get(head.casefold(), "") for head in sheet.heads}
    unknown = tuple(head for head, known in heads.items() if head and not known)
    if unknown or "unit" not in heads.values():
        raise NotUnderstood(
            msg("{path} has columns that nobody knows: {heads}", path=str(path), heads=unknown)
            if "unit" in heads.values()
            else msg("{path} has no column `unit`", path=str(path)),  # or is no table
            where=str(path),
            fix=msg("its first line: unit,name,phone"),
        )  # fmt: skip
    for row in sheet.rows:
        said = {heads[head]: cell for head, cell in row.cells.items()}
        try:
            entry = _entry(said.get("unit", ""), said.get("name", ""), said.get("phone", ""))
            if entry["id"] in lines:
                raise NotUnderstood(msg("line {line} has the same unit", line=lines[entry["id"]]))
            lines[entry["id"]] = row.number
            entries.append(entry)
        except NotUnderstood as fault:
            faults.append(msg("line {line}: {fault}", line=row.number, fault=fault.message))
    return entries, faults


def _entry(unit: str, name: str, phone: str) -> dict[str, Any]:
    try:
        said = line_of(name, msg("contact"))
        contact = {"name": said, **({"phone": read_phone(phone)} if phone.strip() else {})}
        return {"id": read_unit(unit), "contact": contact if said or phone.strip() else None}
    except ValueProblem as problem:
        raise NotUnderstood(problem.message) from None
