"""A large site for `daily`: tickets of the shipped procedures, each brought by the engine to where it stands.

All is done by `Engine.act` in one process, only the disk is not waited for, so whatever a command writes is there:
steps chained by their hashes, values with salts, words, tasks, timers, letters. Nine tickets in ten are closed, spread
over four hundred days; one in ten was opened in the last two days and stands somewhere on its way. What became due
meanwhile is fired in the end, and letters are written off as sent, since delivering is none of what is measured.
"""

import io
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.find import FAULTS, NAMES, PLACES, SURNAMES, THINGS
from benchmarks.workload import without_syncing
from sop_engine import canonical
from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Engine, new_id
from sop_engine.engine.people.identity import system_login
from sop_engine.engine.sites.demo import ADMINISTRATOR, make_demo
from sop_engine.engine.sites.demo_tickets import PHOTO, picture
from sop_engine.engine.sites.folder import DEMO_START, Site, open_site
from sop_engine.engine.timers import tick
from sop_engine.store.drivers import connect, driver_module
from sop_engine.store.files import Files
from sop_engine.ticket.records import SITE, Command

BUILDINGS: Final = 20
ENGINEERS: Final = tuple(f"he_{number:02d}" for number in range(1, 25))
FREE: Final = tuple(f"he_{number:03d}" for number in range(101, 113))
"""engineers who have nothing in hand, and so may take what is offered"""
DESKS: Final = tuple(f"lin_{number:02d}" for number in range(1, 7))
STEWARDS: Final = tuple(f"guo_{number:02d}" for number in range(1, BUILDINGS + 1))
_DAYS: Final = 400
_OPEN_DAYS: Final = 2
_BEGINS, _SHIFT = timedelta(minutes=1), timedelta(hours=13)
"""when a day's first ticket is opened, from 08:30 on, and until when the last"""
_STEP: Final = timedelta(seconds=20)
_BASIC: Final = {"place": "home", "urgency": "normal", "channel": "phone"}
_REPAIR: Final = {**_BASIC, "unit": "{unit}", "fault": "{fault}"}
_CALL: Final = {"channel": "phone", "complainant": "{person}", "unit": "{unit}"}


class Act(NamedTuple):
    """What somebody does. `who` is a pool of people, or one of them."""

    who: str
    trigger: str
    fields: Mapping[str, Any] = {}
    assignee: str = ""


class Story(NamedTuple):
    """A ticket from opened to closed; of a hundred closed ones so many are like it, and of a hundred open ones."""

    closed: int
    open: int
    procedure: str
    opening: Mapping[str, Any]
    acts: Sequence[Act]


_DONE: Final = {"charge": "free", "work_done": "更换密封圈，试水正常"}
_CASES: Final = [{"name": "行李箱", "quantity": 1, "features": "黑色 24 寸"}]
_COUNTED: Final = {"quantity": 1, "features": "内袋绣有 ZL", "value_class": "ordinary"}
_BAG: Final = {
    "description": "黑色双肩包",
    "quantity": 1,
    "found_at": "3 栋大堂",
    "photos": [PHOTO],
    "seal_no": "F-0012",
}
STORIES: Final[Sequence[Story]] = (
    Story(18, 60, "repair", _REPAIR, (
        Act("desk", "dispatch", assignee="engineer"),
        Act("engineer", "accept"),
        Act("engineer", "arrive"),
        Act("engineer", "done", _DONE),
        Act("desk", "return_slip"),
        Act("desk", "confirm"),
    )),
    Story(14, 0, "repair", _REPAIR, (
        Act("desk", "not_ours", {"reason": "市政管网", "refer_to": "自来水公司 96116"}),
    )),
    Story(10, 15, "repair", _REPAIR, (
        Act("desk", "dispatch"),
        Act("desk", "cancel", {"reason": "业主自行处理"}),
    )),
    Story(22, 5, "complaint", {**_CALL, "matter": "question", "content": "{fault}，怎么收费"}, (
        Act("desk", "answer_question", {"answer": "已按收费标准答复"}),
    )),
    Story(14, 0, "complaint", {**_CALL, "matter": "praise", "content": "{fault}修得快"}, (
        Act("desk", "thank", {"note": "已转告工程"}),
    )),
    Story(10, 10, "complaint", {**_CALL, "matter": "complaint", "content": "{fault}，多日无人处理"}, (
        Act("desk", "settle_now", {"result": "致歉，已安排马上处理"}),
        Act("other", "confirm"),
    )),
    Story(7, 0, "package-storage", {"goods": "一袋现金", "unit": "{unit}"}, (
        Act("desk", "refuse", {"refused_as": "money", "told_them": "请存银行，已当面说明"}),
    )),
    Story(4, 5, "package-storage", {"goods": "行李箱", "unit": "{unit}"}, (
        Act("desk", "list_items", {"items": _CASES}),
        Act("desk", "keep", {"depositor_sign": PHOTO, "place": "2 号架 3 层"}),
        Act("desk", "ask_collection", {"taken_by": "depositor", "slip": "shown"}),
        Act("desk", "hand_over", {"id_shown": "id_card", "collected_at": "{now}", "owner_sign": PHOTO}),
    )),
    Story(1, 5, "lost-and-found", _BAG, (
        Act("desk", "inventory", _COUNTED),
        Act("other", "inventory"),
        Act("desk", "announce", {"announced": {"app": True, "group": True, "board": True}}),
        Act("desk", "request_return", {"claimant": "{person}", "claim_text": "内有绣字 ZL", "id_shown": "id_card"}),
    )),
)  # fmt: skip


