"""`sop actor import`: many people from a table, all or none.

| head | what |
|---|---|
| `id`, 编号, 工号 | letters, digits, _ - . ; must be there |
| `name`, 姓名 | must be there |
| `roles`, 岗位, 角色 | by id or title, `steward@3` with a scope; several apart by a comma or a space |
| `phone`, 电话; `mail`, 邮箱; `language`, 语言 | how he is reached, and in which language: zh or en |
| `login`, 登录名 | the machine's user that is his; several apart by a comma |
| `team`, 班组 | a team that there is, by id or title; several apart by a comma |
| `channels`, 渠道; `digest`, 汇总 | on which channels notices reach him, and when those of a day come together |
| `skills`, 技能, 证件 | by id or title, `electrical@2027-06-30` with the last day of a licence; several as roles are |
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.given import line_of
from sop_engine.console.keeper.people import contact_of, known_language, require_id, scoped_roles
from sop_engine.console.keeper.skills import day_said, known_skill
from sop_engine.console.names import with_names
from sop_engine.console.parameters import argument
from sop_engine.console.team_names import team_named
from sop_engine.console.text import FORMULA
from sop_engine.engine.slips import Maker, together
from sop_engine.errors import NotUnderstood, SopError
from sop_engine.messages import Message, msg
from sop_engine.sheets import MOST_BYTES, Row, read_sheet
from sop_engine.store.files import read_named
from sop_engine.ticket.records import SITE

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_HEADS: Final = {
    "id": "id", "编号": "id", "工号": "id", "name": "name", "姓名": "name", "role": "roles", "roles": "roles",
    "岗位": "roles", "角色": "roles", "phone": "phone", "电话": "phone", "手机": "phone", "mail": "mail",
    "邮箱": "mail", "language": "language", "语言": "language", "login": "login", "登录名": "login",
    "team": "team", "班组": "team", "channels": "channels", "渠道": "channels", "digest": "digest", "汇总": "digest",
    "skill": "skills", "skills": "skills", "技能": "skills", "证件": "skills",
}  # fmt: skip
_APART: Final = re.compile(r"[,，、;；\s]+")
_COMMA: Final = re.compile(r"\s*[,，、;；]\s*")
_MOST_TOLD: Final = 10


def import_(
    call: Call,
    file: Annotated[
        str, argument(msg("CSV or XLSX with the columns id, name, roles, phone, mail, login, team, skills"), "FILE")
    ],
) -> None:
    """Add many people from a table, all at once; a fault in any row adds none. Who is there already, by id and name, is
    left as he is."""
    sheet = read_sheet(read_named(Path(file), MOST_BYTES), file)
    heads = [_HEADS.get(head.casefold(), "") for head in sheet.heads]
    unknown = [head for head, known in zip(sheet.heads, heads, strict=True) if head and not known]
    if unknown or not {"id", "name"} <= set(heads):
        raise NotUnderstood(
            msg("{path} has columns that nobody knows: {heads}", path=file, heads=tuple(unknown))
            if {"id", "name"} <= set(heads)
            else msg("{path} has no columns `id` and `name`", path=file),  # and may be no table at all
            where=file,
            fix=msg("its first line: id,name,roles,phone,mail,login,team,skills"),
        )  # fmt: skip
    with call.open() as opened:
        opened.require_administrator()
        with opened.reading() as reading:
            known = {person.id: person.name for person in reading.people()}
        makers: list[tuple[Row, Maker]] = []
        faults: list[Message] = []
        there: list[str] = []
        seen: dict[str, int] = {}
        for row in sheet.rows:
            said = {_HEADS[head.casefold()]: _untamed(cell) for head, cell in row.cells.items()}
            actor = said.get("id", "")
            try:
                if actor in seen:
                    raise NotUnderstood(msg("row {row} has the same id", row=seen[actor]))
                seen[actor] = row.number
                if actor in known and known[actor] == said.get("name"):
                    there.append(actor)
                    continue
                makers += [(row, each) for each in _commands(opened, said)]
            except SopError as fault:
                faults.append(_fault(opened, row, fault))
        if not faults and makers:
            faults += _add(opened, makers)
        if faults:
            raise NotUnderstood(
                msg("rows of {file} with faults: {count}; nobody was added", file=file, count=len(faults)),
                where=file,
                fix=msg("mend them: {faults}", faults=tuple(faults[:_MOST_TOLD])),
            )
        _tell(opened, sorted(set(seen) - set(there)), there)


def _add(opened: "Opened", makers: list[tuple[Row, Maker]]) -> list[Message]:
    """Do all of it; gives the fault where one is refused, and then nothing is kept."""
    with opened.call.writing():
        booked = together(opened.site.engine, [make for _row, make in makers], SITE, opened.call.dry_run)
    return [] if booked.refusal is None else [_fault(opened, makers[len(booked.done)][0], booked.refusal)]


def _fault(opened: "Opened", row: Row, fault: SopError) -> Message:
    return msg("line {line}: {fault}", line=row.number, fault=with_names(fault.message, opened.names))


def _commands(opened: "Opened", said: dict[str, str]) -> list[Maker]:
    """The commands that add one person, and map his login. Raises `NotUnderstood`."""
    name = line_of(said.get("name", ""), msg("name"))
    if not said.get("id") or not name:
        raise NotUnderstood(msg("id and name must be there"))
    require_id(said["id"])
    if "*" in said.get("phone", "") + said.get("mail", ""):
        raise NotUnderstood(
            msg("the number or address of {name} is masked", name=said["id"]),
            fix=msg("let an administrator export the table: sop actor export"),
        )
    person: dict[str, Any] = {
        "actor": said["id"],
        "name": name,
        "roles": scoped_roles(opened, [each for each in _APART.split(said.get("roles", "")) if each]),
        "rights": [],
        "contact": contact_of(
            opened,
            {},
            said.get("mail") or None,
            said.get("phone") or None,
            said.get("channels", "").split(),
            said.get("digest") or None,
        ),
        "language": known_language(said.get("language") or None),
    }
    made: list[Maker] = [lambda _ticket: opened.command("add_person", SITE, person)]
    made += [_login(opened, said["id"], each) for each in _COMMA.split(said.get("login", "")) if each]
    made += [_team(opened, said["id"], each) for each in _COMMA.split(said.get("team", "")) if each]
    return [*made, *(_skill(opened, said["id"], each) for each in _APART.split(said.get("skills", "")) if each)]


def _untamed(cell: str) -> str:
    """A cell as it was before an export kept spreadsheets from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _login(opened: "Opened", actor: str, name: str) -> Maker:
    login = {"login": name, "actor": actor, "people": []}
    return lambda _ticket: opened.command("login", SITE, login)


def _team(opened: "Opened", actor: str, said: str) -> Maker:
    """The command by which somebody joins a team. Raises `NotFound`."""
    with opened.reading() as reading:
        joins = {"team": team_named(reading, said), "join": [actor]}
    return lambda _ticket: opened.command("change_team", SITE, joins)


def _skill(opened: "Opened", actor: str, said: str) -> Maker:
    """The command that enters a skill, `electrical@2027-06-30`. Raises `NotUnderstood`."""
    name, _at, until = said.replace("＠", "@").partition("@")
    held: dict[str, Any] = {"actor": actor, "skill": known_skill(opened, name)}
    if until:
        held["until"] = day_said(opened, until, msg("the last day of {skill}", skill=name)).isoformat()
    return lambda _ticket: opened.command("skill", SITE, held)


def _tell(opened: "Opened", added: list[str], there: list[str]) -> None:
    call = opened.call
    if call.json:
        call.output.json({"added": added, "there": there})
        return
    if call.dry_run:
        call.output.tell(msg("dry run: nothing of this was kept"))
    call.output.tell(msg("people added: {count}; there already: {there}", count=len(added), there=len(there)))
