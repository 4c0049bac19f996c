"""A bench for all acts of staff at once: a procedure with regions, signatures, children, promises and separation of
duty, a site in memory, and the laws that every step must keep. Nothing here asks the code that it looks at what is
right."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sop_engine import canonical, normal_form
from sop_engine.engine.people.leaving import in_hand
from sop_engine.language import compile_text
from sop_engine.store.sqlite import MEMORY, open_store
from sop_engine.ticket.acts.joining import others_of
from sop_engine.ticket.acts.ties import LINKS, SPLIT
from sop_engine.ticket.evolve import blank, evolve
from sop_engine.ticket.records import DELEGATION, GOAL, RESUME, SHIFT_END, SITE, Ticket
from tests.desk import Desk, NoTemplates
from tests.ticket.acts import after
from tests.ticket.test_rostering import load

WORKS = """
procedure: works
title: Works
prefix: GC
calendar: round-the-clock
roles: [desk, engineer, lead, manager]
fields:
  what: {type: text}
  amount: {type: integer}
  double: {computed: amount * 2, type: integer}
  by_when: {type: datetime}
  unit: {type: unit}
  caller: {type: person, fill: unit.contact}
open: {by: desk, ask: what, may_ask: [unit, caller], to: surveying}
acts:
  moving: {by: [desk, lead], stays: in_state('checking')}
  claim: {limit: 3}
  suspend: {by: [desk, assignee], times: 3, pauses: whole}
  transfer: {to: lead}
  delegate: {to: lead}
  return: {to: [previous, opener, surveying]}
  withdraw: {never: pay}
  shift_end: {to: lead, warn: 30 min}
  void: {by: desk}
  force_close: {by: lead}
  reopen: {by: desk, to: working, within: 2 days}
  join: {by: [desk, lead], state: with_another, then: checking, alone: surveying, shares: [amount]}
anytime:
  cancel: {by: owner, to: cancelled}
  look_in: {by: [desk, lead], may_ask: amount}
goals:
  whole: {start: [did open, did reopen, did part], stop: over, within: 12 h, again: resume}
  doing: {start: working, stop: checking, within: 5 h, again: resume, warn: 50%, escalate: {1 h: {hand_to: lead}}}
  pipes: {start: cutting, stop: did inspect, while: water, within: 2 h, again: new_cycle}
states:
  with_another:
    after: {2 days: {tell: desk}}
    transitions: {hurry_up: {by: desk, to: surveying}}
  surveying:
    after: {1 day: {tell: desk}}
    transitions:
      measure: {by: desk, may_ask: [amount, by_when], to: working}
      skip: {by: desk, assign: doer, to: checking}
  working:
    parallel: [water, power, papers]
    done: {to: checking}
    states:
      water:
        entry: {assign: engineer}
        states:
          cutting:
            after: {3 h: {tell: desk}}
            transitions: {cut: {by: assignee, to: laying}}
          laying: {transitions: {lay: {by: assignee, to: looking}}}
          looking:
            transitions:
              inspect: {by: [{role: engineer, not: did lay}, {role: lead, not: did lay}], to: wet}
              relay: {by: lead, to: laying}
          wet: {final: true}
      power:
        entry: {assign: {role: engineer, how: turns}}
        states:
          wiring:
            at: {by_when: {tell: desk}}
            always: {when: "any(children('piece'), child.outcome == 'there')", to: live}
            transitions:
              wire: {by: assignee, may_ask: by_when, to: live}
              order: {by: [assignee, engineer], start: {piece: {}}}
              hurry: {by: desk, signal: {children: hurry}}
          live:
            transitions:
              test: {by: [{who: assignee, not: did wire}, {role: lead, not: did wire}], to: tested}
              drop: {by: assignee, to: wiring}
          tested: {final: true}
      papers:
        states:
          drafting: {transitions: {submit: {by: [desk, lead], ask: amount, assign: lead, to: agreeing}}}
          agreeing:
            on_event: {refused: {to: drafting}}
            transitions:
              agree:
                by: [{role: desk, not: did submit}, {role: lead, not: did submit}, {role: manager, not: did submit}]
                sign: {count: 2, add: [manager, engineer], reject: refused}
                to: agreed
          agreed: {final: true}
  checking:
    transitions:
      accept: {by: [{role: desk, not: [did lay, did wire, did agree]}, {role: manager, not: did lay}], to: over}
      redo: {by: [desk, lead], to: working}
      pay: {by: desk}
  over: {final: true, outcome: over}
  cancelled: {final: true, outcome: cancelled}