class Builder:
    """Fills a site, always with the same tickets for the same number of them."""

    def __init__(self, site: Site, login: str, count: int) -> None:
        assert isinstance(site.clock, SimulatedClock)
        self.engine, self.clock = site.engine, site.clock
        self._login, self._count = login, count
        self._drawn = random.Random(7)
        self._photo = Files(site.settings.folder / "files").put(io.BytesIO(picture()), "照片.png")
        self._units = list(_units(count))
        with site.store.writing() as transaction:
            transaction.put_units([{"id": unit, "contact": person} for unit, person in self._units])
        self._register()

    def _register(self) -> None:
        names = {"engineer": [*ENGINEERS, *FREE], "desk": DESKS}
        people = [(each, [[role, None]]) for role, all_ in names.items() for each in all_]
        people += [(each, [["steward", str(number)]]) for number, each in enumerate(STEWARDS, 1)]
        for person, roles in people:
            self._site("add_person", actor=person, name=person, roles=roles)
        self._site("login", login=self._login, actor=ADMINISTRATOR, people=[person for person, _roles in people])

    def _site(self, act: str, **arguments: Any) -> None:
        self.engine.act(Command(new_id(), act, SITE, ADMINISTRATOR, self._login, arguments))

    def fill(self) -> None:
        """Open all tickets, and bring each to where it stands."""
        still_open = max(self._count // 10, len(STORIES))
        closed = self._count - still_open
        for place in range(closed):
            self._at(place, closed, 0, _DAYS)
            self._play(self._chosen("closed"), None)
        for place in range(still_open):
            self._at(place, still_open, _DAYS, _OPEN_DAYS)
            story = self._chosen("open")
            self._play(story, self._drawn.randrange(len(story.acts)))
        self.clock.set(self.clock.now() + timedelta(hours=1))

    def _at(self, place: int, of: int, first_day: int, days: int) -> None:
        """Set the clock to when a ticket is opened."""
        day, part = divmod(place * days / of, 1)
        self.clock.set(DEMO_START + _BEGINS + timedelta(days=first_day + day) + part * _SHIFT)

    def _chosen(self, status: str) -> Story:
        return self._drawn.choices(STORIES, [getattr(story, status) for story in STORIES])[0]

    def _play(self, story: Story, until: int | None) -> None:
        """Open a ticket, and do the first acts of its story: all, or so many."""
        unit, person = self._drawn.choice(self._units)
        desk, other = self._drawn.sample(DESKS, 2)
        people = {"desk": desk, "other": other, "engineer": self._drawn.choice(ENGINEERS)}
        fault = "".join(map(self._drawn.choice, (PLACES, THINGS, FAULTS)))
        blanks = {"unit": unit, "fault": f"{fault}，业主下午在家", "person": person}
        arguments = {"procedure": story.procedure, "fields": self._filled(story.opening, blanks)}
        ticket = self._act("open", "", desk, arguments)
        for act in story.acts[:until]:
            self.clock.set(self.clock.now() + _STEP)
            now = canonical.instant_text(self.clock.now())
            told = {"trigger": act.trigger, "fields": self._filled(act.fields, {**blanks, "now": now})}
            if act.assignee:
                told["assignee"] = people[act.assignee]
            self._act("do", ticket, people[act.who], told)

    def _act(self, name: str, ticket: str, who: str, arguments: Mapping[str, Any]) -> str:
        return self.engine.act(Command(new_id(), name, ticket, who, self._login, arguments)).step.ticket

    def _filled(self, fields: Mapping[str, Any], blanks: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._value(value, blanks) for name, value in fields.items()}

    def _value(self, value: Any, blanks: Mapping[str, Any]) -> Any:
        if value is PHOTO:
            return self._photo
        if isinstance(value, list):
            return [self._value(each, blanks) for each in value]
        if isinstance(value, str) and value.startswith("{"):
            name, _mark, rest = value[1:].partition("}")
            return f"{blanks[name]}{rest}" if rest else blanks[name]
        return value


def _units(count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Flats, one for ten tickets, with who lives there: a name, and a number that nobody else has."""
    drawn = random.Random(11)
    for number in range(min(max(count // 10, 40), 10_000)):
        building, rest = number % BUILDINGS + 1, number // BUILDINGS
        unit = f"{building}-{rest % 4 + 1}-{rest // 16 % 33 + 1:02d}{rest // 4 % 4 + 1:02d}"
        name = drawn.choice(SURNAMES) + "".join(drawn.choices(NAMES, k=2))
        yield unit, {"name": name, "phone": f"138{number:08d}"}


def make(where: Path, count: int) -> None:
    """Make a site with `count` tickets in the folder `where`, which may not be there yet."""
    login = system_login()
    make_demo(where, login)
    with open_site(where) as site:
        with without_syncing(site.store):
            builder = Builder(site, login, count)
            builder.fill()
            tick(site.engine)
        with site.store.writing() as transaction:
            transaction.put_meta("simulated_now", canonical.instant_text(builder.clock.now()))
        path = site.settings.store_path
    raw = connect(driver_module("auto"), path)
    raw.execute("UPDATE outbox SET status = 'sent', sent = next_at WHERE status = 'waiting'")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def events_of(engine: Engine) -> tuple[int, int]:
    """How many steps there are, and how many events in them."""
    with engine.store.reading() as reading:
        counts = [len(canonical.parse(step.data)["events"]) for step in reading.steps_between("", None)]
    return len(counts), sum(counts)
