"""The tree of commands: one row for each leaf. To add one, write its function and its row here.

A leaf is a function in a module of this room. Its first parameter is the `Call`; the others are its own arguments and
options, made with `parameters.argument` and `parameters.option`. What every leaf has (`--json`, `--as` ...) comes from
`parameters`, by the row's `options`:

| options | adds |
|---|---|
| `read` | `--json --as --site --lang --pin-from --no-input` |
| `write` | those, and `--dry-run --key` |
| `ticket` | those, and `--expect --doer --heard --at` |
| `many` | those, and `--yes`; its ID may name several (`bulk`) |
"""

from collections.abc import Mapping
from typing import Final, Literal

from sop_engine.lean import dataclass
from sop_engine.messages import Message, msg

Options = Literal["read", "write", "ticket", "many"]


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
    "view": msg("lists that are saved under a name"),
    "signer": msg("who signs besides those whom the procedure names"),
    "sla": msg("promises: what is due, and why then"),
    "report": msg("figures over many tickets"),
    "audit": msg("the record: read it, replay it, prove it"),
    "calendar": msg("working hours and holidays"),
    "worker": msg("the sweep that fires timers and sends notices"),
    "db": msg("the store: status, backup, upgrade"),
    "actor": msg("people, their logins, roles and deputies"),
    "team": msg("teams: who belongs together, and who leads"),
    "firm": msg("firms from outside: what they do, their papers, their people"),
    "unit": msg("the register of units"),
    "roster": msg("who works when: shifts, duty lists, swaps"),
    "outage": msg("when nothing worked, on record"),
    "notify": msg("notices on their way out"),
    "demo": msg("a site to try things on, with a clock that you move"),
}
"""The groups, in the order in which `--help` lists them; one without leaves is not listed."""

