"""The words of a scenario file."""

from typing import Annotated, Any, Literal

from pydantic import Field, Tag

from sop_engine.language.grammar.shapes import BY_SHAPE, OneOrMore, Words

Given = Any
"""A field's value: as people type it (`明天 14:00-16:00`, `有偿`), or JSON for rows and checklists."""


class ScopedRole(Words):
    """A role held for some units only."""

    role: str = Field(description="the role")
    scope: str = Field(description="for which units: `3`, `3-2`")


Held = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[ScopedRole, Tag("<map>")],
    BY_SHAPE,
]
HeldRoles = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[ScopedRole, Tag("<map>")] | Annotated[list[Held], Tag("<list>")],
    BY_SHAPE,
]


class TeamWords(Words):
    """A team of the site."""

    lead: str | None = Field(None, description="who leads it")
    people: OneOrMore[str] = Field([], description="who is of it")


class FirmWords(Words):
    """A firm from outside that works for the site."""

    title: str | None = Field(None, description="what it is called; its id where it is left out")
    people: OneOrMore[str] = Field([], description="who works for it; what they do is entered with `typed_by`")
    promises: dict[str, str] = Field({}, description="promise -> how long its contract gives it: `30 min clock`")
    until: str | None = Field(None, description="the last day of its contract: `2026-11-30`")


class UnitWords(Words):
    """A unit of the register with whom to contact there."""

    name: str = Field(description="who lives there")
    phone: str | int = Field("", description="and under which number he is reached")


Told = Annotated[
    Annotated[str, Tag("<word>")]
    | Annotated[list[str], Tag("<list>")]
    | Annotated[dict[str, OneOrMore[str] | None], Tag("<map>")],
    BY_SHAPE,
]
"""Names; or a map from a notice (or a timer) to names."""


class RefusedWords(Words):
    """Refused by a rule of separation of duty, and by nothing else: without it the step would be let."""

    did: str | None = Field(None, description="as nobody may who did this trigger: its id or title")
    named_in: str | None = Field(None, description="as nobody may who stands in this staff field: its id or title")
    signed: Literal[True] | None = Field(None, description="`true`: as another than the last one must sign")


Refused = Annotated[
    Annotated[str | int, Tag("<word>")] | Annotated[RefusedWords, Tag("<map>")],
    BY_SHAPE,
]
"""A name or exit code of a refusal, or the rule that refuses."""


