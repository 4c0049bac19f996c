"""Personal data for whoever does not see it whole: names and numbers masked, all else hidden."""

from collections.abc import Mapping
from typing import Any, Final

from sop_engine.messages import say
from sop_engine.procedure import Field
from sop_engine.values import mask, mask_name

HIDDEN: Final = "＊＊＊"
"""what is shown of a value that has no masked form"""
_NAMED: Final = frozenset({"person", "phone"})


def masked_json(field: Field, value: Any) -> Any:
    """A value as JSON shows it to whoever does not see it whole: names and numbers masked, null for what has no such
    form."""
    if value is None or field.type not in _NAMED:
        return None
    items = value if field.many else [value]
    shown = [mask(each) if field.type == "phone" else _masked_person(each) for each in items]
    return shown if field.many else shown[0]


def _masked_person(person: Mapping[str, str]) -> dict[str, str]:
    phone = {"phone": mask(person["phone"])} if person.get("phone") else {}
    return {"name": mask_name(person["name"]), **phone}


def masked_text(field: Field, value: Any) -> str:
    """The same in words."""
    if field.type not in _NAMED:
        return HIDDEN
    found = masked_json(field, value)
    items = found if isinstance(found, list) else [found]
    return say(tuple(each if isinstance(each, str) else " ".join(each.values()) for each in items), "en")
