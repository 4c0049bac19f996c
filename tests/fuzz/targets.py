"""What is tried with mutants: every place where the product reads what others wrote. Each judge names what came of a
mutant, and lets anything but the named faults of its reader pass out as a failure."""

import json
import os
import random
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sop_engine import canonical, guards, normal_form
from sop_engine.console.running import run
from sop_engine.console.text import harmless
from sop_engine.diagnostics import has_errors
from sop_engine.documents.bounded_templates import render as render_template
from sop_engine.documents.template_check import check_template
from sop_engine.documents.template_fault import TemplateFault
from sop_engine.engine.sites.settings import load_settings, settings_text
from sop_engine.errors import SopError
from sop_engine.language import compile_text, render, times
from sop_engine.language.formulas import expressions
from sop_engine.language.formulas.formula import Scope
from sop_engine.messages import Message
from sop_engine.store.backup import MANIFEST, check_backup
from sop_engine.store.programs import Programs
from sop_engine.values import ValueProblem, check, parse, read_phone, read_unit
from sop_engine.values.moments import read_date, read_instant, read_interval, read_time
from sop_engine.worktime.durations import NotADuration, parse_duration
from tests.console.place import make_place
from tests.fuzz.child import Target
from tests.fuzz.mutants import mutant, window, words_of
from tests.guards.bench import FIELDS as GUARDED
from tests.guards.bench import World
from tests.values.bench import CONTEXT, FIELDS

ROOT: Final = Path(__file__).parent.parent.parent
HEAD: Final = b"procedure: x\ntitle: X\nprefix: X\nsource: ours\n"
REFUSALS: Final = {0, 1, 2, 3, 4, 5, 6, 7}
"""exit codes of a command that has understood what went wrong"""


class Kept:
    """Fragments held in memory."""

    def __init__(self, texts: dict[str, bytes]) -> None:
        self.texts = texts

    def read(self, name: str) -> bytes | None:
        return self.texts.get(name)

    def names(self) -> tuple[str, ...]:
        return tuple(self.texts)


def texts_of(pattern: str) -> dict[str, bytes]:
    return {path.name.partition(".")[0]: path.read_bytes() for path in sorted(ROOT.glob(pattern))}


def changed(name: str, seeds: Sequence[bytes]) -> Callable[[int], bytes]:
    """Mutants of `seeds` by number."""
    words = words_of(seeds)

    def make(number: int) -> bytes:
        chance = random.Random(f"{name} {number}")
        return mutant(chance, chance.choice(seeds), seeds, words)

    return make


# --- the language ---


def loader(folder: Path) -> Target:
    """Procedures and fragments. Of four hundred mutants one is of a whole shipped file, which takes fifty times as
    long to read as a short one; ten are of fragments, 160 of the short files of `tests/golden`; the others are a
    few lines from anywhere, most of which do not get past the schema."""
    shipped = list(texts_of("workflows/*.sop.yaml").values())
    good = list(texts_of("tests/golden/ok/*.sop.yaml").values())
    golden = [text for kind in ("ok", "err") for text in texts_of(f"tests/golden/{kind}/*.sop.yaml").values()]
    fragments = {**texts_of("tests/golden/fragments/*.yaml"), **texts_of("workflows/fragments/*.yaml")}
    using = texts_of("tests/golden/ok/*.sop.yaml")["fragments"]
    seeds = [*golden, *shipped, *fragments.values()]
    words = words_of(seeds)

    def make(number: int) -> bytes:
        chance = random.Random(f"loader {number}")
        rank = number % 400
        if rank == 0:
            return mutant(chance, chance.choice(shipped), seeds, words)
        if rank < 11:
            # told from a procedure by its first word
            return mutant(chance, chance.choice(list(fragments.values())), seeds, words)
        if rank < 51:
            # one mistake: what is nearly right goes furthest
            return mutant(chance, chance.choice(good), seeds, words, mistakes=1)
        if rank < 171:
            return mutant(chance, chance.choice(golden), seeds, words)
        return mutant(chance, chance.choice((HEAD, b"")) + window(chance, chance.choice(seeds), 5), seeds, words)

    def judge(data: bytes) -> str:
        if data.startswith(b"fragment:"):
            found = compile_text(
                using, "x.sop.yaml", fragments=Kept({**fragments, **dict.fromkeys(("remind", "ring", "link"), data)})
            )
        else:
            found = compile_text(data, "x.sop.yaml", fragments=Kept(fragments))
        assert (found.procedure is None) == has_errors(found.diagnostics)
        assert all(each.code.startswith("SOP") for each in found.diagnostics)
        render(found.diagnostics[:2], data, "en", fragments=found.fragments)
        if found.procedure is None:
            return found.diagnostics[0].code
        assert normal_form.load(normal_form.to_bytes(found.procedure)) == found.procedure
        return "published"

    return Target(make, judge)


