"""`sop firm import`: many firms from a table, all or none.

| head | what |
|---|---|
| `id`, 编号 | small letters, digits and _ ; must be there |
| `title`, 名称, 单位 | must be there for one that is new |
| `does`, 业务 | what it does |
| `phone`, 电话 | under which number it is reached |
| `contract`, 合同编号; `contract_until`, 合同到期 | the contract's number, and the last day on which it counts |
| `permit`, 资质编号; `permit_until`, 资质到期 | the same of its permit |
| `people`, 人员 | names of its people, several apart by a comma; who is there already stays as he is |
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.firm_names import firms_in
from sop_engine.console.given import line_of
from sop_engine.console.keeper.firms import given_of
from sop_engine.console.names import with_names
from sop_engine.console.parameters import argument
from sop_engine.engine.answers.firms import people_of
from sop_engine.engine.slips import Maker, together
from sop_engine.errors import NotUnderstood, SopError
from sop_engine.messages import Message, msg
from sop_engine.sheets import MOST_BYTES, Row, read_sheet
from sop_engine.store.files import read_named
from sop_engine.ticket.records import SITE
from sop_engine.ticket.site.contracting import is_firm_id, no_firm_id

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_HEADS: Final = {
    "id": "id", "编号": "id", "title": "title", "名称": "title", "单位": "title", "does": "does", "业务": "does",
    "phone": "phone", "电话": "phone", "contract": "contract", "合同编号": "contract",
    "contract_until": "contract_until", "合同到期": "contract_until", "permit": "permit", "资质编号": "permit",
    "permit_until": "permit_until", "资质到期": "permit_until", "people": "people", "人员": "people",
}  # fmt: skip
_APART: Final = re.compile(r"[,，、;；]+")
_MOST_TOLD: Final = 10


def import_(
    call: Call,
    file: Annotated[
        str,
        argument(
            msg("CSV or XLSX with the columns id, title, does, phone, contract, contract_until, permit, permit_until, "
                "people"),
            "FILE",
        ),
    ],
) -> None:  # fmt: skip
    """Enter many firms from a table, all at once; a fault in any row enters none. Of a firm that is there already what
    the table says is changed, and the rest stays: a list of renewed contracts may be loaded so."""
    sheet = read_sheet(read_named(Path(file), MOST_BYTES), file)
    heads = [_HEADS.get(head.casefold(), "") for head in sheet.heads]
    unknown = [head for head, known in zip(sheet.heads, heads, strict=True) if head and not known]
    if unknown or "id" not in heads:
        raise NotUnderstood(
            msg("{path} has columns that nobody knows: {heads}", path=file, heads=tuple(unknown))
            if "id" in heads
            else msg("{path} has no column `id`", path=file),  # or is no table: nothing of it is shown
            where=file,
            fix=msg("its first line: id,title,does,phone,contract,contract_until,permit,permit_until,people"),
        )  # fmt: skip
    with call.open() as opened:
        opened.require_administrator()
        makers: list[tuple[Row, Maker]] = []
        faults: list[Message] = []
        seen: dict[str, int] = {}
        for row in sheet.rows:
            said = {_HEADS[head.casefold()]: cell for head, cell in row.cells.items()}
            try:
                firm = _id(said.get("id", ""), seen)
                seen[firm] = row.number
                makers += [(row, each) for each in _commands(opened, firm, said)]
            except SopError as fault:
                faults.append(_fault(opened, row, fault))
        if not faults and makers:
            with call.writing():
                booked = together(opened.site.engine, [make for _row, make in makers], SITE, call.dry_run)
            if booked.refusal is not None:
                faults.append(_fault(opened, makers[len(booked.done)][0], booked.refusal))
        if faults:
            raise NotUnderstood(
                msg("rows of {file} with faults: {count}; no firm was entered", file=file, count=len(faults)),
                where=file,
                fix=msg("mend them: {faults}", faults=tuple(faults[:_MOST_TOLD])),
            )
        _tell(call, list(seen))


def _id(firm: str, seen: Mapping[str, int]) -> str:
    if not is_firm_id(firm):
        said, fix = no_firm_id(firm)
        raise NotUnderstood(said, fix=fix)
    if firm in seen:
        raise NotUnderstood(msg("row {row} has the same id", row=seen[firm]))
    return firm


def _commands(opened: "Opened", firm: str, said: Mapping[str, str]) -> list[Maker]:
    """The commands that enter or change one firm, and enter its people. Raises `NotUnderstood`."""
    with opened.reading() as reading:
        is_new, site = firm not in firms_in(reading), reading.ticket(SITE)
        known = people_of(site.fields, firm) if site is not None else {}
        there = {each.name for person in known if (each := reading.person(person)) is not None}
    cells = {name: cell for name, cell in said.items() if cell}
    if is_new and "title" not in cells:
        raise NotUnderstood(msg("a firm that is new needs a title"))
    papers = {name: (cells.get(name), cells.get(f"{name}_until")) for name in ("contract", "permit")}
    given: dict[str, Any] = given_of(opened, cells.get("does"), cells.get("phone"), papers, None)
    if "title" in cells:
        given["title"] = line_of(cells["title"], msg("title"))
    names = [line_of(each, msg("name")) for each in _APART.split(cells.get("people", "")) if each.strip()]
    acts = [("add_firm" if is_new else "change_firm", given)] if is_new or given else []
    acts += [("firm_person", {"name": name}) for name in dict.fromkeys(names) if name not in there]
    return [_maker(opened, act, {"firm": firm, **arguments}) for act, arguments in acts]


def _maker(opened: "Opened", act: str, arguments: dict[str, Any]) -> Maker:
    return lambda _ticket: opened.command(act, SITE, arguments)


def _fault(opened: "Opened", row: Row, fault: SopError) -> Message:
    return msg("line {line}: {fault}", line=row.number, fault=with_names(fault.message, opened.names))


def _tell(call: Call, firms: list[str]) -> None:
    if call.json:
        call.output.json({"firms": firms})
        return
    if call.dry_run:
        call.output.tell(msg("dry run: nothing of this was kept"))
    call.output.tell(msg("firms entered or changed: {count}", count=len(firms)))
