"""Words in two languages.

Detecting never formats: code makes a `Message` (an English template and its values), and only the console says it,
in the language of whoever reads. The English template is the gettext key; catalogues stand in `sop_engine/locale/`.
"""

import functools
import gettext
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sop_engine.lean import dataclass, field

LANGUAGES: Final = ("zh", "en")

Text = Mapping[str, str]
"""A title as the owner wrote it: `{"zh": ..., "en": ...}`, or `{"und": ...}` where one text serves all languages."""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to be said later: `template` is English with `{name}` places, `values` what goes into them.

    A value may be text, a number, another Message, a `Text` mapping (said in the reader's language) or a tuple of
    any of these (said as a list).
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return say(self, "en")


def msg(template: str, /, **values: Any) -> Message:
    """Make a Message. The literal first argument of every `msg(...)` call is what the catalogues translate."""
    return Message(template, values)


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("sop", Path(__file__).parent / "locale", [language], fallback=True)


def say(value: Any, language: str) -> str:
    """`value` (a Message, a Text, a tuple or anything plain) as words in `language` (`zh` or `en`)."""
    match value:
        case Message():
            template = _catalogue(language).gettext(value.template)
            return template.format(**{name: say(each, language) for name, each in value.values.items()})
        case str():
            return value
        case list() | tuple():
            return ("、" if language == "zh" else ", ").join(say(each, language) for each in value)
        case Mapping():
            return title_of(value, language)
        case _:
            return str(value)


def kept(value: Any) -> Any:
    """`value` (what `say` takes) as plain JSON, to be said later in whatever language is read then: see `read_back`."""
    match value:
        case Message():
            return {"say": value.template, "with": {name: kept(each) for name, each in value.values.items()}}
        case None | str() | int():
            return value
        case list() | tuple():
            return [kept(each) for each in value]
        case Mapping():
            return {"text": dict(value)}
        case _:
            return str(value)


def read_back(plain: Any) -> Any:
    """What `kept` was given."""
    match plain:
        case {"say": template, "with": values}:
            return Message(template, {name: read_back(each) for name, each in values.items()})
        case {"text": text}:
            return text
        case list():
            return tuple(read_back(each) for each in plain)
        case _:
            return plain


def translated(text: str, language: str) -> str:
    """A fixed text of the program that has no places, in `language`: its braces are its own."""
    return _catalogue(language).gettext(text)


def title_of(text: Text, language: str, otherwise: str = "") -> str:
    """An owner's title in `language`; else its one text, else any language it has, else `otherwise`."""
    return text.get(language) or text.get("und") or next(iter(text.values()), otherwise)