GUARDS: Final = (
    "rating < 3", "fee >= 0.10 and not paid", "urgency in ['urgent', 'normal']", "due == '2026-11-22'",
    "sum(quote.labour) > 0 or count(quote, row.done) > 1", "any(quote, row.item == 'x')", "due - today() > 3",
    "count(children('rework'), child.status == 'open') == 0", "window.end + duration('15 min') < now()",
    "given(caller.phone) and handover.keys", "did('done') and times('call') >= 3 and in_state('on_site')",
    "1 < rating <= 5", "-rating < -1", "'safety' not in reasons", "all(children('x'), 'a' in child.state)",
)  # fmt: skip


def guard(folder: Path) -> Target:
    """Guard expressions: read, and asked with nothing known."""

    def judge(data: bytes) -> str:
        scope = Scope(GUARDED)
        found = expressions.read(data.decode("utf-8", "replace"), scope)
        if scope.troubles:
            return scope.troubles[0][0]
        if any(kind == "field" and name not in GUARDED for kind, name, *_place in scope.uses):
            return "unknown field"  # which a check of the procedure tells
        try:
            kind = guards.type_of(found.tree, GUARDED)
        except guards.GuardFault:
            return "fault of kind"
        if kind != "boolean":
            guards.compile(found.tree, GUARDED)(World())
            return "value"
        assert guards.condition(found.tree, GUARDED)(World()) in (True, False)
        return "condition"

    return Target(changed("guard", [each.encode() for each in GUARDS]), judge, 3)


SAID: Final = (
    "3 days", "1 个工作日", "2 小时 30 分钟", "1.5 h", "窗口", "hold_until 09:00", "window.end + 15 min",
    "mon thu 09:00", "last day 18:00", "02-29 09:00", "2026-11-22 14:30", "明天上午", "11月22日下午3点半",
    "2026-11-22T14:30:00+08:00",
    "9:00-11:30", "3栋2单元1202", "3-2-1202", "+86 138 0000 0000", "010-6554 1234 转 8", "¥1,200.50", "1.2 万",
    "王芳 13800000000", '[{"item": "水管", "labour": "80.00"}]', "urgent=yes, later=no", "item=水管; labour=80",
    "急修、缓办", "yes", "2026-02-30", "24:00",
)  # fmt: skip
NOW: Final = CONTEXT.now
ZONE: Final = ZoneInfo("Asia/Shanghai")


def typed(folder: Path) -> Target:
    """Durations, moments and values of every type, as people type them."""
    fields = list(FIELDS.values())
    readers: Sequence[Callable[[str], object]] = (
        parse_duration, times.duration, times.moment, times.recurrence, read_time, read_unit, read_phone,
        lambda text: read_date(text, NOW.date()), lambda text: read_instant(text, NOW, ZONE),
        lambda text: read_interval(text, NOW, ZONE),
    )  # fmt: skip

    def judge(data: bytes) -> str:
        text = data.decode("utf-8", "surrogateescape")
        for read in readers:
            try:
                read(text)
            except (ValueProblem, NotADuration):
                continue
        taken = ""
        for field in fields:
            try:
                value = parse(field, text, CONTEXT)
            except ValueProblem:
                continue
            assert check(field, value) is None, field.id
            canonical.check(value)
            taken = field.type
        return taken or "refused"

    return Target(changed("typed", [each.encode() for each in SAID]), judge, 5)


def template(folder: Path) -> Target:
    """Templates of notices and forms, checked, and rendered with values."""
    seeds = [path.read_bytes() for path in sorted((ROOT / "templates").rglob("*.html"))]
    seeds += [
        b"{{ unit }}{% if rows %} x{% endif %}{% for line in rows %} {{ loop.index }}.{{ line.item }}{% endfor %}"
    ] * 20
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "templates").glob("*.html")}
    values = {"unit": "3-2-1202", "rows": [{"item": "软管", "fee": "1.00"}] * 200, "fault": "<b>" * 400}

    def load(name: str) -> str:
        if name not in texts:
            raise TemplateFault(Message("no text is called {name}", {"name": name}))
        return texts[name]

    def judge(data: bytes) -> str:
        text = data.decode("utf-8", "replace")
        check_template(text, GUARDED, html=True)
        try:
            render_template(text, values, html=True, load=load, name="page")
        except TemplateFault as fault:
            return fault.message.template[:40]
        return "rendered"

    return Target(changed("template", seeds), judge)


