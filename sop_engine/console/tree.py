"""The tree of commands: one row for each leaf. To add one, write its function and its row here.

A leaf is a function in a module of this room. Its first parameter is the `Call`; the others are its own arguments and
options, made with `parameters.argument` and `parameters.option`. What every leaf has (`--json`, `--as` ...) comes from
`parameters`, by the row's `options`:

| options | adds |
|---|---|
| `read` | `--json --as --site --lang --no-input` |
| `write` | those, and `--dry-run --key` |
| `ticket` | those, and `--expect --doer --heard --at` |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sop_engine.messages import Message, msg

Options = Literal["read", "write", "ticket"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a command stands: a module under `sop_engine.console`, a function in it, one line of help, and which common
    options it has."""

    module: str
    function: str
    help: Message
    options: Options = "read"


GROUPS: Final[Mapping[str, Message]] = {
    "flow": msg("procedures: check, publish, look at, draw, test"),
    "sla": msg("promises: what is due, and why then"),
    "report": msg("figures over many tickets"),
    "audit": msg("the record: read it, replay it, prove it"),
    "calendar": msg("working hours and holidays"),
    "worker": msg("the sweep that fires timers and sends notices"),
    "db": msg("the store: status, backup, upgrade"),
    "actor": msg("people, their logins, roles and deputies"),
    "unit": msg("the register of units"),
    "notify": msg("notices on their way out"),
    "demo": msg("a site to try things on, with a clock that you move"),
}
"""The groups, in the order in which `--help` lists them; one without leaves is not listed."""

