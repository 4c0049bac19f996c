"""Signatures: who signs besides, and who refuses."""

from typing import TYPE_CHECKING, Annotated, Any

from sop_engine.console.call import Call
from sop_engine.console.parameters import TicketId, argument
from sop_engine.console.staff.acts import Reason, act, reason_given
from sop_engine.console.staff.do import trigger_named
from sop_engine.engine.people.identity import find_person
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.ticket.records import Ticket

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

_Trigger = Annotated[str, argument(msg("what is signed, by id or title; of one region: REGION.TRIGGER"), "TRIGGER")]
_Signer = Annotated[str, argument(msg("who, by id or name"), "NAME")]


def add(call: Call, id: TicketId, trigger: _Trigger, name: _Signer) -> None:
    """Let somebody sign besides those whom the procedure names. He holds a role that it lets be added."""
    _change(call, id, trigger, name, {})


def remove(call: Call, id: TicketId, trigger: _Trigger, name: _Signer) -> None:
    """Take somebody off again who was added and has not signed."""
    _change(call, id, trigger, name, {"remove": True})


def _change(call: Call, id: str, trigger: str, name: str, how: dict[str, Any]) -> None:
    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        program = opened.site.engine.program(reading, ticket)
        wanted = trigger_named(program, ticket, trigger)
        return {"trigger": wanted, "person": find_person(reading, name).id, **how}

    act(call, "signer", id, arguments)


def reject(call: Call, id: TicketId, trigger: _Trigger, reason: Reason = None) -> None:
    """Refuse to sign what others have signed, with a reason: their signatures are void."""

    def arguments(opened: "Opened", reading: Reads, ticket: Ticket) -> dict[str, Any]:
        program = opened.site.engine.program(reading, ticket)
        return {"trigger": trigger_named(program, ticket, trigger), **reason_given(reason)}

    act(call, "reject", id, arguments)
