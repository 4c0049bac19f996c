"""The small shapes that words of the language share, each with its JSON Schema: one or several, titles, expressions.

A shape that may be written in several ways is a union told apart by what stands there (text, list, map), never by
trying; the tags begin with `<` so that a fault's path can leave them out.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

Item = TypeVar("Item")


class Words(BaseModel):
    """A map with known words only."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def shape(value: Any) -> str:
    """Which tag a value has by its form alone."""
    if isinstance(value, dict | BaseModel):
        return "<map>"
    if isinstance(value, list | tuple):
        return "<list>"
    return "<none>" if value is None else "<word>"


BY_SHAPE = Discriminator(shape)

OneOrMore = Annotated[
    Annotated[Item, Tag("<word>")] | Annotated[list[Item], Tag("<list>")],
    BY_SHAPE,
]
"""One word, or a list of them."""

MapOrList = Annotated[
    Annotated[Item, Tag("<map>")] | Annotated[list[Item], Tag("<list>")],
    BY_SHAPE,
]
"""One map, or a list of them."""


class Bilingual(Words):
    """A title in two languages."""

    zh: str | None = Field(None, description="in Chinese", min_length=1)
    en: str | None = Field(None, description="in English", min_length=1)


Title = Annotated[
    Annotated[str, Tag("<word>"), Field(min_length=1)] | Annotated[Bilingual, Tag("<map>")],
    BY_SHAPE,
]
"""One text for all languages, or `{zh: ..., en: ...}`."""

Value = str | int | bool
GuardMap = dict[str, Value | list[Value]]
Guard = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[GuardMap, Tag("<map>")],
    BY_SHAPE,
]
"""An expression, or `{field: value, other: [a, b]}`: all must hold, a list is any of them."""

Moments = Annotated[
    Annotated[str, Tag("<word>")] | Annotated[GuardMap, Tag("<map>")] | Annotated[list[Guard], Tag("<list>")],
    BY_SHAPE,
]
"""Moments or conditions of a promise, any of them: names, expressions, `{field: value}`."""

Expression = str | int | bool | None
Sources = OneOrMore[str]
Allow = dict[str, str]
Titles = Annotated[
    Annotated[str, Tag("<word>")]
    | Annotated[list[str], Tag("<list>")]
    | Annotated[dict[str, Title | None], Tag("<map>")],
    BY_SHAPE,
]
"""A list of ids, or a map from id to title."""


def listed(value: Any) -> list[Any]:
    """What `OneOrMore` or `MapOrList` hold, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
