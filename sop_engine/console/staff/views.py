"""Saved views: the options of a list under a name, for everybody at the site (adr/0025).

They stand in the store beside the other small facts that are no history, so that every machine of a site has them, and
a backup too.
"""

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

from sop_engine.console.call import Call
from sop_engine.console.output import Column
from sop_engine.console.parameters import argument
from sop_engine.console.staff.narrowed import Narrowed, narrowed_of, words_of
from sop_engine.console.tickets import folded
from sop_engine.errors import NotFound, NotUnderstood, NotYou
from sop_engine.lean import dataclass
from sop_engine.messages import msg
from sop_engine.store.seam import Reads
from sop_engine.store.small_facts import read_fact
from sop_engine.ticket.near import near

if TYPE_CHECKING:
    from sop_engine.console.opened import Opened

MARK: Final = "@"
_META: Final = "view:"
LONGEST_NAME: Final = 40
"""characters"""
MOST_VIEWS: Final = 200


@dataclass(frozen=True, slots=True)
class View:
    """A list under a name, and who saved it last."""

    name: str
    narrowed: Narrowed
    by: str


def is_view(said: str) -> bool:
    """Whether a word names a view: `@夜班`."""
    return folded(said).startswith(MARK)


def view_named(reading: Reads, said: str) -> View:
    """The view that `@夜班` or `夜班` names. Raises `NotFound` with what is near."""
    name = view_name(said)
    view = _read(name, reading.meta(_META + name))
    if view is None:
        names = [view.name for view in all_views(reading)]
        raise NotFound(
            msg("there is no view {name}", name=MARK + name),
            where=MARK + name,
            near=[MARK + each for each in near(name, names)],
            fix=msg("see which there are: sop view ls; save one: sop ls ... --save {name}", name=name),
        )
    return view


def view_name(said: str) -> str:
    """The name of a view as it is kept. Raises `NotUnderstood` for what is no name."""
    name = " ".join(folded(said).strip().removeprefix(MARK).split())
    if not name or len(name) > LONGEST_NAME or not all(each.isalnum() or each in " _-." for each in name):
        raise NotUnderstood(
            msg("{name} is no name for a view", name=said[:60] or "-"),
            fix=msg("use letters, digits, hyphens; {count} characters at most", count=LONGEST_NAME),
        )
    return name


def all_views(reading: Reads) -> list[View]:
    """All that are saved, by name."""
    read = (_read(name.removeprefix(_META), kept) for name, kept in sorted(reading.metas(_META).items()))
    return [view for view in read if view is not None]


def _read(name: str, kept: str | None) -> View | None:
    """The view that is kept under a name; None where there is none, or nobody can read it."""
    return read_fact(kept, lambda entry: View(name, narrowed_of(entry["options"]), str(entry["by"])))


def save(opened: "Opened", said: str, narrowed: Narrowed) -> View:
    """Keep a view. Raises `NotYou` where somebody else has saved another under this name."""
    view = View(view_name(said), narrowed, opened.person)
    if not narrowed.said():
        raise NotUnderstood(
            msg("there is nothing to save: no option narrows this list"),
            fix=msg("say which tickets it is to show: sop ls --overdue --save {name}", name=view.name),
        )
    assert opened.names is not None  # read before: a thread has one transaction at a time
    with opened.site.store.writing() as writing:
        kept = writing.meta(_META + view.name)
        if kept is None and len(writing.metas(_META)) >= MOST_VIEWS:
            raise NotUnderstood(
                msg("there are {count} views already, which is as many as there may be", count=MOST_VIEWS),
                fix=msg("delete one that nobody needs: sop view delete NAME"),
            )
        if (former := _read(view.name, kept)) is not None:
            _require_own(opened, writing, former)
        entry = {"by": view.by, "options": narrowed.said()}
        writing.put_meta(_META + view.name, json.dumps(entry, ensure_ascii=False, sort_keys=True))
    return view


def _require_own(opened: "Opened", reading: Reads, view: View) -> None:
    if view.by == opened.person:
        return
    person = reading.person(opened.person)
    if person is None or "admin" not in person.rights:
        raise NotYou(
            msg("the view {name} is {owner}'s", name=MARK + view.name, owner=opened.named(view.by)),
            fix=msg("save yours under another name; {owner} or an administrator may change this one",
                    owner=opened.named(view.by)),
        )  # fmt: skip


# --- commands --------------------------------------------------------------------------------------------------------


def ls(call: Call) -> None:
    """List the saved views, and what each shows."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            views = all_views(reading)
        if call.json:
            call.output.json_list(_plain(view) for view in views)
            return
        columns = [Column(msg("view"), whole=True), Column(msg("options")), Column(msg("saved by"))]
        # in a pipe a name and a line begin with nothing that a spreadsheet would take for a formula
        mark = MARK if call.output.on_terminal() else ""
        rows = [[mark + view.name, " ".join(["sop ls", *words_of(view.narrowed)]), opened.names.get(view.by) or view.by]
                for view in views]  # fmt: skip
        if not call.output.table(columns, rows):
            call.output.tell(msg("no view is saved; save one: sop ls --overdue --save NAME"))


def delete(call: Call, name: Annotated[str, argument(msg("the view"), "NAME")]) -> None:
    """Delete a saved view. Tickets are not touched."""
    with call.open() as opened:
        opened.require_known()
        with opened.reading() as reading:
            view = view_named(reading, name)
            _require_own(opened, reading, view)
        if not call.dry_run:
            with call.writing(), opened.site.store.writing() as writing:
                writing.forget_meta(_META + view.name)
        if call.json:
            call.output.json(_plain(view))
        elif call.dry_run:
            call.output.tell(msg("dry run: nothing of this was kept"))
        else:
            call.output.tell(msg("deleted: {name}", name=MARK + view.name))


def _plain(view: View) -> dict[str, Any]:
    return {"name": view.name, "options": view.narrowed.said(), "by": view.by}
