"""A procedure as YAML again, with its fragments written out. Remarks and the writer's own line breaks are left out."""

import re
from typing import ClassVar, Final

import yaml
from yaml.representer import BaseRepresenter

from sop_engine.language.expansion import expand
from sop_engine.language.fragments import FragmentSource
from sop_engine.language.source import reading
from sop_engine.language.source.tree import plain

PLAIN: Final = re.compile(r"\w([\w ./+*=<>-]|:(?=\S))*\Z")
"""Texts that need no quotation marks anywhere; what looks like a number or a truth gets them all the same."""


def _text(dumper: BaseRepresenter, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if PLAIN.match(text) else '"')


class _Dumper(yaml.SafeDumper):
    """Writes texts with a mark in them in quotation marks, as owners do, and none as an alias."""

    yaml_representers: ClassVar = {**yaml.SafeDumper.yaml_representers, str: _text}

    def ignore_aliases(self, data: object) -> bool:
        return True


def written_out(text: bytes, file: str, fragments: FragmentSource) -> str:
    """The YAML of a procedure with its fragments written out; its normal form is the same. Where something cannot be
    put in place, `use` is missing there: ask `compile_text` first."""
    read = reading.read(text, file)
    if read.tree is None:
        return ""
    tree = plain(expand(read.tree, file, fragments).tree)
    written: str = yaml.dump(
        tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"), default_flow_style=None
    )
    return written