class StepWords(Words):
    """What somebody does, or how time passes; and what must come of it."""

    by: str | None = Field(None, description="who does it: a name")
    typed_by: str | None = Field(None, description="who enters it for him")
    heard: str | None = Field(None, description="how that person heard of it: `radio`, `phone`, `paper`")
    stands_in_for: str | None = Field(None, description="whose deputy he is in this")
    ticket: str | None = Field(None, description="which ticket: a label, or a procedure whose newest is meant")

    open: dict[str, Given] | None = Field(None, description="opens a ticket with these fields (beside `opening`)")
    procedure: str | None = Field(None, description="of `open`: one of `also`; without the fields of `opening`")
    rework_of: str | None = Field(None, description="of `open`: the ticket whose work did not last, by its label")
    do: str | None = Field(None, description="a trigger, by id or title")
    act: str | None = Field(None, description="what staff do beside the transitions: `urge`, `suspend`, 催办, 挂单 ...")
    with_: dict[str, Given] = Field(
        {}, alias="with", description="the fields that the trigger asks, or what the act needs"
    )
    assign: str | None = Field(None, description="the person to whom the trigger gives the task")
    team: str | None = Field(None, description="the team to which the trigger offers the task: its id")
    claim: Literal[True] | None = Field(None, description="takes a task that is offered to his role")
    give_to: str | None = Field(None, description="assigns the task to this person")
    hand_over: str | None = Field(None, description="makes this person the ticket's owner")
    edit: dict[str, Given] | None = Field(None, description="corrects these fields")
    reason: str | None = Field(None, description="why: of `act`, `edit`, `give_to`, `hand_over`")
    note: str | None = Field(None, description="writes this down")
    wait: str | None = Field(None, description="so long nothing is done: `4 h`, `3 个月`")
    until: str | None = Field(None, description="nothing is done until then: `14:00`, `明天 09:30`")
    label: str | None = Field(None, description="of `open` or a step that starts a child: what later steps call it")

    state: OneOrMore[str] | None = Field(None, description="where it stands then: states by id or title")
    outcome: str | None = Field(None, description="how it has ended then")
    fields: dict[str, Given] = Field({}, description="values that it has then; `null` is none")
    assignee: str | None = Field(None, description="whose task it is then")
    owner: str | None = Field(None, description="whose ticket it is then")
    told: Told | None = Field(None, description="exactly who was told by this step; or, of each notice, who")
    fired: Told | None = Field(
        None, description="timers that fired in this step; or, of each, whom it told; of a promise its levels"
    )
    due: dict[str, str] = Field({}, description="when timers are due then: `2026-11-24 09:30`, or `never`")
    promised: dict[str, str] = Field(
        {}, description="by when promises are to be kept then: `2026-11-24 20:00`, or `never` where one does not run"
    )
    paused: OneOrMore[str] = Field([], description="promises whose time stands still then")
    kept: OneOrMore[str] = Field([], description="promises that were kept in this step, by id or title")
    missed: OneOrMore[str] = Field([], description="promises whose time ran out in this step")
    given_up: OneOrMore[str] = Field([], description="promises that count no more since this step")
    printed: OneOrMore[str] | None = Field(None, description="exactly which forms were due to be printed")
    started: OneOrMore[str] | None = Field(None, description="exactly which procedures were started as children")
    linked: dict[str, str] | None = Field(
        None, description="exactly how it stands to other tickets then: `{LABEL: 返工}`, `{LABEL: split_into}`"
    )
    attached: OneOrMore[str] | None = Field(None, description="exactly which files belong to it then, by their names")
    refused: Refused | None = Field(
        None,
        description="refused: `not_you`, `not_now`, ... or the exit code; or the rule of separation of duty that "
        "refuses: `{did: TRIGGER}`, `{named_in: FIELD}`, `{signed: true}`",
    )
    words: OneOrMore[str] = Field([], description="texts that the refusal says, in English or Chinese")


class ScenarioWords(Words):
    """One scenario."""

    source: OneOrMore[str] = Field([], description="which clauses it shows")
    starts: str | None = Field(None, description="when it begins, where it is not when the others do: a holiday")
    people: dict[str, HeldRoles] = Field({}, description="who is there too, or has other roles in this one")
    skills: dict[str, OneOrMore[str]] = Field({}, description="who has which skill in this one, and not those above")
    first: OneOrMore[str] = Field([], description="beginnings that are played before")
    steps: list[StepWords] = Field(min_length=1, description="what happens, in order")


class ScenarioFile(Words):
    """A file of scenarios for one procedure."""

    procedure: str = Field(description="whose scenarios these are")
    also: OneOrMore[str] = Field([], description="other procedures whose tickets are there too, beside those it starts")
    starts: str = Field("2026-11-23 08:30", description="when every scenario begins, in the zone")
    zone: str = Field("Asia/Shanghai", description="the site's zone")
    people: dict[str, HeldRoles] = Field(description="who there is, with their roles")
    skills: dict[str, OneOrMore[str]] = Field(
        {}, description="skill -> who has it: `老李`, or `老李@2026-11-30` with the last day of his licence"
    )
    teams: dict[str, TeamWords] = Field({}, description="team -> who leads it, and who is of it")
    firms: dict[str, FirmWords] = Field({}, description="firms from outside, by id, with their people and promises")
    units: dict[str, UnitWords] = Field({}, description="the register of units")
    opening: dict[str, Given] = Field({}, description="fields with which `open` begins unless a step says otherwise")
    beginnings: dict[str, Annotated[list[StepWords], Field(min_length=1)]] = Field(
        {}, description="steps that several scenarios begin with"
    )
    scenarios: dict[str, ScenarioWords] = Field(min_length=1, description="title -> scenario")
