"""The demo's first morning: tickets of the core procedures are open, they can go on, and they replay."""

from datetime import timedelta
from pathlib import Path

from sop_engine.audit.replay import replay_all, summed
from sop_engine.engine.sites.demo import advance, make_demo
from sop_engine.engine.sites.demo_tickets import leave_open
from sop_engine.engine.sites.folder import open_site
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Query
from sop_engine.ticket.records import SITE

CORE = {"repair", "complaint", "lost-and-found", "package-storage", "key-custody"}


def test_the_first_morning_has_tickets_of_every_core_procedure(tmp_path: Path) -> None:
    make_demo(tmp_path / "site", "tester")

    count = leave_open(tmp_path / "site", "tester")

    with open_site(tmp_path / "site") as site:
        with site.store.reading() as reading:
            heads = [head for head in reading.heads(Query(status="open")) if head.id != SITE]
        assert {head.procedure for head in heads} == CORE | {"key-loan"}
        assert len(heads) == count
        sweep, delivery = advance(site, timedelta(days=2))
        assert sweep.fired > 10
        assert not sweep.aside
        assert delivery.sent > 10
        with site.store.reading() as reading:
            assert summed(replay_all(reading, Programs(), site.settings.zone_info)).clean
