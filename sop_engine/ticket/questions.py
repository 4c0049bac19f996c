"""What `decide` may ask of the world, and how the answers stand in the record.

| question | answer |
|---|---|
| `zone` | the site's time zone: `Asia/Shanghai` |
| `person:ID` | `{"active": bool, "roles": [[role, scope or null]], "rights": [...]}`, or null |
| `login:NAME` | `{"actor": id or null, "people": [ids]}` of a system user, or null |
| `standing:ID:OTHER` | whether somebody may stand in for another at this time; for nobody who has left |
| `schedule:PROCEDURE/ID` | a calendar start as the newest version has it, or null |
| `units` | the register's unit ids |
| `holders:ROLE` , `holders:ROLE@UNIT` | actors who hold the role (for that unit), in id order |
| `loads:ID,ID` | `{actor: how many open tasks he has in hand}` |
| `taken:ID,ID` | `{actor: the last task that he took where a limit holds, TICKET#STEP, or null}` |
| `turn:ROLE` | who was the last to whom a task of the role was given by turns or load, or null |
| `on_shift:INSTANT/ROLE@UNIT` | who of the role (for that unit) is on shift then; see `ticket.duty` |
| `shift:INSTANT/ID` | where somebody stands in the roster then; see `ticket.duty` |
| `skilled:DAY/SKILL` | who has a skill on a day, and whose has run out; see `ticket.skills` |
| `firm:ID` | a firm from outside, with its papers, promises and people; see `ticket.firms` |
| `team:ID`, `leads:ID`, `team_for:NAME` | a team, who leads the teams of somebody, which team does what a procedure names; see `ticket.teams` |
| `number:PREFIX-DAY#N` | the N-th ticket number that this step draws of that prefix and day |
| `outage:INSTANT` | `{"from", "to"}` of the declared outage that holds an instant, or null |
| `reserved:ID` | `{"procedure", "at", "by"}` of a number that was reserved for a slip, or null |
| `version:PROCEDURE` | `{"digest", "prefix"}` of the newest published version, or null |
| `tickets:ID,ID` | `[{"id", "procedure", "status", "outcome", "state"}]` of the ticket's children |
| `unit:ID` | whether the register knows the unit |
| `contact:UNIT` | the unit's contact `{"name", "phone"}`, or null; personal, so the record holds a commitment |
| `at_home:UNIT`, `lately:UNIT` | the open tickets of a unit; the closed ones that may be reopened, or of which something has still to go out |
| `incoming:N` | whom step N of the site's history said to move in: `{"name", "phone"}`, or null; personal |
| `calendar:NAME` | the calendar that was published last under this name, ready to be reckoned with, or null |
| `undo:TICKET#N` | the last step of a ticket, up to its step N, that was more than a word: what it was, how the ticket stood before it, and what has come of it since; or null. See `ticket.acts.withdrawing` |
| `outgoing:TICKET#N` | the letters of a ticket up to step N that were sent or wait, and the forms that count as printed |
| `kept:TICKET#N/FIELD` | what a field held before step N of a ticket, or null; personal, so the record holds a commitment |
| `collect:JSON` | rows of the tickets that a query finds; free text, so the record holds a commitment |

An answer becomes a fact of the step only when `decide` used it. A query names the fields that must be the same there
and here; their values go beside the question, because the question stands in the record.
"""  # noqa: E501  a table's row is one line

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sop_engine.ticket.records import Missing, Sealer
from sop_engine.worktime import Reckoner

SEALED: Final = ("contact:", "collect:", "kept:", "incoming:")
"""questions whose answers are personal or free text"""


TURN: Final = "turn:"
"""before the role, also where the store keeps who had its last turn"""
TAKEN: Final = "taken:"
"""before people, also where the store keeps which task somebody took last of those that a limit counts"""
RESERVED: Final = "reserved:"
"""before a number, also where the store keeps what has become of it"""


class CalendarAnswer(NamedTuple):
    """The answer to `calendar:NAME`: the record keeps the digest, and replay finds the calendar by it."""

    digest: str
    reckoner: Reckoner


class Unanswered(Exception):
    """Raised inside `decide`; becomes `Missing`. `beside` is what the answer needs and the record must not hold."""

    def __init__(self, questions: Sequence[str], beside: Mapping[str, Any] | None = None) -> None:
        super().__init__(*questions)
        self.question = questions[0]
        self.missing = Missing(tuple(questions), beside or {})


class Facts:
    """Answers, and which of them were used."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self.used: dict[str, Any] = {}

    def ask(self, question: str, beside: Mapping[str, Any] | None = None) -> Any:
        """The answer; raises `Unanswered` where there is none yet."""
        try:
            answer = self._answers[question]
        except KeyError:
            raise Unanswered([question], beside) from None
        self.used[question] = answer
        return answer

    def ask_all(self, questions: Sequence[str]) -> list[Any]:
        """The answers; raises one `Unanswered` for all that there are not yet."""
        missing = [question for question in questions if question not in self._answers]
        if missing:
            raise Unanswered(missing)
        return [self.ask(question) for question in questions]

    def record(self, sealer: Sealer, values: dict[str, Any]) -> dict[str, Any]:
        """The used answers as the record holds them; sealed ones are put beside the step, into `values`."""
        recorded: dict[str, Any] = {}
        for question, answer in self.used.items():
            if question.startswith(SEALED) and answer is not None:
                slot = f"fact:{question}"
                values[slot] = sealed = sealer.seal(slot, answer)
                recorded[question] = {"commitment": sealed.commitment, "slot": slot}
            elif isinstance(answer, CalendarAnswer):
                recorded[question] = answer.digest
            else:
                recorded[question] = answer
        return recorded


def number(prefix: str, local: datetime, count: int) -> str:
    """The question for the `count`-th ticket number that a step draws; `local` is the step's effective instant on the
    site's clock."""
    return f"number:{prefix}-{local:%Y%m%d}#{count}"


def among(tickets: Sequence[str]) -> str:
    """The question where children stand."""
    return "tickets:" + ",".join(tickets)


def on_shift(role: str, unit: str | None, instant: str) -> str:
    """The question who of a role (for a unit) is on shift at an instant, as the record writes instants."""
    return f"on_shift:{instant}/{holders(role, unit).partition(':')[2]}"


def shift(person: str, instant: str) -> str:
    """The question where somebody stands in the roster at an instant."""
    return f"shift:{instant}/{person}"


def skilled(skill: str, day: str) -> str:
    """The question who has a skill on a day."""
    return f"skilled:{day}/{skill}"


def team(id: str) -> str:
    """The question who is of a team, and who leads it."""
    return f"team:{id}"


def team_for(name: str) -> str:
    """The question which team does what a procedure names."""
    return f"team_for:{name}"


def firm(id: str) -> str:
    """The question what a firm from outside is, and who works for it."""
    return f"firm:{id}"


def leads(person: str) -> str:
    """The question who leads the teams to which somebody belongs."""
    return f"leads:{person}"


def holders(role: str, unit: str | None) -> str:
    """The question who holds a role (for a unit)."""
    return f"holders:{role}@{unit}" if unit else f"holders:{role}"


def loads(people: Sequence[str]) -> str:
    """The question how many open tasks people have in hand."""
    return "loads:" + ",".join(people)


def taken(people: Sequence[str]) -> str:
    """The question which task each took last where a limit holds. Asked before `loads`: whoever takes another after
    this answer is found out when the step is kept, whatever he had counted."""
    return TAKEN + ",".join(people)
