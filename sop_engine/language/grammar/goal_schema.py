"""The grammar of goals: which words may stand in a promise. What they come to is in `language.records.goals`."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from sop_engine.language.grammar.shapes import BY_SHAPE, Allow, Guard, Moments, OneOrMore, Sources, Title, Words


class WithinWords(Words):
    """An allowance of several."""

    when: Guard | None = Field(None, description="counts only when this holds; without it, in all other cases")
    within: str = Field(description="how much time there is: `4 h`, `24 h clock`, `1 workday`, `3 days`")
    calendar: str | None = Field(None, description="the calendar that counts it, where it is not the goal's")


class ReachedWords(Words):
    """Whom a warning reaches, and with which notice."""

    to: OneOrMore[str] = Field(
        description="roles, fields, `assignee`, `owner`, `opener`, `lead` (of the team of whoever has it)"
    )
    notice: str | None = Field(None, description="which notice; the built-in one says number, subject and state")
    urgent: bool = Field(False, description="it goes out in quiet hours too, and waits for no digest")
    on_shift: bool = Field(
        False, description="of roles: whoever is on shift; else who leads then, else who stands in for one of them"
    )


class RungWords(Words):
    """A step of the ladder."""

    tell: OneOrMore[str] = Field([], description="whom a notice reaches")
    hand_to: str | None = Field(None, description="the role that the task is handed over to")
    raise_: str | None = Field(None, alias="raise", description="an event for this ticket's `on_event`")
    notice: str | None = Field(None, description="which notice; the built-in one says number, subject and state")
    urgent: bool = Field(False, description="it goes out in quiet hours too, and waits for no digest")
    on_shift: bool = Field(
        False, description="of roles: whoever is on shift; else who leads then, else who stands in for one of them"
    )


Chosen = dict[str, dict[str, str]]
"""A word for each value of a field: `{urgency: {urgent: 5 min, normal: 15 min}}`."""
Within = Annotated[
    Annotated[str, Tag("<word>")]
    | Annotated[Chosen, Tag("<map>")]
    | Annotated[list[WithinWords], Tag("<list>"), Field(min_length=1)],
    BY_SHAPE,
]
WordOrChosen = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[Chosen, Tag("<map>")],
    BY_SHAPE,
]
Reached = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[list[str], Tag("<list>")] | Annotated[ReachedWords, Tag("<map>")],
    BY_SHAPE,
]
Warnings = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[list[str], Tag("<list>")] | Annotated[dict[str, Reached], Tag("<map>")],
    BY_SHAPE,
]
Rung = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[list[str], Tag("<list>")] | Annotated[RungWords, Tag("<map>")],
    BY_SHAPE,
]


class GoalWords(Words):
    """A promise."""

    title: Title | None = Field(None, description="what people call it")
    start: Moments = Field(
        [], description="when it begins: a state is entered, `did TRIGGER`, `took EVENT`, or a condition comes to hold"
    )
    stop: Moments = Field(
        [], description="when it is kept: a state is entered, `did TRIGGER`, `took EVENT`, or a condition holds"
    )
    while_: OneOrMore[str] = Field(
        [], alias="while", description="counts only in these states; without `start` it begins when one is entered"
    )
    pause: Moments = Field([], description="states in which its time stands still, and conditions while they hold")
    reset: Moments = Field([], description="when it begins anew; said like `start`")
    when: Guard | None = Field(None, description="counts only where this holds")
    within: Within | None = Field(
        None, description="how much time there is: `4 h`, `1 workday`; chosen by a field; or a list of alternatives"
    )
    firm: str | None = Field(
        None,
        description="the field of the firm from outside whose promise this is: what its contract says goes before "
        "`within`, and with another firm it begins anew",
    )
    due: str | None = Field(
        None, description="a field's time: `window.end`, `window.end + 15 min`; or `end of workday`"
    )
    moved: Guard | None = Field(None, description="of `due`: a change of the field moves it only where this holds")
    every: str | None = Field(None, description="again and again, so long after the last time: `4 h`")
    at_least: str | None = Field(None, description="never due sooner than this after it began")
    calendar: WordOrChosen | None = Field(
        None, description="the calendar that counts it, where it is not the procedure's; of `within` chosen by a field"
    )
    warn: Warnings | None = Field(
        None,
        description="a word before it is due: `10 min before`, `80%`; a list; or `{80%: manager}`, which says whom",
    )
    escalate: dict[str, Rung] = Field(
        {}, description="what happens so long after it was due: `{0 min: team-lead, 30 min: {hand_to: manager}}`"
    )
    remind: OneOrMore[str] = Field([], description="of `every`: whom the word before it is due reaches")
    quiet: str | None = Field(None, description="of `every`: hours in which nothing is due: `20:00-08:00`")
    changed: Literal["keep_elapsed", "restart"] = Field(
        "keep_elapsed", description="when what its time depends on changes: time used up counts, or it begins anew"
    )
    again: Literal["new_cycle", "resume", "reset"] = Field(
        "new_cycle", description="what a start after its stop means: a promise of its own, the same goes on, or anew"
    )
    source: Sources = Field([], description="where it is written: `M1 6.3.1`, or `ours`")
    allow: Allow = Field({}, description="warnings that are switched off here, each with its reason")
