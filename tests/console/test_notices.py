"""`sop notify`: what waits, what can be tried again and what cannot, and whether a channel works."""

import json
import os
from pathlib import Path

import pytest

from sop_engine import canonical
from sop_engine.engine.notices.delivery import Delivery
from sop_engine.engine.notices.failed_because import kept_text
from sop_engine.engine.notices.resting import out_of_order
from sop_engine.engine.notices.webhooks import NotTaken
from sop_engine.engine.sites.folder import open_site
from sop_engine.engine.timers import Sweep
from sop_engine.messages import msg
from sop_engine.store.seam import NewLetter
from tests.console.conftest import Sop
from tests.engine.receivers import receiver


def letter(site: Path, sent: bool) -> None:
    """A notice that is dead, or was sent."""
    with open_site(site) as opened, opened.store.writing() as transaction:
        now = canonical.instant_text(opened.clock.now())
        transaction.add_letters("WX-1", 1, [NewLetter(0, "told", "wang_fang", "log")], now)
        if sent:
            transaction.letter_sent(1, now, {})
        else:
            transaction.letter_failed(1, "nobody listens", None)


def answered(status: int) -> NotTaken:
    return NotTaken(msg("it answered {status}", status=status))


def test_a_dead_notice_waits_again(sop: Sop, site: Path) -> None:
    letter(site, sent=False)
    assert sop("notify", "retry", "1").code == 0
    assert '"status": "waiting"' in sop("notify", "ls", "--json").out


def test_a_notice_that_was_sent_is_not_sent_again(sop: Sop, site: Path) -> None:
    letter(site, sent=True)
    refused = sop("notify", "retry", "1")
    assert (refused.code, "was sent" in refused.err) == (4, True)
    assert '"status": "sent"' in sop("notify", "ls", "--all", "--json").out


def channels(site: Path, text: str) -> None:
    """Let sop.toml describe channels so."""
    path = site / "sop.toml"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.partition("[channels]")[0] + text, encoding="utf-8")


def test_a_dead_notice_goes_by_another_channel_unless_it_went_by_that_already(sop: Sop, site: Path) -> None:
    letter(site, sent=False)
    assert sop("notify", "retry", "--dead", "--channel", "file").code == 0
    assert json.loads(sop("notify", "ls", "--json").out)[0]["channel"] == "file"
    with open_site(site) as opened, opened.store.writing() as transaction:
        transaction.letter_goes(1, "file", [("file", None), ("log", None)], "2026-11-23T00:30:00.000Z")
    refused = sop("notify", "retry", "1", "--channel", "log")
    assert (refused.code, "goes by log already: it is 2" in refused.err) == (4, True)


def test_which_notices_are_to_be_tried_again_must_be_said(sop: Sop) -> None:
    assert sop("notify", "retry").code == 2
    assert sop("notify", "retry", "1", "--dead").code == 2
    assert "did you mean: `log`?" in sop("notify", "retry", "--dead", "--channel", "lgo").err


def test_a_trial_message_is_really_sent_and_lets_go_what_waited(sop: Sop, site: Path) -> None:
    # given a receiver that works, a channel that rests, and a notice that waits for it
    with receiver() as (port, taken):
        channels(
            site, f'[channels.erp]\nkind = "webhook"\nurl = "http://127.0.0.1:{port}/"\nsecret_env = "ERP_SECRET"\n'
        )
        with open_site(site) as opened, opened.store.writing() as transaction:
            transaction.add_letters("WX-1", 1, [NewLetter(0, "", "wang_fang", "erp")], "2026-11-23T01:30:00.000Z")
            out_of_order(
                transaction, "erp", opened.clock.now(), kept_text(NotTaken(msg("it answered {status}", status=500)))
            )
        assert "last: it answered 500" in sop("doctor").out
        # when it is tried without its secret, it is told what is amiss
        refused = sop("notify", "test", "erp")
        assert (refused.code, "ERP_SECRET, which is not set" in refused.err) == (7, True)
        # when it is tried with it, then it is reached, and nothing waits for a later time
        os.environ["ERP_SECRET"] = "whsec_" + "A" * 44
        try:
            done = sop("notify", "test", "erp")
        finally:
            del os.environ["ERP_SECRET"]
    assert (done.code, "erp: it was taken" in done.err) == (0, True)
    assert "试发消息" in taken[0].body.decode()
    [waiting] = json.loads(sop("notify", "ls", "--channel", "erp", "--json").out)
    assert waiting["next_at"] == "2026-11-23T08:30:00.000+08:00"
    assert "answered 500" not in sop("doctor").out


def test_a_trial_message_that_is_not_taken_says_why_and_ends_with_code_8(sop: Sop, site: Path) -> None:
    with receiver((503, {})) as (port, _taken):
        channels(
            site,
            '[channels]\ndefault = ["log", "erp"]\n[channels.erp]\nkind = "webhook"\n'
            f'url = "http://127.0.0.1:{port}/"\nsecret_file = "key"\n',
        )
        (site / "key").write_text("whsec_" + "A" * 44)
        (site / "key").chmod(0o600)
        done = sop("notify", "test", "wang_fang")
        tried = json.loads(sop("notify", "test", "wang_fang", "--json").out)
    assert (done.code, "erp: it was not taken: it answered 503" in done.err) == (8, True)
    assert [(each["channel"], each["sent"]) for each in tried] == [("log", True), ("erp", False)]