"""
PIECE = """
procedure: piece
title: Piece
prefix: LJ
roles: [engineer, lead]
takes: [hurry]
open: {by: engineer, assign: lead, to: ordered}
acts: {reopen: {to: ordered}, void: {by: lead}, force_close: {by: lead}}
states:
  ordered:
    on_event: {hurry: {assign: lead}}
    after: {1 h: {tell: lead}}
    transitions: {deliver: {by: [{who: assignee, not: did open}, {role: lead, not: did open}], to: there}}
  there: {final: true, outcome: there}
"""
NEVER_BOTH = {
    "inspect": {"*": {"lay"}}, "test": {"*": {"wire"}}, "agree": {"*": {"submit"}}, "deliver": {"*": {"open"}},
    "accept": {"desk": {"lay", "wire", "agree"}, "manager": {"lay"}},
}  # fmt: skip
"""trigger -> as whom -> what who does it must not have done"""
PEOPLE: dict[str, list[Any]] = {
    "wang": ["desk"], "xu": ["desk", "lead"], "li": ["engineer"], "zhao": ["engineer", "lead"], "he": ["lead"],
    "qian": ["manager", "engineer"],
}  # fmt: skip


INVERSE = {**LINKS, SPLIT[0]: SPLIT[1], SPLIT[1]: SPLIT[0]}
HANDS = frozenset({
    "claim", "assign", "hand_over", "transfer", "take_over", "turn_down", "take_back", "delegate", "give_back",
    "inherit", "urge", "copy", "read", "watch", "note", "link", "unlink", "tie", "absorb", "look_at_roster",
})  # fmt: skip
"""acts that move no state and no clock"""
BESIDE = frozenset({"join", "part", "joined"})
"""what joining and parting are called where something is done"""
OWN_TIMERS = (DELEGATION, SHIFT_END)
"""timers that belong to whose a task is, and go with it"""
UNDECIDED = {"waiting", "running", "paused"}


@cache
def compiled(text: str) -> Any:
    """A procedure as it is published, once for all benches of a process."""
    found = compile_text(text.encode(), "works.sop.yaml", NoTemplates())
    assert found.procedure is not None, [str(each.title) for each in found.diagnostics]
    data = normal_form.to_bytes(found.procedure)
    return found.procedure.id, data, {data, *found.blobs.values()}


class Bench(Desk):
    """A site in memory with two procedures, a roster and a calendar; `look` looks at every step that was made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, PEOPLE, store=open_store(MEMORY, create=True))
        self.publish_calendar("round-the-clock")
        for text in (PIECE, WORKS):
            self.publish(text)
        self.site("change_person", actor="he", give_rights=["assign"])
        self.site("deputy", **{"for": "li", "by": "zhao", "from": after(hours=-1), "to": after(days=9)})
        self.site("deputy", **{"for": "xu", "by": "wang", "from": after(hours=-1), "to": after(days=9)})
        load(self, "name,23,24,25,26", "li,e,l,e,r", "zhao,l,e,r,l", "qian,e,e,e,e", "he,l,l,l,e", "xu,e,r,e,l")
        self.known: dict[str, Ticket] = {}
        """the tickets as the steps that were looked at have left them"""
        self.did: dict[str, list[tuple[int, str, frozenset[str]]]] = {}
        """ticket -> (step, trigger, persons), but for what was taken back"""
        self.programs = self.engine.programs

    def publish(self, text: str) -> str:
        name, data, blobs = compiled(text)
        with self.store.writing() as transaction:
            for blob in blobs:
                transaction.put_blob(blob)
        digest = canonical.digest(data)
        self.site("publish", procedure=name, digest=digest, text=digest, places=digest, schedules=[])
        return str(name)

    # --- looking -----------------------------------------------------------------------------------------------------

    def look(self) -> int:
        """Hold every step that was made since the last look against the laws; how many there were."""
        made = 0
        with self.reading() as reading:
            for id in reading.ticket_ids():
                if id == SITE:
                    continue
                former = self.known.get(id)
                for stored in reading.steps(id, former.number if former else 0):
                    record = canonical.parse(stored.data)
                    program = self.programs.of(reading, record["procedure"])
                    before = former or blank(id, program.procedure.id, record["procedure"])
                    values = {slot: each for (_n, slot), each in reading.sealed(id, stored.number).items()}
                    now = evolve(before, record, values, stored.hash, program.order)
                    self._look_at(before, record, now)
                    former, made = now, made + 1
                assert former is not None
                assert former == reading.ticket(id), f"the row of {id} is not what its steps say"
                self.known[id] = former
        self._look_at_ties()
        return made

    def _look_at(self, before: Ticket, record: Mapping[str, Any], now: Ticket) -> None:
        """The laws of one step."""
        where = f"{now.id}#{now.number} {record['command']['name']} {record['command']['arguments']}"
        assert record["previous"] == before.head, where
        assert record["state"] == now.state_hash(), where
        assert now.effective >= before.effective, where
        assert now.recorded >= before.recorded, where
        assert now.owner in {*PEOPLE, "boss"}, where
        name = record["command"]["name"]
        for law in (_stands, _in_hands, _timers_belong, _signatures_stand):
            fault = law(now)
            assert not fault, f"{where}: {fault}"
        self._look_at_duties(before, record, where)
        if name in HANDS:
            assert _clocks(before) == _clocks(now), f"{where}: a clock was moved"
            assert (before.active, before.did) == (now.active, now.did), f"{where}: it was moved"
        if before.status == "closed" and name not in {"reopen", "withdraw"}:
            assert _body(before) == _body(now), f"{where}: what is closed was changed"
        if before.status == "suspended" and now.status == "suspended":
            was, did = (
                {key: each for key, each in ticket.did.items() if key not in BESIDE} for ticket in (before, now)
            )
            assert (before.active, was) == (now.active, did), f"{where}: what rests was moved"
        if name == "return":
            for goal, entry in before.goals.items():
                fresh = now.goals[goal]["start"] > entry["start"] and entry["within"] and entry["status"] != "waiting"
                assert not fresh, f"{where}: the return gave time back to {goal}"

    def _look_at_duties(self, before: Ticket, record: Mapping[str, Any], where: str) -> None:
        """Separation of duty, by a book that is kept here: persons, those whom they stand in for, whose task they were
        lent."""
        book = self.did.setdefault(record["ticket"], [])
        persons = {each for each in (record["actor"], record["for"]) if each}
        name, arguments = record["command"]["name"], record["command"]["arguments"]
        if arguments.get("as") == "delegate":
            persons |= {each["from"] for each in before.acts["delegated"].values() if each["to"] == record["actor"]}
        for event in record["events"]:
            match event["kind"]:
                case "opened":
                    book.append((record["number"], "open", frozenset(persons)))
                case "signed":
                    self._require_apart(book, "agree", persons, "signer", where)
                    signed = {each for signer in before.signatures.get(event["offer"], ()) for each in signer}
                    assert not signed & persons, f"{where}: signed twice"
                case "did" if name == "go_on" and event["trigger"] not in BESIDE:
                    by = frozenset(event["by"])
                    led = [doers for _n, done, doers in self.did[record["cause"][0]] if done == event["trigger"]]
                    assert by <= frozenset().union(*led), f"{where}: {event['by']} did not do it for the other"
                    book.append((record["number"], event["trigger"], by))
                case "did":
                    signers = before.signatures.get(event.get("offer", ""), [])
                    signed = {each for signer in signers for each in signer}
                    signs = name == "do" or not signers
                    doers = frozenset(signed | persons if signs else signed)
                    assert set(event["by"]) == doers, f"{where}: {event['by']} did it, and not {sorted(doers)}"
                    self._require_apart(book, event["trigger"], set(doers), str(arguments.get("as")), where)
                    book.append((record["number"], event["trigger"], doers))
                case "withdrawn":
                    book[:] = [each for each in book if each[0] != event["step"]]

    def _require_apart(
        self, book: list[tuple[int, str, frozenset[str]]], trigger: str, persons: set[str], leave: str, where: str
    ) -> None:
        rules = NEVER_BOTH.get(trigger, {})
        barred = rules.get("*", set()) | rules.get(leave.removeprefix("role:"), set())
        for step, done, by in book:
            assert done not in barred or not by & persons, (
                f"{where}: {sorted(by & persons)} did `{done}` in step {step}"
            )

    def _look_at_ties(self) -> None:
        """A tie stands on both tickets; what is closed has no open part, but for one that was reopened under it."""
        for id, ticket in self.known.items():
            for link in ticket.links:
                assert {"id": id, "as": INVERSE[link["as"]]} in self.known[link["id"]].links, (id, link)
            for gone in ticket.acts.get("absorbed", ()):
                assert self.known[gone].acts["ended"]["into"] == id, (id, gone)
            into = ticket.acts.get("ended", {}).get("into")
            assert into is None or id in self.known[into].acts["absorbed"], (id, into)
            leader = ticket.acts.get("with", {}).get("ticket")
            assert (leader is not None) == ("with_another" in ticket.active), (id, ticket.acts)
            assert leader is None or id in others_of(self.known[leader]), (id, leader)
            for other in others_of(ticket):
                assert self.known[other].acts["with"]["ticket"] == id, (id, other)
            assert not (leader and others_of(ticket)), f"{id} leads, and goes with {leader}"
            assert not (others_of(ticket) and ticket.status == "closed"), f"{id} is closed, and others wait for it"
            for child in ticket.children:
                assert self.known[child["id"]].parent == id, (id, child)

    def look_at_those_who_left(self) -> None:
        """Whoever has left owns nothing that is open, and has no task of it."""
        with self.reading() as reading:
            gone = {person.id for person in reading.people() if not person.active}
            for ticket in self.known.values():
                has = {ticket.owner, *(task.get("assignee") for task in ticket.tasks.values())} & gone
                assert ticket.status == "closed" or not has, f"{ticket.id} is in the hands of {has}, who left"

    def leave(self, person: str, heir: str) -> None:
        """Somebody leaves, as `sop actor leave` does it."""
        with self.reading() as reading:
            heads = in_hand(reading, person)
        self.site("leave", actor=person)
        for head in heads:
            self.command("inherit", head.id, "boss", **{"from": person, "to": heir})


