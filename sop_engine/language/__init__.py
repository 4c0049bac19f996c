"""The language: YAML text to a procedure, or to faults with places.

`compile_text` is the way in. Import this room only where files are read: running a ticket needs the normal form alone.
"""

from sop_engine.language.checks import CHECKS
from sop_engine.language.compiling import (
    Compiled,
    NoFragments,
    NoTemplates,
    check_fragment,
    compile_text,
)
from sop_engine.language.draft import TemplateFaults, TemplateSource
from sop_engine.language.fragments import FragmentSource
from sop_engine.language.reference import calendar_json_schema, explain, json_schema
from sop_engine.language.reference_pages import checks_page, reference, sentences
from sop_engine.language.rendering import render
from sop_engine.language.source.writing import written_out
from sop_engine.language.together import check_together

__all__ = [
    "CHECKS",
    "Compiled",
    "FragmentSource",
    "NoFragments",
    "NoTemplates",
    "TemplateFaults",
    "TemplateSource",
    "calendar_json_schema",
    "check_fragment",
    "check_together",
    "checks_page",
    "compile_text",
    "explain",
    "json_schema",
    "reference",
    "render",
    "sentences",
    "written_out",
]