LEAVES: Final[Mapping[str, Leaf]] = {
    "new": Leaf("staff.new", "new", msg("open a ticket"), "ticket"),
    "ls": Leaf("staff.lists", "ls", msg("list tickets; `sop` alone lists yours")),
    "show": Leaf("staff.show", "show", msg("show a ticket: where it stands, what is due, what can be done")),
    "do": Leaf("staff.do", "do", msg("do what a ticket offers: accept, done, confirm ..."), "ticket"),
    "claim": Leaf("staff.acts", "claim", msg("take a task that is offered to your role"), "ticket"),
    "assign": Leaf("staff.acts", "assign", msg("give a task to somebody"), "ticket"),
    "hand-over": Leaf("staff.acts", "hand_over", msg("give a ticket to another owner"), "ticket"),
    "note": Leaf("staff.acts", "note", msg("write something down on a ticket"), "ticket"),
    "edit": Leaf("staff.acts", "edit", msg("correct fields of a ticket, with a reason"), "ticket"),
    "urge": Leaf("staff.attention", "urge", msg("remind whoever holds the task"), "ticket"),
    "copy": Leaf("staff.attention", "copy", msg("let somebody know of a ticket"), "ticket"),
    "read": Leaf("staff.attention", "read", msg("mark a ticket of which you were let know as read"), "ticket"),
    "watch": Leaf("staff.attention", "watch", msg("be told of each change of a ticket's state"), "ticket"),
    "suspend": Leaf("staff.attention", "suspend", msg("let a ticket rest until a time"), "ticket"),
    "resume": Leaf("staff.attention", "resume", msg("let a suspended ticket go on"), "ticket"),
    "void": Leaf("staff.ending", "void", msg("end a ticket that was opened by mistake"), "ticket"),
    "close": Leaf("staff.ending", "close", msg("close a ticket by force, against its procedure"), "ticket"),
    "reopen": Leaf("staff.ending", "reopen", msg("let a closed ticket go on"), "ticket"),
    "link": Leaf("staff.ties", "link", msg("say that two tickets belong together"), "ticket"),
    "unlink": Leaf("staff.ties", "unlink", msg("take a link back"), "ticket"),
    "merge": Leaf("staff.ties", "merge", msg("close a double: another ticket goes on for both"), "ticket"),
    "split": Leaf("staff.ties", "split", msg("open a second ticket for a part of the matter"), "ticket"),
    "find": Leaf("staff.find", "find", msg("find tickets by number, unit, phone, name, or words of a note")),
    "print": Leaf("staff.printing", "print_ticket", msg("print a form of a ticket as a page")),
    "release": Leaf("staff.acts", "release", msg("let a timer that was set aside be tried again"), "ticket"),
    "sla ls": Leaf("staff.sla", "ls", msg("list what is promised, what is due next first")),
    "sla explain": Leaf("staff.sla", "explain", msg("why something is due when it is")),
    "sla export": Leaf("staff.feed", "export", msg("deadlines as a calendar feed")),
    "init": Leaf("keeper.making", "init", msg("make a site: folder, store, starter library"), "write"),
    "doctor": Leaf("keeper.doctor", "doctor", msg("look at everything that can be wrong with the site"), "write"),
    "actor ls": Leaf("keeper.people", "ls", msg("list people, their roles and logins")),
    "actor add": Leaf("keeper.people", "add", msg("add a person"), "write"),
    "actor grant": Leaf("keeper.people", "grant", msg("give somebody roles"), "write"),
    "actor revoke": Leaf("keeper.people", "revoke", msg("take roles from somebody"), "write"),
    "actor change": Leaf("keeper.people", "change", msg("change what is known of somebody, or his rights"), "write"),
    "actor login": Leaf("keeper.people", "login", msg("say whose a system user is"), "write"),
    "actor deputy": Leaf("keeper.people", "deputy", msg("let somebody stand in for another"), "write"),
    "unit ls": Leaf("keeper.units", "ls", msg("list the register of units")),
    "unit add": Leaf("keeper.units", "add", msg("enter a unit, or change its contact"), "write"),
    "unit import": Leaf("keeper.units", "import_", msg("enter many units from a CSV file"), "write"),
    "worker run": Leaf("keeper.sweep", "run", msg("fire timers and send notices, until told to end")),
    "worker tick": Leaf("keeper.sweep", "tick", msg("fire timers and send notices once")),
    "worker status": Leaf("keeper.sweep", "status", msg("say whether the sweep lives, and what is overdue")),
    "worker service": Leaf("keeper.service", "service", msg("a unit for systemd, or a line for cron, for this site")),
    "notify ls": Leaf("keeper.sweep", "notices", msg("list notices that are waiting or dead")),
    "notify retry": Leaf("keeper.sweep", "retry", msg("let dead notices be tried again"), "write"),
    "db status": Leaf("keeper.store", "status", msg("say how the store does")),
    "db backup": Leaf("keeper.store", "backup", msg("copy the whole site while it goes on working")),
    "db restore": Leaf("keeper.store", "restore", msg("bring a backup back as a site")),
    "db copy": Leaf("keeper.moving", "copy", msg("carry a site to another store: a file, or PostgreSQL")),
    "db upgrade": Leaf("keeper.store", "upgrade", msg("raise the store's tables to this release")),
    "db rebuild": Leaf("keeper.store", "rebuild", msg("make all that is derived anew from the record"), "write"),
    "demo make": Leaf("keeper.trying", "make", msg("make a demo site"), "write"),
    "demo advance": Leaf("keeper.trying", "advance", msg("move a demo site's clock"), "write"),
    "demo play": Leaf("keeper.trying", "play", msg("one repair from the phone call to closed, told and replayed")),
    "flow ls": Leaf("owner.flow", "ls", msg("list procedures and drafts")),
    "flow show": Leaf("owner.flow", "show", msg("a procedure as a page to read")),
    "flow lint": Leaf("owner.checking", "lint", msg("check files; publishes nothing")),
    "flow explain": Leaf("owner.flow", "explain", msg("explain a check, or a word of the language")),
    "flow publish": Leaf("owner.flow", "publish_", msg("make files the newest versions"), "write"),
    "flow history": Leaf("owner.flow", "history", msg("list a procedure's versions")),
    "flow diagram": Leaf("owner.drawing", "diagram", msg("draw a procedure, or the way a ticket took")),
    "flow test": Leaf("flow_test", "test", msg("play the scenarios beside the procedures")),
    "flow schema": Leaf("owner.flow", "schema", msg("the language as JSON Schema, for editors")),
    "calendar ls": Leaf("owner.calendars", "ls", msg("list calendars")),
    "calendar show": Leaf("owner.calendars", "show", msg("a calendar's week, and a month day by day")),
    "calendar check": Leaf("owner.calendars", "check", msg("check calendars' files; keeps nothing")),
    "calendar publish": Leaf("owner.calendar_versions", "publish", msg("make drafts the newest versions"), "write"),
    "calendar history": Leaf("owner.calendar_versions", "history", msg("list a calendar's versions")),
    "calendar import": Leaf("owner.importing", "import_", msg("load a year's holidays into a draft"), "write"),
    "calendar schema": Leaf("owner.calendars", "schema", msg("a calendar's file as JSON Schema, for editors")),
    "calendar due": Leaf("owner.due", "due", msg("when something would be due, and why then")),
    "report sla": Leaf("keeper.reports", "sla", msg("what was promised in a month, and what came of it")),
    "report load": Leaf("keeper.workload", "load", msg("who has how much")),
    "report aging": Leaf("keeper.workload", "aging", msg("how old what is open is")),
    "report reopen": Leaf("keeper.returned", "reopen", msg("what went back to an earlier part of its procedure")),
    "report exceptions": Leaf("keeper.exceptions", "exceptional", msg("what did not go the way of its procedure")),
    "audit log": Leaf("audit", "log", msg("a ticket's history, told as a story")),
    "audit verify": Leaf("audit", "verify", msg("check that nobody has touched what is stored")),
    "audit refused": Leaf("audit", "refused", msg("commands that were refused: who tried what, and why not")),
    "audit replay": Leaf("audit", "replay", msg("decide everything again from the record, and compare")),
}
"""Every command by its words: `show`, or `audit log`."""


def groups() -> tuple[str, ...]:
    """The groups that have leaves, in order."""
    used = {words.partition(" ")[0] for words in LEAVES if " " in words}
    return tuple(group for group in GROUPS if group in used)


def verbs(group: str = "") -> tuple[str, ...]:
    """The leaves of a group, or those at the top."""
    if not group:
        return tuple(words for words in LEAVES if " " not in words)
    return tuple(words.partition(" ")[2] for words in LEAVES if words.startswith(group + " "))
