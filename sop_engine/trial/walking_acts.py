"""What staff do beside the transitions, as random walks do it: any of the acts, with arguments that may or may not fit.
The engine decides; whatever it lets must replay, and must leave the ticket some way to an end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sop_engine import canonical
from sop_engine.ticket.acts.attention import SIDES
from sop_engine.ticket.acts.ties import LINKS
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import Ticket
from sop_engine.trial.names import made_up_file

ENDING: Final = ("void", "close", "merge")
"""acts that end a ticket; done rarely, so that walks come to deep states too"""
OF_CLOSED: Final = ("reopen", "link", "unlink", "attach", "note")
"""what can be done with a closed ticket"""


def acts_of(
    random: Random, program: Program, ticket: Ticket, person: str, tickets: Sequence[str], now: datetime
) -> dict[str, dict[str, Any]]:
    """Each act with arguments that are drawn: verb -> arguments. `person` is whom it may concern, `tickets` the others
    that there are."""
    region = random.choice([*ticket.tasks, "ticket"])
    states = [state.id for state in program.procedure.states if state.kind != "history"]
    opening = (*program.procedure.open.ask, *program.procedure.open.may_ask)
    reasons = [each.id for each in program.procedure.acts.give_back.reasons]
    signed = [offer.trigger for state in program.procedure.states for offer in state.offers if offer.sign is not None]
    asked = random.choice(signed or ["open"])
    other = random.choice([*tickets, ticket.id])
    later = canonical.instant_text(now + timedelta(hours=random.randint(1, 48)))
    because = {"because": random.choice(reasons)} if reasons else {"reason": "不在班"}
    return {
        "urge": {"from": random.choice(SIDES), "note": "业主来电"},
        "copy": {"to": [person]},
        "read": {},
        "watch": {},
        "suspend": {"until": later, "reason": "等料"},
        "give_back": {"region": region, **because},
        "transfer": {"region": region, "to": person, "reason": "顶班"},
        "take_over": {"region": region},
        "turn_down": {"region": region, "reason": "手上有单"},
        "take_back": {"region": region, "reason": "自己来"},
        "delegate": {"region": region, "to": person, "until": later, "reason": "外出"},
        "return": {"to": random.choice(["previous", "opener", *states]), "reason": "派错"},
        "withdraw": {"reason": "点错"},
        "signer": {"trigger": asked, "person": person, "reason": "请一并签"},
        "reject": {"trigger": asked, "reason": "不同意"},
        "void": {"reason": "录错"},
        "close": {"force": True, "reason": "无法继续"},
        "reopen": {"reason": "又坏了"},
        "merge": {"into": other, "reason": "重复"},
        "split": {"carry": [each for each in opening if random.random() < 0.7], "fields": {}, "reason": "两件事"},
        "join": {"to": other, "reason": "同一根管子"},
        "part": {"reason": "不是一回事"},
        "link": {"to": other, "how": random.choice(list(LINKS))},
        "unlink": {"to": other},
        "attach": {"files": [made_up_file(f"{random.randint(1, 99)}.jpg")], "label": "现场"},
    }


def chosen(random: Random, acts: dict[str, dict[str, Any]], closed: bool) -> str:
    """Which act is done: of a closed ticket one that such can have; what ends one, rarely."""
    usual = [name for name in acts if name not in ENDING]
    if closed:
        return random.choice([name for name in acts if name in OF_CLOSED])
    return random.choice(ENDING if random.random() < 0.05 else usual)
