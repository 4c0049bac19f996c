"""Tasks that are offered to a team, and who leads whom.

| question | answer |
|---|---|
| `team:ID` | `{"title", "lead": id or null, "people": [ids]}` of those who work here, the lead with them; or null |
| `leads:ID` | who leads the teams to which somebody belongs, himself left out, in id order |
| `team_for:NAME` | the id of the team that does what a procedure names, or null |

A procedure names a team by what it does, as it stands under its `teams`, or by a choice field: then the value that is
there when the task is given away, and none for a value that is no team. Which of its teams does it the site says. Where
none does, or nobody of it could, the task is offered to all who hold the role: work does not stop because a list was
not kept, and `doctor` tells of it.

A task keeps the team that it was given to until it is given away anew. While nobody has it only the team's people can
take it, and its lead can give it to one of them. A team that is no more keeps nobody out.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sop_engine.messages import Message, msg
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.questions import leads, team, team_for
from sop_engine.ticket.records import Refusal
from sop_engine.ticket.refusing import Refused

TO_TEAM: Final = "to_team"
"""the notice that a task is offered to a team"""


def known(draft: Draft, id: str) -> dict[str, Any] | None:
    """A team; None where there is none."""
    answer: dict[str, Any] | None = draft.facts.ask(team(id)) if id else None
    return answer


def meant(draft: Draft, name: str) -> str:
    """The site's team that a procedure means by one of its `teams`, or by a choice field; empty where there is none."""
    if name and name not in draft.program.teams:
        value = draft.ticket.fields.get(name)
        name = value if isinstance(value, str) and value in draft.program.teams else ""
    return draft.facts.ask(team_for(name)) or "" if name else ""


def of(draft: Draft, name: str) -> list[str]:
    """Whoever is of the team that a procedure means, its lead with them, in id order; nobody where there is none."""
    found = known(draft, meant(draft, name))
    return list(found["people"]) if found is not None else []


def within(draft: Draft, id: str, people: Iterable[str]) -> list[str]:
    """Those of these people who are of the team that is asked for; all, where none is."""
    found = known(draft, id)
    return list(people) if found is None else [each for each in people if each in found["people"]]


def is_lead(draft: Draft, person: str, task: Mapping[str, str]) -> bool:
    """Whether somebody leads the team that a task was given to."""
    found = known(draft, task.get("team", ""))
    return found is not None and found["lead"] == person


def leading(draft: Draft, task: Mapping[str, str]) -> list[str]:
    """Who leads whoever has a task: the lead of his team; while nobody has it, that of the team it is offered to."""
    if "assignee" in task:
        found: list[str] = draft.facts.ask(leads(task["assignee"]))
        return list(found)
    offered = known(draft, task.get("team", ""))
    return [offered["lead"]] if offered is not None and offered["lead"] is not None else []


def stranger(draft: Draft, person: str, task: Mapping[str, str]) -> Message | None:
    """That somebody is not of the team that a task is offered to; None where he is, or there is none."""
    found = known(draft, task.get("team", ""))
    if found is None or person in found["people"]:
        return None
    return msg("{name} is not of the team {team}, which it is offered to", name=person, team=found["title"])


def require_of_team(draft: Draft, person: str, task: Mapping[str, str]) -> None:
    """Refuse where a task is offered to a team, and somebody is not of it."""
    why = stranger(draft, person, task)
    if why is not None:
        found = known(draft, task["team"])
        raise Refused(
            Refusal(
                "not_you",
                why,
                possible=tuple(found["people"]) if found is not None else (),
                fix=msg("its owner may give it to anybody: sop assign {ticket} NAME", ticket=draft.ticket.id or "ID"),
            )
        )


def require_able(draft: Draft, id: str, able: list[str]) -> dict[str, Any]:
    """The team that a task is to be offered to, of which `able` could take it. Refuses where there is no such team, or
    nobody of it could."""
    found = known(draft, id)
    if found is None:
        raise Refused(
            Refusal("not_found", msg("there is no team {team}", team=id), fix=msg("see which there are: sop team ls"))
        )
    if not able:
        raise Refused(
            Refusal(
                "not_now",
                msg("nobody of the team {team} could take this: none of them holds the role, or has the skill",
                    team=found["title"]),
                fix=msg("see who is of which team: sop team ls"),
            )
        )  # fmt: skip
    return found
