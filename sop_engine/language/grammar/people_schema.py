"""The words that say who may, and who must sign."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from sop_engine.language.grammar.shapes import BY_SHAPE, OneOrMore, Words, shape


class WhoWords(Words):
    """Who may, with exceptions."""

    role: OneOrMore[str] | None = Field(None, description="holders of these roles")
    who: Literal["assignee", "owner", "opener", "anyone"] | None = Field(None, description="somebody who is no role")
    field: str | None = Field(
        None, description="whoever stands in this staff field, or works for the firm in this field"
    )
    not_: OneOrMore[str] | None = Field(
        None, alias="not", description="separation of duty: nobody who `did TRIGGER` on this ticket"
    )
    since: str | None = Field(None, description="counts only what was done since this state was last entered")
    on_shift: bool = Field(False, description="of the roles: only whoever is on shift, as the roster says")
    skill: str | None = Field(
        None, description="of these only whoever has this skill, or those that the value of this choice field names"
    )
    not_named_in: OneOrMore[str] | None = Field(
        None, description="nobody who stands in these fields, of staff or firms"
    )


def by_shape(value: Any) -> str:
    """A map under `by` chooses by a field when what stands under its words is a map itself."""
    if isinstance(value, dict) and value and all(isinstance(each, dict) for each in value.values()):
        return "<chosen>"
    return shape(value)


Who = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[WhoWords, Tag("<map>")],
    BY_SHAPE,
]
Anyone = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[WhoWords, Tag("<map>")] | Annotated[list[Who], Tag("<list>")],
    BY_SHAPE,
]
By = Annotated[
    Annotated[str, Tag("<word>")]
    | Annotated[WhoWords, Tag("<map>")]
    | Annotated[list[Who], Tag("<list>")]
    | Annotated[dict[str, dict[str, Anyone]], Tag("<chosen>")],
    Discriminator(by_shape),
]
"""A role, `assignee`, `owner`, `opener`, `anyone`; a list; a map with exceptions; or a map that chooses by a field."""


class SignWords(Words):
    """Several different people must do it."""

    count: int = Field(ge=1, le=20, description="how many different people")
    of: OneOrMore[str] = Field([], description="their roles; whoever `by` allows where it is left out")
    ordered: bool = Field(False, description="in the order of `of`; who is added signs after them")
    add: OneOrMore[str] = Field(
        [], description="the roles of which signers may be added on a ticket; none where it is left out"
    )
    reject: str | None = Field(
        None, description="the event that a signer raises who refuses; the ticket stays where it is left out"
    )


Sign = Annotated[
    Annotated[int, Tag("<word>"), Field(ge=2, le=20)] | Annotated[SignWords, Tag("<map>")],
    BY_SHAPE,
]