# --- laws of a ticket as it stands: what is wrong, or nothing --------------------------------------------------------


def _stands(ticket: Ticket) -> str:
    if ticket.status != "closed":
        return "" if ticket.active else "it is open and stands nowhere"
    if ticket.tasks or ticket.timers:
        return f"it is closed, and has {ticket.tasks} {ticket.timers}"
    if any(goal["status"] in UNDECIDED for goal in ticket.goals.values()):
        return f"it is closed, and a promise runs: {ticket.goals}"
    left = {"suspended", "offered", "delegated", "shifts", "watchers", "signers", "with", "others"} & set(ticket.acts)
    return f"it is closed, and still has {left}" if left else ""


def _in_hands(ticket: Ticket) -> str:
    places = {"ticket", *ticket.active}
    if not set(ticket.tasks) <= places:
        return f"tasks of where it is not: {ticket.tasks}"
    if any(not task or not set(task) <= {"role", "assignee"} for task in ticket.tasks.values()):
        return f"a task is nobody's: {ticket.tasks}"
    for name in ("offered", "delegated"):
        for region, entry in ticket.acts.get(name, {}).items():
            holder = ticket.tasks.get(region, {}).get("assignee")
            if holder != entry["from"] or entry.get("to") == holder:
                return f"{name} by {entry}, and {holder} has it"
    for region, entry in ticket.acts.get("shifts", {}).items():
        if ticket.tasks.get(region, {}).get("assignee") != entry["person"]:
            return f"the shift of {entry}, who does not have it"
    return ""


