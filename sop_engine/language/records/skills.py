"""Skills: which ones a procedure declares, and where it asks for them."""

from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records.building import Builder
from sop_engine.language.source.tree import Cursor
from sop_engine.procedure import Choice


def skills(builder: Builder, top: Cursor) -> tuple[Choice, ...]:
    """The skills that the procedure declares."""
    given = builder.document.skills
    found = []
    items = given.items() if isinstance(given, dict) else ((each, None) for each in listed(given))
    for index, (name, title) in enumerate(items):
        here = top / "skills" / (name if isinstance(given, dict) else index)
        builder.declare("skill", name, here, f"skills.{name}")
        found.append(Choice(name, builder.title("skill", name, title, here)))
    return tuple(found)


def skill_of(builder: Builder, name: str | None, cursor: Cursor, at: str) -> str:
    """What is asked for: a skill, or a choice field whose values name skills. Empty where nothing is written."""
    if name is None:
        return ""
    field = builder.fields.get(name)
    if field is None or builder.draft.known("skill", name):
        builder.use("skill", name, cursor, at, "skill")
        if field is not None:
            builder.draft.fact("skill_or_field", cursor.span, name=name)
        return name
    builder.use("field", name, cursor, at, "chosen")
    named = [each.id for each in field.choices if builder.draft.known("skill", each.id)]
    for each in named:
        builder.use("skill", each, cursor, at, "skill")
    if field.type == "choice" and not named:
        builder.draft.fact("skill_of_field", cursor.span, name=name)
    return name