def test_whoever_is_no_administrator_reads_no_notices_of_others(sop: Sop) -> None:
    for words in (("notify", "outbox"), ("notify", "test", "log")):
        assert sop(*words, "--as", "wang_fang").code == 5


def test_what_sop_toml_says_wrong_of_channels_stops_no_ticket_and_is_told_by_doctor(sop: Sop, site: Path) -> None:
    channels(
        site,
        '[channels]\ndefault = "wecm"\n[channels.wecom]\nkind = "pigeon"\n[channels.erp]\nkind = "webhook"\n'
        'secret = "whsec_x"\n[routes]\nroles = { desk = 5 }\nrole = { desk = "log" }\n',
    )
    assert sop("new", "repair", "--as", "wang_fang", "--field=unit=3-2-1202", "--field=fault=x", "--no-input").code == 0
    said = sop("doctor").out
    for part in ("names the channel wecm", "no kind pigeon", "no entry `channels.erp.secret`", "routes.roles.desk",
                 "`routes.role` should be"):  # fmt: skip
        assert part in said
    assert "whsec_x" not in said


def test_notices_are_listed_by_person_channel_and_status_and_shown_in_their_words(sop: Sop, site: Path) -> None:
    sop("new", "repair", "--as", "wang_fang", "--field=unit=3-2-1202", "--field=fault=漏水", "--no-input")
    assert sop("copy", "1", "--as", "wang_fang", "--to", "li_qiang").code == 0
    assert sop("worker", "tick").code == 0
    sent = json.loads(sop("notify", "ls", "--status", "sent", "--channel", "log", "--json").out)
    assert sent
    assert all(each["sent"] and each["channel"] == "log" for each in sent)
    whole = sop("notify", "outbox", str(sent[0]["id"]))
    assert "漏水" in whole.out
    assert sop("notify", "ls", "--status", "snt").code == 2
    assert sop("notify", "ls", "--to", "nobody").code == 2
    assert sop("notify", "outbox", "999").code == 3


def test_what_a_demo_could_not_fire_or_send_is_told(sop: Sop, monkeypatch: pytest.MonkeyPatch) -> None:
    said = sop("demo", "advance", "1min")
    assert said.err.count("\n") == 1, "nothing more where all went well"
    done = Sweep(fired=1, aside=2), Delivery(sent=1, failed=3, dead=4)
    monkeypatch.setattr("sop_engine.engine.sites.demo.advance", lambda _site, _by: done)
    said = sop("demo", "advance", "1min")
    assert "set aside because they could not fire: 2; which, and why: sop worker status" in said.err
    assert "notices to be tried again: 3, dead: 4; which, and why: sop notify ls" in said.err


# --- who may ---------------------------------------------------------------------------------------------------------


def test_who_is_no_administrator_sees_the_notices_to_himself_only(sop: Sop, site: Path) -> None:
    letter(site, sent=False)
    for words in ((), ("--all",), ("--to", "张伟"), ("--to", "field:borrower")):
        refused = sop("notify", "ls", *words, "--as", "王芳")
        assert (refused.code, refused.out) == (5, "")
        assert "you see yours: sop notify ls --to wang_fang" in refused.err
    assert '"to": "wang_fang"' in sop("notify", "ls", "--to", "王芳", "--json", "--as", "王芳").out


def test_who_is_no_administrator_sends_nothing_again(sop: Sop, site: Path) -> None:
    letter(site, sent=False)
    refused = sop("notify", "retry", "--dead", "--as", "王芳")
    assert (refused.code, "is no administrator" in refused.err) == (5, True)
    assert '"status": "dead"' in sop("notify", "ls", "--json").out


def test_why_a_notice_failed_is_said_in_the_reader_s_language_with_its_cause_in_json(sop: Sop, site: Path) -> None:
    letter(site, sent=False)
    with open_site(site) as opened, opened.store.writing() as transaction:
        transaction.letter_failed(1, kept_text(answered(503)), None)
    assert "对方答复 503" in sop("notify", "ls", "--lang", "zh").out
    assert "NotTaken" not in sop("notify", "ls").out
    [found] = sop("notify", "ls", "--json").json
    assert (found["error"], found["cause"]) == ("it answered 503", "NotTaken: it answered 503")


def test_what_the_channel_in_reserve_has_sent_is_not_to_be_tried_again(sop: Sop, site: Path) -> None:
    toml = site / "sop.toml"
    gone = '\n[channels.gone]\nkind = "smtp"\nhost = "127.0.0.1"\nport = 9\nfrom = "a@b.cn"\nfallback = "log"\n'
    toml.write_text(toml.read_text(encoding="utf-8").replace('default = "log"', 'default = "gone"') + gone, "utf-8")
    sop("new", "repair", "--as", "wang_fang", "--field", "unit=3-2-1202", "--field", "fault=漏水")
    said = sop("demo", "advance", "30min")
    assert said.code == 0
    assert "stands in: " in said.err
    assert "to be tried again" not in said.err
    moved = sop("demo", "advance", "1min", "--json").json
    assert (moved["failed"], moved["passed"]) == (0, 0)
