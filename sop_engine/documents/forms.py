"""Forms: printed HTML pages made from the owner's templates, their layouts and a ticket's values."""

from collections.abc import Callable, Mapping
from typing import Any

from sop_engine.documents.shown import Value
from sop_engine.documents.template_fault import TemplateFault
from sop_engine.messages import msg, title_of
from sop_engine.procedure import Form


def print_form(form: Form, load: Callable[[str], str | bytes], values: Mapping[str, Any], language: str) -> str:
    """The form as an HTML page for A4 paper, in `language` (or the one that it has).

    `load` gives the text of a template by its digest; a template reaches only the names that its form lists under
    `includes`. The page's title is the form's. `values` are those of `ticket_values.template_values`. Raises
    `TemplateFault`, and what `load` raises.
    """
    from sop_engine.documents.bounded_templates import render

    digest = form.templates.get(language) or form.templates.get("und") or next(iter(form.templates.values()), None)
    if digest is None:
        raise TemplateFault(msg("the form {form} has no template", form=form.title or form.id))
    title = form.title or form.id
    # read before rendering, so that a fault of the store is not taken for one of the template
    texts = {name: _text(load(each)) for name, each in form.includes.items()}

    def included(name: str) -> str:
        if name not in texts:
            raise TemplateFault(msg("the form {form} has no text called `{name}`", form=title, name=name))
        return texts[name]

    named = values if _given(values.get("form")) else {**values, "form": title_of(form.title, language, form.id)}
    return render(_text(load(digest)), named, html=True, load=included, name=form.id)


def _text(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else stored.decode("utf-8", errors="replace")


def _given(value: Any) -> bool:
    return value.given if isinstance(value, Value) else bool(value)
