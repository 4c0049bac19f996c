"""`sop actor export`: the people of a site as a table that `sop actor import` reads back.

The columns are those that importing knows, each value by id. Rights are in none of them: whoever administers another
site is said there. A telephone number or address is masked for whoever does not see the class `contact` whole, as
`[personal]` of sop.toml says; administrators do.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.keeper.figures import tame
from sop_engine.console.output import write_file
from sop_engine.console.parameters import argument
from sop_engine.engine.notices.routing import OWN_CHANNELS, OWN_DIGEST
from sop_engine.errors import NotUnderstood
from sop_engine.messages import msg
from sop_engine.sheets import workbook
from sop_engine.store.seam import Person
from sop_engine.ticket.records import SITE
from sop_engine.values import mask

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

HEADS: Final = (
    "id", "name", "roles", "phone", "mail", "language", "login", "team", "skills", "channels", "digest",
)  # fmt: skip
_CONTACT: Final = "contact"
"""the class of personal data that numbers and addresses of staff are"""
_MARKED: Final = b"\xef\xbb\xbf"
"""before CSV in a file: by it spreadsheets know that it is UTF-8"""


def export(
    call: Call,
    file: Annotated[str | None, argument(msg("the file, .csv or .xlsx; without one CSV is printed"), "FILE")] = None,
) -> None:
    """Write whoever works here into a table that `actor import` reads: roles, contact, logins, teams, skills."""
    kind = None if file is None else file.rpartition(".")[2].casefold()
    if kind not in (None, "csv", "xlsx"):
        raise NotUnderstood(
            msg("{path} is neither CSV nor XLSX", path=str(file)), where=file,
            fix=msg("for example: sop actor export people.csv, or people.xlsx"),
        )  # fmt: skip
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            people = reading.people()
            asking = reading.person(opened.person)
            site = reading.ticket(SITE)
        whole = (asking is not None and "admin" in asking.rights) or _CONTACT not in opened.hidden_from()
        fields: Mapping[str, Any] = site.fields if site is not None else {"people": {}, "logins": {}}
        rows = [_row(each, fields, whole) for each in people if each.active]
        left_out = [each.id for each in people if not each.active]
        _write(opened, file, kind, rows)
        if call.json and file is not None:
            call.output.json({"file": file, "people": len(rows), "whole": whole, "left_out": left_out})
        elif not call.json:
            _tell(opened, file, people, whole, left_out)


def _row(person: Person, fields: Mapping[str, Any], whole: bool) -> dict[str, str]:
    """One person, each value as `actor import` reads it."""
    contact = person.contact
    phone, mail = contact.get("phone", ""), contact.get("mail", "")
    skills = fields["people"].get(person.id, {}).get("skills", {}).items()
    teams = fields.get("teams", {}).items()
    return {
        "id": person.id,
        "name": person.name,
        "roles": " ".join(role if scope is None else f"{role}@{scope}" for role, scope in person.roles),
        "phone": phone if whole else mask(phone),
        "mail": mail if whole else _masked_mail(mail),
        "language": person.language or "",
        "login": ",".join(sorted(name for name, each in fields["logins"].items() if each["actor"] == person.id)),
        "team": ",".join(sorted(team for team, each in teams if person.id in each["people"])),
        "skills": " ".join(_skill(name, each["until"]) for name, each in sorted(skills)),
        "channels": contact.get(OWN_CHANNELS, ""),
        "digest": contact.get(OWN_DIGEST, ""),
    }


def _skill(name: str, until: str | None) -> str:
    return name if until is None else f"{name}@{until}"


def _masked_mail(mail: str) -> str:
    name, at, domain = mail.rpartition("@")
    return f"{name[:1]}***{at}{domain}" if mail else ""


def _write(opened: "Opened", file: str | None, kind: str | None, rows: list[dict[str, str]]) -> None:
    output = opened.call.output
    lines = [HEADS, *(tuple(row.values()) for row in rows)]
    if kind == "xlsx":
        write_file(str(file), workbook(lines, str(file)))
    elif file is not None:
        write_file(file, _MARKED + ("\r\n".join(map(_line, lines)) + "\r\n").encode())
    elif output.as_json:
        output.json(rows)
    else:
        for each in lines:
            output.line(_line(each))


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([tame(each) for each in cells])
    return text.getvalue()


def _tell(opened: "Opened", file: str | None, people: Iterable[Person], whole: bool, left_out: list[str]) -> None:
    """Say what does not stand in the table."""
    output = opened.call.output
    if file is not None:
        output.tell(msg("the people stand in {file}", file=file))
    if not whole:
        output.tell(
            msg("numbers and addresses are masked, and are not imported so: an administrator exports them whole")
        )
    if left_out:
        output.tell(msg("not in it, since they work here no more: {people}", people=tuple(left_out)))
    rights = [each.id for each in people if each.active and each.rights]
    if rights:
        output.tell(msg("rights are not in it; who has some here: {people}", people=tuple(rights)))
