"""Checks of subjects, notices and forms."""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic, Span
from sop_engine.language.checks.telling import error, warning
from sop_engine.language.draft import Draft
from sop_engine.language.facts import Fact
from sop_engine.messages import msg


def subjects(draft: Draft) -> Iterator[Diagnostic]:
    """SOP133: a subject holds texts and fields only.

    Lists show a subject for thousands of tickets, so nothing is computed in it: there is text, `{{ field }}` and
    `{{ field.part }}`: of a person the `name` or `phone`, of an interval its `start` or `end`. Rows, checklists and
    files do not fit into a line.

    Fails:

        subject: "{{ note | upper }}"

    Passes:

        subject: "Note: {{ note }}"
    """
    for fact in draft.of("subject"):
        yield error(
            "SOP133", fact.span, msg("a subject holds texts and fields only"),
            msg("Lists show it for thousands of tickets, so nothing is computed in it."),
            msg("write text and `{field}`; make a computed field of anything more", field="{{ unit }}"),
        )  # fmt: skip
    for fact in draft.of("subject_part"):
        name, kind, part = (fact.values[each] for each in ("name", "type", "part"))
        yield error(
            "SOP133", fact.span,
            msg("`{name}` of type `{type}` has no `{part}`", name=name, type=kind, part=part) if part
            else msg("`{name}` of type `{type}` does not fit into a line", name=name, type=kind),
            msg("Lists would show something else, or nothing."),
            msg("name the field itself, of a person `.name` or `.phone`, of an interval `.start` or `.end`") if part
            else msg("show another field instead"),
        )  # fmt: skip


def templates(draft: Draft) -> Iterator[Diagnostic]:
    """SOP130: a template that cannot be printed.

    Its file is not there, cannot be read, or names something that no ticket of this procedure has.

    Fails:

        forms:
          slip: {template: no/such/file.html}
        open: {by: desk, ask: note, to: received, print: slip}

    Passes:

        notices:
          received: {text: "{{ note }}"}
        open: {by: desk, ask: note, to: received, tell: {to: desk, notice: received}}
    """
    for fact in draft.of("no_template"):
        by = fact.values.get("by")
        title = msg("there is no template `{name}`", name=fact.values["name"])
        why = msg("`{file}` includes it.", file=by) if by else None
        yield error("SOP130", fact.span, title, why, msg("put the file into `templates/`, or name one that is there"))
    for fact in draft.of("template"):
        name, line = fact.values["name"], fact.values["line"]
        title = (
            msg("`{name}` cannot be read at its line {line}", name=name, line=line)
            if name
            else msg("line {line} of this text cannot be read", line=line)
        )
        fix = msg("look for a `{open}` that is not closed", open="{{")
        yield error("SOP130", fact.span, title, None, fix)
    yield from _unknown_names(draft)
    for fact in draft.of("template_computed"):
        yield error(
            "SOP130", fact.span,
            msg("`{name}` includes a file whose name is computed", name=fact.values["name"]), None,
            msg("write the name of the file in quotation marks"),
        )  # fmt: skip
    for fact in draft.of("template_includes"):
        yield error(
            "SOP130", fact.span, msg("a notice includes no files"), None, msg("write the text out here")
        )  # fmt: skip
    for fact in draft.of("template_law"):
        name, line = fact.values["name"], fact.values["line"]
        where = msg("In `{name}`, line {line}.", name=name, line=line) if name else None
        yield error("SOP130", fact.span, fact.values["message"], where, msg("correct the template"))


def _unknown_names(draft: Draft) -> Iterator[Diagnostic]:
    """What a file of a form names and nobody declares: one fault for each file, since all of them have its place."""
    by_place: dict[Span, list[Fact]] = {}
    for fact in draft.of("template_name"):
        by_place.setdefault(fact.span, []).append(fact)
    for span, (first, *others) in by_place.items():
        values = {name: first.values[name] for name in ("name", "file")}
        also = tuple(f"`{each.values['name']}` ({each.values['line']})" for each in others)
        why = (
            msg("It stands in line {line}. Others that are none, with their lines: {names}.",
                line=first.values["line"], names=also)
            if also
            else msg("It stands in line {line}.", line=first.values["line"])
        )  # fmt: skip
        yield error(
            "SOP130", span, msg("`{file}` names `{name}`, which is no field", **values), why,
            msg("declare it under `fields:`, or correct the template"), first.values["near"],
        )  # fmt: skip


def personal_subjects(draft: Draft) -> Iterator[Diagnostic]:
    """SOP206: personal data in what every list shows.

    A subject stands in lists, on screens at the desk and in messages; whoever may see a list sees it.

    Fails:

        fields:
          note: {type: text}
          caller: {type: person, personal: contact}
        subject: "{{ caller }}"
        open: {by: desk, ask: [note, caller], to: received}

    Passes:

        subject: "{{ note }}"
    """
    personal = (
        {field.id for field in draft.procedure.fields if field.personal is not None} if draft.procedure else set()
    )
    for use in draft.uses:
        if use.way == "subject" and use.name in personal:
            yield warning(
                "SOP206", use.span, msg("every list would show `{name}`", name=use.name),
                msg("It is personal data, and lists stand on screens that anybody can see."),
                msg("show the unit or the matter instead"),
            )  # fmt: skip
