"""Bring the catalogue up to date: `python -m tests.messages.update`.

Collects the literal first argument of every `msg(...)` call, every description in the language's schema, and every
paragraph of the pages that stand in docstrings (both said by `flow explain` and by `docs/reference/`), merges them into
`sop_engine/locale/zh/LC_MESSAGES/sop.po`, and compiles that to `sop.mo`. Both are committed, so that a release needs no
tool. Translations of sentences that are gone go with them; new sentences stand with an empty translation, and a test
names them until somebody writes it.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.pofile import normalize, read_po

from sop_engine.engine.people.identity import HEARD
from sop_engine.language import sentences

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "sop_engine" / "locale" / "zh" / "LC_MESSAGES" / "sop.po"
COMPILED = CATALOGUE.with_suffix(".mo")
SCHEMAS = tuple(
    f"sop_engine/language/grammar/{each}schema.py"
    for each in ("", "act_", "people_", "fragment_", "goal_", "calendar_")
)
PROSE = "sop_engine/language (docstrings)"
HEADER = "Project-Id-Version: sop-engine\nLanguage: zh\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
HEADER += "Content-Transfer-Encoding: 8bit\n"


def templates() -> dict[str, list[str]]:
    """Every sentence that can be said -> the files that say it, in the order in which they stand."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "sop_engine").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for text in literals(path.read_text(), name in SCHEMAS):
            files = found.setdefault(text, [])
            if name not in files:
                files.append(name)
    for text in dict.fromkeys(sentences()):
        found.setdefault(text, []).append(PROSE)
    for word in HEARD:  # the record holds these words, and a story says them
        found.setdefault(word, []).append("sop_engine/engine/people/identity.py")
    return found


def literals(source: str, descriptions: bool = False) -> list[str]:
    """The sentences of one file in order; with `descriptions` also those of `Field(description=...)`."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    places: list[tuple[int, int, str]] = []
    for node in nodes:
        wanted = node.args[:1] if called(node) == "msg" else []
        if descriptions:
            wanted = [*wanted, *(each.value for each in node.keywords if each.arg == "description")]
        for each in wanted:
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value:
                places.append((each.lineno, each.col_offset, each.value))
    return [text for _line, _column, text in sorted(places)]


def fixed() -> set[str]:
    """What nothing is put into, so that its braces are part of the text: descriptions of the schema's words, and prose
    of the pages."""
    sources = [(ROOT / each).read_text() for each in SCHEMAS]
    said = {text for source in sources for text in literals(source)}
    described = {text for source in sources for text in literals(source, descriptions=True)}
    return (described | set(sentences())) - said


def unseen() -> list[str]:
    """Calls whose first argument is no literal: `file: argument`."""
    found: list[str] = []
    for path in sorted((ROOT / "sop_engine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and called(node) == "msg" and node.args:
                first = node.args[0]
                if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                    found.append(f"{path.relative_to(ROOT).as_posix()}: {ast.unparse(first)}")
    return found


def called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def has_words(text: str) -> bool:
    """Whether there is anything to translate besides the places for values."""
    return any(each.isalpha() for each in re.sub(r"{\w*}", "", text))


def translations() -> dict[str, str]:
    """The catalogue as it stands: sentence -> its translation, empty where there is none."""
    if not CATALOGUE.exists():
        return {}
    with CATALOGUE.open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id}


def po_text(files: Mapping[str, Iterable[str]], known: Mapping[str, str]) -> str:
    """The catalogue's text; sentences stand with their files, without line numbers, which change at every edit."""
    parts = [f'msgid ""\nmsgstr {normalize(HEADER)}\n']
    for text, names in files.items():
        places = "".join(f"#: {name}\n" for name in names)
        parts.append(f"{places}msgid {normalize(text, width=0)}\nmsgstr {normalize(known.get(text, ''), width=0)}\n")
    return "\n".join(parts)


def mo_bytes(known: Mapping[str, str]) -> bytes:
    """The compiled catalogue (GNU gettext, "The Format of GNU MO Files"), the same bytes on every machine."""
    pairs = sorted((text.encode(), said.encode()) for text, said in {**known, "": HEADER}.items() if said)
    start = 28 + 16 * len(pairs)
    tables: list[bytes] = []
    texts = b""
    for side in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[side]), start + len(texts)))
            texts += pair[side] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + b"".join(tables) + texts


def main() -> int:
    """Write both files; says how many sentences wait for a translation, and which."""
    files, known = templates(), translations()
    kept = {text: known.get(text, "") for text in files}
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(po_text(files, kept))
    COMPILED.write_bytes(mo_bytes(kept))
    waiting = [text for text, said in kept.items() if not said and has_words(text)]
    sys.stdout.write("".join(f"{text}\n" for text in waiting))
    sys.stdout.write(f"{len(kept)} sentences, {len(waiting)} without a translation\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
