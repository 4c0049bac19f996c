"""What becomes of the tasks that somebody still has when his shift ends, where `acts: shift_end:` says it.

The law.

1. Whoever gets a task is looked up in the roster once; when his shift ends is a timer of the ticket, named
   `shift-end/REGION`. Who is on no shift then has his next one, if that begins within two days. Without a roster nobody
   has any.
2. So long before the end as the procedure says, he and his lead are told: pass it on, let it rest, or finish.
3. At the end the task is the lead's who is on duty, else of who leads, else of a deputy; whom separation of duty would
   keep from it is passed over. Nobody: it stays until his next shift ends, its owner is told, and the record says that
   nobody was there, or whom separation of duty kept out.
4. Each time the roster is asked anew: a shift that was lengthened, or another that follows at once, moves the end.
5. While a ticket rests the timer waits like any other. No promise moves.
6. Where the procedure says `when`, all this counts while that holds: what waits for another day stays whose it is.

An entry `shifts` of `Ticket.acts`: region -> `{"person", "ends", "warned"}`; `ends` is null where none is known.
"""

from dataclasses import replace
from typing import Any, Final

from sop_engine import canonical, worktime
from sop_engine.messages import msg
from sop_engine.procedure import ROOT
from sop_engine.ticket import apart, duty, people
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused, tell_of
from sop_engine.ticket.records import SHIFT_END, Refusal

WARNED: Final = "shift_warned"
OVER: Final = "shift_over"
"""of which act a notice is"""


def settle(draft: Draft) -> None:
    """Bring what is known of shifts up to date with whose the tasks are after the step."""
    if draft.ticket.status == "closed":
        return
    rule = draft.program.procedure.acts.shift_end
    assert rule is not None
    tasks = draft.ticket.tasks if rule.when is None or draft.holds(rule.when) else {}
    noted: dict[str, Any] = draft.ticket.acts.get("shifts", {})
    for region in sorted({*tasks, *noted}):
        person = tasks.get(region, {}).get("assignee")
        known = noted.get(region)
        if known is not None and known["person"] == person:
            continue
        if known is not None:
            _forget(draft, region)
        if person is not None:
            _note(draft, region, person)


def fire(draft: Draft, key: str) -> None:
    """A shift is about to end, or has ended."""
    region = key.removeprefix(SHIFT_END)
    draft.emit("timer_fired", timer=key, due=draft.ticket.timers[key]["due"])
    entry = draft.ticket.acts["shifts"][region]
    person, ends = entry["person"], entry["ends"]
    now = duty.stretch(draft, person)
    if now["on"] and now["ends"] is not None and now["ends"] != ends:
        _note(draft, region, person)
    elif draft.effective < ends:
        draft.emit("shift_warned", region=region, person=person)
        tell_of(draft, WARNED, [person, *_leads(draft, region, person)], himself=True)
        draft.emit("timer_set", timer=key, due=ends)
    else:
        _hand_over(draft, region, person, ends)


def look_again(draft: Draft) -> dict[str, Any]:
    """The roster was changed: shifts end when it says now. Refuses where that moves nothing of the ticket."""
    moved = False
    for region, entry in sorted(draft.ticket.acts.get("shifts", {}).items()):
        if duty.stretch(draft, entry["person"])["ends"] == entry["ends"]:
            continue
        if entry["ends"] is not None and entry["ends"] <= draft.effective:
            continue  # its timer is about to fire, and asks itself
        moved = True
        _forget(draft, region)
        _note(draft, region, entry["person"])
    if not moved:
        raise Refused(Refusal("not_now", msg("the roster moves nothing of {ticket}", ticket=draft.ticket.id)))
    return {}


def _note(draft: Draft, region: str, person: str) -> None:
    """Remember when somebody's shift ends, and set the timer that tells him before."""
    ends = duty.stretch(draft, person)["ends"]
    rule = draft.program.procedure.acts.shift_end
    assert rule is not None
    if ends is None:
        draft.emit("shift_noted", region=region, person=person, ends=None)
        return
    before = canonical.instant_text(worktime.subtract(canonical.instant_of(ends), rule.warn, draft.zone))
    draft.emit("shift_noted", region=region, person=person, ends=ends)
    draft.emit("timer_set", timer=SHIFT_END + region, due=before if before > draft.effective else ends)


def _forget(draft: Draft, region: str) -> None:
    if SHIFT_END + region in draft.ticket.timers:
        draft.emit("timer_cleared", timer=SHIFT_END + region)
    draft.emit("shift_forgotten", region=region)


def _hand_over(draft: Draft, region: str, person: str, ends: str) -> None:
    """The shift is over, and the task still his: it is the lead's now."""
    there = _leads(draft, region, person)
    leads = [each for each in there if apart.may_have(draft, region, each)]
    barred = [] if leads else there
    draft.emit(
        "shift_over", region=region, person=person, ends=ends, to=leads[:1], **({"barred": barred} if barred else {})
    )
    if not leads:
        _note(draft, region, person)
        tell_of(draft, OVER, [draft.ticket.owner], himself=True)
        return
    task = draft.ticket.tasks[region]
    role = {"role": task["role"]} if "role" in task else {}
    draft.emit("assigned", region=region, assignee=leads[0], **role)
    tell_of(draft, OVER, [person, leads[0]], himself=True)


def _leads(draft: Draft, region: str, person: str) -> list[str]:
    """Whose the tasks are when shifts end, who are on duty now; the first of them is meant."""
    rule = draft.program.procedure.acts.shift_end
    assert rule is not None
    found: dict[str, None] = {}
    for each in rule.to:
        asked = replace(each, on_shift=True) if each.kind == "role" else each
        found |= dict.fromkeys(people.reached(draft, asked, region or ROOT))
    return [each for each in found if each != person and not each.startswith("field:")]
