"""Teams: for which kinds of work a procedure knows one, and where it names them. Who they are the site says."""

from sop_engine.language.grammar.shapes import listed
from sop_engine.language.records.building import Builder
from sop_engine.language.source.tree import Cursor
from sop_engine.procedure import Choice, Recipient


def teams(builder: Builder, top: Cursor) -> tuple[Choice, ...]:
    """The teams that the procedure declares."""
    given = builder.document.teams
    found = []
    items = given.items() if isinstance(given, dict) else ((each, None) for each in listed(given))
    for index, (name, title) in enumerate(items):
        here = top / "teams" / (name if isinstance(given, dict) else index)
        builder.declare("team", name, here, f"teams.{name}")
        found.append(Choice(name, builder.title("team", name, title, here)))
    return tuple(found)


def team_of(builder: Builder, name: str | None, cursor: Cursor, at: str) -> str:
    """Which team is meant: a declared one, or a choice field whose values name teams. Empty where none is written."""
    if name is None:
        return ""
    field = builder.fields.get(name)
    if field is None or builder.draft.known("team", name):
        builder.use("team", name, cursor, at, "team")
        if field is not None:
            builder.draft.fact("team_or_field", cursor.span, name=name)
        return name
    builder.use("field", name, cursor, at, "chosen")
    named = [each.id for each in field.choices if builder.draft.known("team", each.id)]
    for each in named:
        builder.use("team", each, cursor, at, "team")
    if not named or field.type != "choice":
        builder.draft.fact("team_of_field", cursor.span, name=name)
    return name


def told_team(builder: Builder, name: str | None, cursor: Cursor, at: str) -> tuple[Recipient, ...]:
    """Whom `team` in a notice means; nobody where it is not written."""
    return () if name is None else (Recipient("team", team_of(builder, name, cursor, at)),)