LEAVES: Final[Mapping[str, Leaf]] = {
    "new": Leaf("staff.new", "new", msg("open a ticket"), "ticket"),
    "ls": Leaf("staff.lists", "ls", msg("list tickets; `sop` alone lists yours")),
    "board": Leaf("staff.board", "board", msg("the queue on the whole terminal; act by keys")),
    "show": Leaf("staff.show", "show", msg("show a ticket: where it stands, what is due, what can be done")),
    "do": Leaf("staff.do", "do", msg("do what a ticket offers: accept, done, confirm ..."), "many"),
    "claim": Leaf("staff.acts", "claim", msg("take a task that is offered to your role"), "many"),
    "assign": Leaf("staff.acts", "assign", msg("give a task to somebody"), "many"),
    "hand-over": Leaf("staff.acts", "hand_over", msg("give a ticket to another owner"), "many"),
    "give-back": Leaf("staff.hands", "give_back", msg("give a task back to the role it was offered to"), "ticket"),
    "transfer": Leaf("staff.hands", "transfer", msg("offer your task to a colleague, who must take it over"), "ticket"),
    "take-over": Leaf("staff.hands", "take_over", msg("take a task over that you were offered"), "ticket"),
    "turn-down": Leaf("staff.hands", "turn_down", msg("turn a task down that you were offered or lent"), "ticket"),
    "delegate": Leaf("staff.hands", "delegate", msg("let a colleague act on your task; it comes back"), "ticket"),
    "take-back": Leaf("staff.hands", "take_back", msg("take back what you offered or lent"), "ticket"),
    "note": Leaf("staff.acts", "note", msg("write something down on a ticket"), "many"),
    "attach": Leaf("staff.files", "attach", msg("attach files to a ticket, with a label"), "ticket"),
    "files": Leaf("staff.files", "files", msg("list a ticket's files, or copy them out")),
    "edit": Leaf("staff.correcting", "edit", msg("correct fields of a ticket, with a reason"), "ticket"),
    "urge": Leaf("staff.attention", "urge", msg("remind whoever holds the task"), "many"),
    "copy": Leaf("staff.attention", "copy", msg("let somebody know of a ticket"), "many"),
    "read": Leaf("staff.attention", "read", msg("mark a ticket of which you were let know as read"), "many"),
    "watch": Leaf("staff.attention", "watch", msg("be told of each change of a ticket's state"), "many"),
    "suspend": Leaf("staff.attention", "suspend", msg("let a ticket rest until a time"), "many"),
    "resume": Leaf("staff.attention", "resume", msg("let a suspended ticket go on"), "many"),
    "on": Leaf("staff.desk", "on", msg("take over the terminal at which you are"), "write"),
    "off": Leaf("staff.desk", "off", msg("leave the terminal"), "write"),
    "return": Leaf("staff.returning", "return_", msg("send a ticket back to an earlier step"), "ticket"),
    "withdraw": Leaf("staff.returning", "withdraw", msg("take your own last step back"), "ticket"),
    "void": Leaf("staff.ending", "void", msg("end a ticket that was opened by mistake"), "ticket"),
    "close": Leaf("staff.ending", "close", msg("close a ticket by force, against its procedure"), "ticket"),
    "reopen": Leaf("staff.ending", "reopen", msg("let a closed ticket go on"), "ticket"),
    "moved": Leaf("staff.moved", "moved", msg("say with whom a ticket goes on when its unit changes hands"), "many"),
    "link": Leaf("staff.ties", "link", msg("say that two tickets belong together"), "ticket"),
    "unlink": Leaf("staff.ties", "unlink", msg("take a link back"), "ticket"),
    "merge": Leaf("staff.ties", "merge", msg("close a double: another ticket goes on for both"), "ticket"),
    "join": Leaf("staff.joining", "join", msg("let a ticket go with another of the same cause"), "many"),
    "part": Leaf("staff.joining", "part", msg("let a ticket that goes with another go on by itself"), "many"),
    "split": Leaf("staff.ties", "split", msg("open a second ticket for a part of the matter"), "ticket"),
    "reject": Leaf("staff.signing", "reject", msg("refuse to sign what others have signed"), "ticket"),
    "signer add": Leaf("staff.signing", "add", msg("let somebody sign besides"), "ticket"),
    "signer remove": Leaf("staff.signing", "remove", msg("take an added signer off again"), "ticket"),
    "find": Leaf("staff.find", "find", msg("find tickets by number, unit, phone, name, or words of a note")),
    "slip": Leaf("staff.slip", "slip", msg("book a slip that has come back on paper"), "ticket"),
    "backfill": Leaf("staff.backfill", "backfill", msg("enter slips that were written in an outage"), "write"),
    "handover": Leaf("staff.handover", "handover", msg("list what a shift hands over to the next")),
    "print": Leaf("staff.printing", "print_ticket", msg("print a form of a ticket as a page"), "write"),
    "release": Leaf("staff.acts", "release", msg("let a timer that was set aside be tried again"), "ticket"),
    "view ls": Leaf("staff.views", "ls", msg("list the saved views: sop ls @NAME shows one")),
    "view delete": Leaf("staff.views", "delete", msg("delete a saved view"), "write"),
    "sla ls": Leaf("staff.sla", "ls", msg("list what is promised, what is due next first")),
    "sla explain": Leaf("staff.sla", "explain", msg("why something is due when it is")),
    "sla export": Leaf("staff.feed", "export", msg("deadlines as a calendar feed")),
    "help": Leaf("staff.helping", "help_", msg("pages about dates, units, numbers, values, exit codes, who, many")),
    "completion": Leaf("staff.helping", "completion", msg("what bash, zsh or fish need to complete words")),
    "init": Leaf("keeper.making", "init", msg("make a site: folder, store, starter library")),
    "doctor": Leaf("keeper.doctor", "doctor", msg("look at everything that can be wrong with the site"), "write"),
    "actor ls": Leaf("keeper.people", "ls", msg("list people, their roles and logins")),
    "actor add": Leaf("keeper.people", "add", msg("add a person"), "write"),
    "actor import": Leaf("keeper.people_import", "import_", msg("add many people from a table"), "write"),
    "actor export": Leaf("keeper.people_export", "export", msg("write the people into a table")),
    "actor grant": Leaf("keeper.people", "grant", msg("give somebody roles"), "write"),
    "actor revoke": Leaf("keeper.people", "revoke", msg("take roles from somebody"), "write"),
    "actor skill": Leaf("keeper.skills", "skill", msg("enter what somebody has learnt, or a licence"), "write"),
    "actor skills": Leaf("keeper.skills", "skills", msg("list skills and licences, what runs out first above")),
    "actor change": Leaf("keeper.people", "change", msg("change what is known of somebody, or his rights"), "write"),
    "actor login": Leaf("keeper.people", "login", msg("say whose a system user is"), "write"),
    "actor pin": Leaf("keeper.pins", "pin", msg("set your PIN for shared terminals"), "write"),
    "actor deputy": Leaf("keeper.people", "deputy", msg("let somebody stand in for another"), "write"),
    "actor deputies": Leaf("keeper.parting", "deputies_", msg("list who stands in for whom, now or later")),
    "actor end-deputy": Leaf("keeper.parting", "end_deputy", msg("let somebody stand in no longer"), "write"),
    "actor disable": Leaf("keeper.parting", "disable", msg("let somebody do nothing any more"), "write"),
    "actor enable": Leaf("keeper.parting", "enable", msg("let a disabled person work here again"), "write"),
    "actor leave": Leaf("keeper.parting", "leave", msg("pass on what somebody has, and disable him"), "write"),
    "team ls": Leaf("keeper.teams", "ls", msg("list teams, with what each has in hand")),
    "team add": Leaf("keeper.teams", "add", msg("make a team"), "write"),
    "team change": Leaf("keeper.teams", "change", msg("change a team's title, lead or people"), "write"),
    "team remove": Leaf("keeper.teams", "remove", msg("take a team away"), "write"),
    "firm ls": Leaf("keeper.firms", "ls", msg("list firms from outside, and until when their papers count")),
    "firm add": Leaf("keeper.firms", "add", msg("enter a firm that works for the centre"), "write"),
    "firm import": Leaf("keeper.firm_import", "import_", msg("enter or renew many firms from a table"), "write"),
    "firm change": Leaf("keeper.firms", "change", msg("renew a firm's papers, or change what is known of it"), "write"),
    "firm remove": Leaf("keeper.firms", "remove", msg("take a firm off the list"), "write"),
    "firm person": Leaf("keeper.firm_people", "person", msg("enter or change one of a firm's people"), "write"),
    "firm people": Leaf("keeper.firm_people", "people", msg("list the people of firms")),
    "unit ls": Leaf("keeper.units", "ls", msg("list the register of units")),
    "unit add": Leaf("keeper.units", "add", msg("enter a unit, or change its contact"), "write"),
    "unit import": Leaf("keeper.units", "import_", msg("enter many units and their owners from a table"), "write"),
    "unit move": Leaf("staff.moves", "move", msg("a unit is sold, or has another tenant"), "write"),
    "unit cancel-move": Leaf("staff.moves", "cancel_move", msg("call off a move that is to come"), "write"),
    "unit show": Leaf("staff.moves", "show", msg("show a unit: whom to call, what is open, whose it is")),
    "roster import": Leaf("keeper.roster", "import_", msg("load a month's roster, or a duty list"), "write"),
    "roster show": Leaf("staff.roster", "show", msg("show who works when, and who leads")),
    "roster check": Leaf("keeper.roster", "check", msg("look for shifts without anybody who must be there")),
    "roster swap": Leaf("staff.roster", "swap", msg("let two people swap their shifts of a day"), "write"),
    "outage declare": Leaf("keeper.outages", "declare", msg("declare that nothing worked, from when to when"), "write"),
    "outage ls": Leaf("keeper.outages", "ls", msg("list the outages that were declared")),
    "worker run": Leaf("keeper.sweep", "run", msg("fire timers and send notices, until told to end")),
    "worker tick": Leaf("keeper.sweep", "tick", msg("fire timers and send notices once")),
    "worker status": Leaf("keeper.sweep", "status", msg("say whether the sweep lives, and what is overdue")),
    "worker service": Leaf("keeper.service", "service", msg("a unit for systemd, or a line for cron, for this site")),
    "notify ls": Leaf("keeper.notices", "ls", msg("list notices that are waiting or dead")),
    "notify outbox": Leaf("keeper.notices", "outbox", msg("show notices whole: to whom, when, in which words")),
    "notify retry": Leaf("keeper.notices", "retry", msg("let dead notices be tried again"), "write"),
    "notify test": Leaf("keeper.notices", "test", msg("send a trial message, and say what came back"), "write"),
    "db status": Leaf("keeper.store", "status", msg("say how the store does")),
    "db backup": Leaf("keeper.store", "backup", msg("copy the whole site while it goes on working")),
    "db restore": Leaf("keeper.store", "restore", msg("bring a backup back as a site")),
    "db copy": Leaf("keeper.moving", "copy", msg("carry a site to another store: a file, or PostgreSQL")),
    "db upgrade": Leaf("keeper.store", "upgrade", msg("raise the store's tables to this release")),
    "db rebuild": Leaf("keeper.store", "rebuild", msg("make all that is derived anew from the record"), "write"),
    "demo make": Leaf("keeper.trying", "make", msg("make a demo site")),
    "demo advance": Leaf("keeper.trying", "advance", msg("move a demo site's clock")),
    "demo play": Leaf("keeper.trying", "play", msg("one repair from the phone call to closed, told and replayed")),
    "flow ls": Leaf("owner.flow", "ls", msg("list procedures and drafts")),
    "flow show": Leaf("owner.flow", "show", msg("a procedure as a page to read")),
    "flow lint": Leaf("owner.checking", "lint", msg("check files; publishes nothing")),
    "flow explain": Leaf("owner.flow", "explain", msg("explain a check, or a word of the language")),
    "flow publish": Leaf("owner.flow", "publish_", msg("make files the newest versions"), "write"),
    "flow history": Leaf("owner.flow", "history", msg("list a procedure's versions")),
    "flow diagram": Leaf("owner.drawing", "diagram", msg("draw a procedure, or the way a ticket took")),
    "flow test": Leaf("owner.testing", "test", msg("play the scenarios beside the procedures")),
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
    "report callers": Leaf("keeper.callers", "callers", msg("how many called, and how many jobs that was")),
    "report firms": Leaf("keeper.firm_report", "firms", msg("what firms from outside promised, and kept")),
    "report exceptions": Leaf("keeper.exceptions", "exceptional", msg("what did not go the way of its procedure")),
    "audit log": Leaf("auditor.audit", "log", msg("a ticket's history, told as a story")),
    "audit verify": Leaf("auditor.audit", "verify", msg("check that nobody has touched what is stored")),
    "audit refused": Leaf("auditor.audit", "refused", msg("commands that were refused: who tried what, and why not")),
    "audit numbers": Leaf("staff.blanks", "numbers", msg("numbers that were reserved for blank slips")),
    "audit typed": Leaf("auditor.typed", "typed", msg("where one keyboard stands behind two people")),
    "audit replay": Leaf("auditor.audit", "replay", msg("decide everything again from the record, and compare")),
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