def _timers_belong(ticket: Ticket) -> str:
    for key in ticket.timers:
        if key == RESUME:
            fits = ticket.status == "suspended"
        elif key.startswith(GOAL):
            fits = ticket.goals[key.removeprefix(GOAL)]["status"] == "running"
        elif key.startswith(DELEGATION):
            fits = "until" in ticket.acts.get("delegated", {}).get(key.removeprefix(DELEGATION), {})
        elif key.startswith(SHIFT_END):
            fits = key.removeprefix(SHIFT_END) in ticket.acts.get("shifts", {})
        else:
            fits = key.partition("/")[0] in {"ticket", *ticket.active}
        if not fits:
            return f"the timer {key} belongs to nothing"
    if ticket.status == "suspended" and RESUME not in ticket.timers:
        return "nothing ends its rest"
    return ""


def _signatures_stand(ticket: Ticket) -> str:
    offers = {*ticket.signatures, *ticket.acts.get("signers", {})}
    if any(offer.partition(".")[0] not in ticket.active for offer in offers):
        return f"signatures of where it is not: {offers}"
    for signers in ticket.signatures.values():
        persons = [each for signer in signers for each in signer]
        if len(set(persons)) < len(persons):
            return f"somebody signed twice: {signers}"
    return ""


def _clocks(ticket: Ticket) -> Any:
    return ticket.goals, {key: each for key, each in ticket.timers.items() if not key.startswith(OWN_TIMERS)}


def _body(ticket: Ticket) -> Any:
    return (
        ticket.active,
        ticket.fields,
        ticket.did,
        ticket.goals,
        ticket.tasks,
        ticket.timers,
        ticket.outcome,
        ticket.owner,
    )
