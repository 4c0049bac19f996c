"""The demo site: a dozen people, a few flats, and a clock that moves only when it is told to."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from sop_engine import canonical
from sop_engine.clock import SimulatedClock
from sop_engine.engine.engine import Engine, new_id
from sop_engine.engine.notices.delivery import Delivery, deliver
from sop_engine.engine.sites.folder import Site, open_site
from sop_engine.engine.sites.making import make_site
from sop_engine.engine.timers import Sweep, tick
from sop_engine.errors import SetUp
from sop_engine.messages import msg
from sop_engine.ticket.records import SITE, Command

SITE_NAME: Final = "云栖花园服务中心"
ADMINISTRATOR: Final = "zhou_min"
PEOPLE: Final = (
    ("wang_fang", "王芳", ["desk"]),
    ("liu_yang", "刘洋", ["desk", "desk-lead"]),
    ("zhao_lei", "赵蕾", ["desk", "night-duty", "online-duty"]),
    ("sun_qiang", "孙强", ["security", "night-duty"]),
    ("li_qiang", "李强", ["engineer"]),
    ("zhang_wei", "张伟", ["engineer"]),
    ("zhao_jun", "赵军", ["team-lead", "engineer"]),
    ("qian_bin", "钱斌", ["engineering-lead"]),
    ("chen_jing", "陈静", [("steward", "3")]),
    ("wu_dan", "吴丹", [("steward", "5")]),
    ("xu_hong", "许红", ["service-lead"]),
    ("luo_yong", "罗勇", ["rework-contact", "business-assistant"]),
    ("he_ping", "何萍", ["finance"]),
    ("feng_tao", "冯涛", ["hotline"]),
    ("shen_yi", "沈怡", ["operations"]),
    ("lu_bo", "陆博", ["general-manager"]),
)
"""(id, name, roles or (role, scope))"""
UNITS: Final = (
    ("3-2-1202", "周先生", "13800001202"),
    ("3-2-1201", "郑女士", "13800001201"),
    ("3-1-0803", "韩先生", "13800000803"),
    ("5-1-0301", "沈女士", "13900000301"),
    ("5-2-1502", "杨先生", "13900001502"),
)


def make_demo(folder: Path, login: str) -> list[str]:
    """Make a demo site: the starter library published, a dozen people, a few flats; `login` is a terminal of them all,
    and by itself the manager and administrator, 周敏. Gives the procedures' ids."""
    published = make_site(folder, SITE_NAME, "Asia/Shanghai", login, ADMINISTRATOR, "周敏", ["manager"], demo=True)
    with open_site(folder) as site:
        for person, name, roles in PEOPLE:
            wanted = [[role, None] if isinstance(role, str) else list(role) for role in roles]
            contact = {"mail": f"{person}@example.org"}
            _site_command(
                site.engine, login, "add_person", {"actor": person, "name": name, "roles": wanted, "contact": contact}
            )
        people = [person for person, _name, _roles in PEOPLE]
        _site_command(site.engine, login, "login", {"login": login, "actor": ADMINISTRATOR, "people": people})
        with site.store.writing() as transaction:
            transaction.put_units(
                [{"id": unit, "contact": {"name": name, "phone": phone}} for unit, name, phone in UNITS]
            )
    return published


def _site_command(engine: Engine, login: str, name: str, arguments: dict[str, object]) -> None:
    engine.act(Command(new_id(), name, SITE, ADMINISTRATOR, login, arguments))


def advance(site: Site, by: timedelta) -> tuple[Sweep, Delivery]:
    """Move a demo site's clock, sweeping in due order on the way: each timer fires when the clock reaches it."""
    clock = site.clock
    if not isinstance(clock, SimulatedClock):
        raise SetUp(
            msg("this site's clock is the machine's; only a demo site's can be moved"),
            fix=msg("make one: sop demo make FOLDER"),
        )
    target = clock.now() + by
    sweep, delivery = Sweep(), Delivery()
    while True:
        with site.store.reading() as reading:
            due = reading.next_due()
        if due is None or canonical.instant_of(due) > target:
            break
        _move(site, clock, max(clock.now(), canonical.instant_of(due)).isoformat())
        _add(sweep, delivery, tick(site.engine), deliver(site.engine))
    _move(site, clock, target.isoformat())
    _add(sweep, delivery, tick(site.engine), deliver(site.engine))
    with site.store.reading() as reading:  # what failed on the way and was sent after that is not tried again
        delivery.failed = sum(each.attempts > 0 for each in reading.letters("waiting"))
    return sweep, delivery


def _move(site: Site, clock: SimulatedClock, to: str) -> None:
    clock.set(canonical.instant_of(to))
    with site.store.writing() as transaction:
        transaction.put_meta("simulated_now", canonical.instant_text(clock.now()))


def _add(sweep: Sweep, delivery: Delivery, more: Sweep, sent: Delivery) -> None:
    sweep.fired += more.fired
    sweep.aside += more.aside
    sweep.strays += more.strays
    delivery.sent += sent.sent
    delivery.passed += sent.passed
    delivery.dead += sent.dead
