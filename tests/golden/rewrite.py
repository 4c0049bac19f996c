"""Golden files: what faults of procedures and of calendars look like. `make golden` rewrites them; read the diff."""

from datetime import date
from pathlib import Path

from sop_engine.engine.publishing.calendars import FolderCalendars
from sop_engine.engine.publishing.procedures import FolderFragments
from sop_engine.language import Compiled, compile_text, render
from sop_engine.language.calendars import compile_calendar

HERE = Path(__file__).parent
TODAY = date(2026, 11, 22)
"""the day on which golden calendars are looked at"""


class Templates:
    """The templates that golden procedures may name."""

    def read(self, name: str) -> bytes | None:
        return (HERE / "templates" / name).read_bytes() if (HERE / "templates" / name).is_file() else None


def files(kind: str) -> list[Path]:
    return sorted((HERE / kind).glob("*.sop.yaml"))


def calendars(kind: str) -> list[Path]:
    return sorted((HERE / "calendars" / kind).glob("*.yaml"))


def rendered_calendar(path: Path) -> str:
    """The faults of a golden calendar as text; those that are good stand beside it, for others to extend."""
    data = path.read_bytes()
    found = compile_calendar(data, path.name, FolderCalendars(HERE / "calendars" / "ok"), TODAY)
    return render(found.diagnostics, data, fragments=found.texts)


def rendered(path: Path) -> str:
    """The faults of a golden procedure as text."""
    data = path.read_bytes()
    found = compiled(path)
    return render(found.diagnostics, data, fragments=found.fragments)


def compiled(path: Path) -> Compiled:
    """A golden procedure, with the templates and fragments that stand beside it."""
    return compile_text(path.read_bytes(), path.name, Templates(), fragments=FolderFragments(HERE / "fragments"))


def output_of(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".sop.yaml") + ".out")


def main() -> None:
    """Write what each faulty procedure gives now beside it."""
    for path in files("err"):
        output_of(path).write_text(rendered(path), encoding="utf-8")
    for path in calendars("err"):
        path.with_suffix(".out").write_text(rendered_calendar(path), encoding="utf-8")


if __name__ == "__main__":
    main()
