"""The grammar of a fragment's file: what may stand in it, for reading it alone, for editors and for the reference."""

from typing import Any, Literal

from pydantic import Field

from sop_engine.language.grammar.goal_schema import GoalWords
from sop_engine.language.grammar.schema import FieldWords, FormWords, NoticeWords, Roles, StateWords
from sop_engine.language.grammar.shapes import Sources, Title, Titles, Words

KindWord = Literal[
    "state", "trigger", "field", "role", "who", "tell", "paper", "name", "text", "source", "duration", "allowance",
    "number",
]  # fmt: skip


class BlankWords(Words):
    """Something that a fragment leaves open."""

    kind: KindWord = Field(description="what may fill it")
    about: Title = Field(description="what it is for, said to whoever fills it in")
    default: Any = Field(None, description="what stands there when it is not filled in; without it, it must be")


class Head(Words):
    """What a fragment says of itself; it is put nowhere."""

    fragment: str = Field(description="its id, in kebab-case, as its file is called")
    title: Title = Field(description="what people call it")
    source: Sources = Field([], description="where it is written: `M4 1`, or `ours`")
    blanks: dict[str, BlankWords] = Field({}, description="what it leaves open; `$name` stands for it in the rest")


class Declared(Words):
    """What a fragment adds to the top of the procedure."""

    roles: Roles = Field([], description="who takes part; the procedure's own words go before")
    skills: Titles = Field([], description="what people must have learnt; the procedure's own titles go before")
    teams: Titles = Field([], description="kinds of work that a team does; the procedure's own titles go before")
    fields: dict[str, FieldWords] = Field({}, description="what is written down; the procedure's own go before")
    outcomes: Titles = Field([], description="how a ticket can end; the procedure's own titles go before")
    words: dict[str, Title] = Field({}, description="titles; the procedure's own go before")
    notices: dict[str, NoticeWords] = Field({}, description="messages out; the procedure's own go before")
    forms: dict[str, FormWords] = Field({}, description="documents that are printed; the procedure's own go before")
    goals: dict[str, GoalWords] = Field({}, description="what is promised; the procedure's own promises go before")


class Fragment(Head, Declared, StateWords):
    """A fragment."""

    title: Title = Field(description="what people call it")
    source: Sources = Field([], description="where it is written: `M4 1`, or `ours`")
