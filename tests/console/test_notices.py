"""`sop notify retry`: what can be tried again, and what cannot."""

from pathlib import Path

from sop_engine import canonical
from sop_engine.engine.site_folder import open_site
from sop_engine.store.seam import NewLetter
from tests.console.conftest import Sop


def letter(site: Path, sent: bool) -> None:
    """A notice that is dead, or was sent."""
    with open_site(site) as opened, opened.store.writing() as transaction:
        now = canonical.instant_text(opened.clock.now())
        transaction.add_letters("WX-1", 1, [NewLetter(0, "told", "wang_fang", "log")], now)
        if sent:
            transaction.letter_sent(1, now, {})
        else:
            transaction.letter_failed(1, "nobody listens", None)


def test_a_dead_notice_waits_again(sop: Sop, site: Path) -> None:
    letter(site, sent=False)
    assert sop("notify", "retry", "1").code == 0
    assert '"status": "waiting"' in sop("notify", "ls", "--json").out


def test_a_notice_that_was_sent_is_not_sent_again(sop: Sop, site: Path) -> None:
    letter(site, sent=True)
    refused = sop("notify", "retry", "1")
    assert (refused.code, "was sent" in refused.err) == (4, True)
    assert '"status": "sent"' in sop("notify", "ls", "--all", "--json").out
