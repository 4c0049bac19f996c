"""To whom a task goes that a procedure gives to a role: whoever claims it, is named, has the turn, or has least to do.

The law.

1. Whoever is named with the command goes first, whatever the procedure says.
2. Looked at are the candidates of the role (`people.candidates`), without those who have as many open tasks as `acts:
   claim: limit` lets them take, and without those whom separation of duty would keep from what the state that is being
   entered has for its assignee alone: by what they have done, or by another task of the ticket that they have.
3. By turns: the first of them in the order of their ids after whoever had the last turn of this role, and round again.
   By load: who has the fewest open tasks; of several the one whose turn it is.
4. Where nobody is left the task is offered to the role.
5. Where the procedure names a team (`ticket.teams`), those of its people are looked at who are candidates, and it is
   offered to the team in place of the role; where none of them is, all this is as if no team were named. A task keeps
   the team that it was given to; whoever is named from elsewhere has it without one.
"""

from collections.abc import Sequence

from sop_engine.messages import msg
from sop_engine.procedure import Assign
from sop_engine.ticket import apart, people, skills, teams
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.duty import role_title
from sop_engine.ticket.questions import TURN, loads, taken
from sop_engine.ticket.records import TIMER, Refusal
from sop_engine.ticket.refusing import Refused


def team_of(draft: Draft, effect: Assign) -> str:
    """The team that gets a task as the procedure says; empty where it names none, the site has none for it, or nobody
    of it could take it now."""
    team = teams.meant(draft, effect.team)
    return team if team and _candidates(draft, effect, team) else ""


def own_team(draft: Draft, effect: Assign, person: str) -> dict[str, str]:
    """What the event says beside somebody who was named: the team that the procedure names, where he is of it."""
    team = teams.meant(draft, effect.team)
    return {"team": team} if team and teams.within(draft, team, [person]) else {}


def chosen(draft: Draft, effect: Assign, region: str, team: str = "") -> str | None:
    """Who gets a task of a region that nobody was named for, of the team that has it; None: it is offered to the team
    or role."""
    if effect.how == "named":
        _require_name(draft, effect, team)
        return None
    fit = [each for each in _candidates(draft, effect, team) if not _barred(draft, region, each)]
    limit = draft.program.procedure.acts.claim.limit
    held: dict[str, int] = {}
    if fit and (limit is not None or effect.how == "least_load"):
        held = _in_hand(draft, fit, limit)
    room = [each for each in fit if limit is None or held[each] < limit]
    if not room:
        return None
    if effect.how == "least_load":
        least = min(held[each] for each in room)
        room = [each for each in room if held[each] == least]
    return following(room, _last(draft, effect.name))


def _last(draft: Draft, role: str) -> str | None:
    """Who had the last turn of a role: in this step, else before it."""
    before: str | None = draft.facts.ask(TURN + role)
    turns = (each for each in reversed(draft.events) if each["kind"] == "assigned" and "how" in each)
    return next((each["assignee"] for each in turns if each["role"] == role), before)


def _in_hand(draft: Draft, people_: Sequence[str], limit: int | None) -> dict[str, int]:
    """How many open tasks people have, with those that this step has given them. Where a limit counts them it is asked
    first what each took last, so that nobody takes another meanwhile."""
    first = [] if limit is None else [taken(people_)]
    held: dict[str, int] = draft.facts.ask_all([*first, loads(people_)])[-1]
    now = [task.get("assignee") for task in draft.ticket.tasks.values()]
    return {each: count + now.count(each) - draft.assignees.count(each) for each, count in held.items()}


def following(people_: Sequence[str], last: str | None) -> str:
    """The first of some people, in the order of their ids, after whoever was last, and round again."""
    ordered = sorted(people_)
    return next((each for each in ordered if last is not None and each > last), ordered[0])


def _barred(draft: Draft, region: str, person: str) -> bool:
    """Whether separation of duty would keep somebody from what waits for the assignee alone in what is entered: by what
    he has done, or by another task of the ticket that he has."""
    offers = list(apart.entered_with(draft, region))
    done = people.barred_in(draft, offers, {person}) is not None
    return done or apart.has_counterpart(draft, region, (offer for _state, offer in offers), person)


def _candidates(draft: Draft, effect: Assign, team: str) -> list[str]:
    return teams.within(draft, team, people.candidates(draft, effect.name, effect.skill))


def _require_name(draft: Draft, effect: Assign, team: str) -> None:
    """Refuse where a person does this and names nobody: he is told who there is, and how much each has in hand."""
    command = draft.command
    if command.actor == TIMER or command.cause is not None or command.name not in ("do", "open"):
        return
    known = _candidates(draft, effect, team)
    held = draft.facts.ask(loads(known)) if known else {}
    nobody = msg("somebody must be named for this task, and nobody holds the role {role} here",
                 role=role_title(draft, effect.name))  # fmt: skip
    if asked := skills.titles(draft, effect.skill):
        nobody = msg("somebody must be named for this task, and nobody of {role} has the skill {skill}",
                     role=role_title(draft, effect.name), skill=asked)  # fmt: skip
    raise Refused(
        Refusal(
            "not_understood",
            msg("somebody must be named for this task; there are: {people}", people=in_hand(known, held))
            if known
            else nobody,
            near=tuple(known),
            fix=msg("name him with --assignee {name}", name=min(known, key=lambda each: (held[each], each)))
            if known
            else None,
        )
    )  # fmt: skip


def require_room(draft: Draft, role: str, person: str, skill: str = "") -> None:
    """Refuse where somebody has as many open tasks as the procedure lets him claim, and say who has room."""
    limit = draft.program.procedure.acts.claim.limit
    if limit is None:
        return
    own = _in_hand(draft, [person], limit)[person]
    if own < limit:
        return
    others = [each for each in people.candidates(draft, role, skill) if each != person]
    held = draft.facts.ask(loads(others)) if others else {}
    room = [each for each in others if held[each] < limit]
    said = msg("{name} has {count} open tasks; one may claim another with fewer than {limit}",
               name=person, count=own, limit=limit)  # fmt: skip
    raise Refused(
        Refusal(
            "not_now",
            msg("{said}; there is room with: {people}", said=said, people=in_hand(room, held))
            if room
            else msg("{said}; nobody else has room either", said=said),
            possible=tuple(room),
            fix=msg("its owner may give it to anybody: sop assign {ticket} NAME", ticket=draft.ticket.id),
        )
    )


def in_hand(people_: Sequence[str], held: dict[str, int]) -> tuple[object, ...]:
    """People with how many open tasks each has, those with the fewest first."""
    ordered = sorted(people_, key=lambda each: (held[each], each))
    return tuple(msg("{name} ({count} in hand)", name=each, count=held[each]) for each in ordered)