# --- what is kept ---


class Blobs:
    """A store that has one blob, under its own digest."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def blob(self, digest: str) -> bytes | None:
        return self.data


def kept(folder: Path) -> Target:
    """Normal forms that somebody who can also write digests has changed."""
    found = [compile_text(text, "x.sop.yaml").procedure for text in texts_of("tests/golden/ok/*.sop.yaml").values()]
    seeds = [normal_form.to_bytes(each) for each in found if each is not None]

    def judge(data: bytes) -> str:
        reading: Any = Blobs(data)
        try:
            Programs().of(reading, canonical.digest(data))
        except SopError as error:
            return error.name
        return "loaded"

    return Target(changed("kept", seeds), judge)


def settings(folder: Path) -> Target:
    """`sop.toml`."""
    more = '[channels.smtp]\nhost = "mail"\nport = 25\nfrom = "a@b"\n[limits]\nlargest_file_mib = 20\n'
    seeds = [(settings_text("Test", "test", "Asia/Shanghai", True) + more).encode()]

    def judge(data: bytes) -> str:
        (folder / "sop.toml").write_bytes(data)
        try:
            load_settings(folder)
        except SopError as error:
            return error.name
        return "read"

    return Target(changed("settings", seeds), judge, 3)


def manifest(folder: Path) -> Target:
    """The manifest of a backup; whatever it says, nothing outside the backup is read."""
    about = {"sha256": canonical.digest(b"x"), "size": 1}
    named = ("site.db", "sop.toml", "files/ab/cd", "../x", "/etc/passwd")
    head = {"format": 1, "made": "2026-11-22T00:00:00.000Z", "database": "site.db", "revision": "0001"}
    for each in ("site.db", "sop.toml"):
        (folder / each).write_bytes(b"x")

    def judge(data: bytes) -> str:
        (folder / MANIFEST).write_bytes(data)
        try:
            check_backup(folder)
        except SopError as error:
            return error.name
        return "sound"

    wholes = [{**head, "files": dict.fromkeys(files, about)} for files in (named, named[:2])]
    seeds = [json.dumps(each, indent=1).encode() for each in wholes]
    return Target(changed("manifest", seeds), judge, 3)


# --- through the command line ---


def _said(site: Path, *words: str) -> str:
    """The exit code of a command in this process; nothing that it says steers a terminal."""
    os.environ.update({"SOP_SITE": str(site), "LANG": "en_US.UTF-8"})
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = run(words)
    said = out.getvalue() + err.getvalue()
    assert code in REFUSALS, said
    assert said == harmless(said), said
    return f"code {code}"


def _through(name: str, folder: Path, seeds: Sequence[str], *words: str) -> Target:
    site, file = folder / "site", folder / "given"
    make_place(site)

    def judge(data: bytes) -> str:
        file.write_bytes(data)
        return _said(site, *(str(file) if word == "FILE" else word for word in words))

    return Target(changed(name, [each.encode() for each in seeds]), judge)


def from_file(folder: Path) -> Target:
    """`--from-file`."""
    seeds = (
        '{"unit": "3-2-1202", "fault": "厨房漏水", "urgency": "urgent"}',
        '{"unit": "3栋2单元1202", "fault": "x", "window": {"start": "2026-11-24T01:00:00Z"}}',
        '{"房号": "3-2-1202", "故障": "漏水\\n", "fee": 1.10, "rating": 3, "photos": [{"sha256": "00"}], "note": null}',
    )
    words = ("new", "repair", "--as", "wang_fang", "--dry-run", "--json", "--from-file", "FILE")
    return _through("from_file", folder, seeds, *words)


def units(folder: Path) -> Target:
    """The CSV of units."""
    seeds = (
        "unit,name,phone\n3-2-1202,王芳,13800000000\n3-2-1203,,\n",
        '房号,姓名,电话\n"3栋2单元1204","李 ""强""",010-65541234\n',
    )
    return _through("units", folder, seeds, "unit", "import", "FILE", "--dry-run")


OTHERS: Final = ("guard", "typed", "template", "kept", "settings", "manifest", "from_file", "units")
"""the targets beside the loader"""
