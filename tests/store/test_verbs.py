"""The other verbs: numbers, keys, texts, people, units, letters, refusals, small facts."""

import time
from pathlib import Path

import pytest

from sop_engine import canonical
from sop_engine.errors import Overtaken
from sop_engine.store import MEMORY, open_store
from sop_engine.store.seam import CALENDAR, Login, NewLetter, Person, Store, Version
from sop_engine.ticket.records import Sealed

NOW = "2026-11-21T01:00:00.000Z"
LATER = "2026-11-21T02:00:00.000Z"
LATEST = "2026-11-21T03:00:00.000Z"
BEYOND = "2026-11-21T04:00:00.000Z"


def version(number: int, digest: str = "d1", procedure: str = "repair") -> Version:
    return Version(procedure, number, digest, "t" + digest, "p" + digest, NOW, "lin", "first")


def test_a_store_in_memory_is_always_new() -> None:
    first, second = open_store(MEMORY), open_store(MEMORY)
    with first.writing() as writes:
        writes.put_meta("name", "first")
    with second.reading() as reads:
        assert reads.meta("name") is None


def test_what_is_written_is_there_after_opening_again(path: Path, file_store: Store) -> None:
    with file_store.writing() as writes:
        writes.put_meta("name", "山水花园")
    file_store.close()
    again = open_store(path)
    with again.reading() as reads:
        assert reads.meta("name") == "山水花园"
    again.close()


def test_numbers_are_drawn_by_prefix_and_day(store: Store) -> None:
    with store.writing() as writes:
        drawn = [writes.draw("WX", "20261121"), writes.draw("WX", "20261121"), writes.draw("TS", "20261121")]
    with store.writing() as writes:
        drawn += [writes.draw("WX", "20261121"), writes.draw("WX", "20261122")]
    assert drawn == [1, 2, 1, 3, 1]


def test_a_key_is_kept_once(store: Store) -> None:
    with store.writing() as writes:
        writes.keep_key("k1", "WX-1", 3, Sealed("commitment", "salt"))
    with store.reading() as reads:
        assert reads.by_key("k1") == ("WX-1", 3, Sealed("commitment", "salt"))
        assert reads.by_key("k2") is None
    with pytest.raises(Overtaken), store.writing() as writes:
        writes.keep_key("k1", "WX-2", 1, Sealed("other", "salt"))


def test_a_blob_lies_under_its_digest(store: Store) -> None:
    with store.writing() as writes:
        digest = writes.put_blob(b"states: {}")
        assert writes.put_blob(b"states: {}") == digest
    assert digest == canonical.digest(b"states: {}")
    with store.reading() as reads:
        assert reads.blob(digest) == b"states: {}"
        assert reads.blob("0" * 64) is None


def test_versions_are_found_by_number_and_digest(store: Store) -> None:
    first, second, back = version(1, "d1"), version(2, "d2"), version(3, "d1")
    other = version(1, "d9", "complaint")
    with store.writing() as writes:
        for each in (first, second, back, other):
            writes.put_version(each)
    with store.reading() as reads:
        assert reads.newest("repair") == back
        assert reads.newest("unknown") is None
        assert reads.versions() == [other, first, second, back]
        assert reads.versions("repair") == [first, second, back]
        assert reads.version_of("d2") == second
        assert reads.version_of("d1") == first
        assert reads.version_of("d7") is None
    with pytest.raises(Overtaken), store.writing() as writes:
        writes.put_version(version(2, "d8"))


def test_people_keep_roles_rights_and_contact(store: Store) -> None:
    lin = Person("lin", True, (("desk", None), ("steward", "3")), ("admin",), "林静", {"phone": "1380000"}, "zh")
    wang = Person("wang", True, ())
    with store.writing() as writes:
        writes.put_person(wang)
        writes.put_person(lin)
    with store.reading() as reads:
        assert reads.person("lin") == lin
        assert reads.person("nobody") is None
        assert reads.people() == [lin, wang]
    changed = Person("lin", False, (("manager", None),))
    with store.writing() as writes:
        writes.put_person(changed)
        assert writes.person("lin") == changed


@pytest.mark.parametrize(
    ("unit", "holders"),
    [
        (None, ["all", "eleven", "one", "unit"]),
        ("1-2-301", ["all", "one", "unit"]),
        ("1-2-302", ["all", "one"]),
        ("11-2-301", ["all", "eleven"]),
        ("2-1-101", ["all"]),
    ],
)
def test_holders_of_a_role_for_a_unit(store: Store, unit: str | None, holders: list[str]) -> None:
    with store.writing() as writes:
        writes.put_person(Person("all", True, (("steward", None), ("steward", "1"))))
        writes.put_person(Person("one", True, (("steward", "1"),)))
        writes.put_person(Person("unit", True, (("steward", "1-2-301"),)))
        writes.put_person(Person("eleven", True, (("steward", "11"),)))
        writes.put_person(Person("gone", False, (("steward", None),)))
        writes.put_person(Person("desk", True, (("desk", None),)))
        assert writes.holders("steward", unit) == holders


def test_logins_are_mapped_and_taken_away(store: Store) -> None:
    terminal = Login("frontdesk", None, ("lin", "wang"))
    with store.writing() as writes:
        writes.put_login(Login("lin-pc", "lin"), "lin-pc")
        writes.put_login(terminal, "frontdesk")
        assert writes.login("lin-pc") == Login("lin-pc", "lin")
        assert writes.login("frontdesk") == terminal
        writes.put_login(Login("lin-pc", "wang"), "lin-pc")
        writes.put_login(None, "frontdesk")
        assert writes.login("lin-pc") == Login("lin-pc", "wang")
        assert writes.login("frontdesk") is None


def test_the_register_of_units(store: Store) -> None:
    first = {"id": "3-2-1202", "contact": {"name": "王芳", "phone": "13800000000"}}
    second = {"id": "3-1-101", "contact": None}
    with store.writing() as writes:
        writes.put_units([first, second])
        moved = {"id": "3-2-1202", "contact": {"name": "李明", "phone": "13900000000"}}
        writes.put_units([moved])
        assert writes.unit("3-2-1202") == moved
        assert writes.unit("9-9-9") is None
        assert writes.units() == [second, moved]


def test_a_letter_is_added_once(store: Store) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 2, [NewLetter(0, "told", "wang", "mail"), NewLetter(0, "told", "wang", "file")], NOW)
        writes.add_letters(
            "WX-1", 2, [NewLetter(0, "told", "wang", "mail"), NewLetter(1, "told", "lin", "mail")], LATER
        )
        letters = writes.letters()
    assert [(each.id, each.position, each.to, each.channel, each.next_at) for each in letters] == [
        (1, 0, "wang", "mail", NOW),
        (2, 0, "wang", "file", NOW),
        (3, 1, "lin", "mail", LATER),
    ]
    assert {(each.ticket, each.number, each.notice, each.status, each.attempts) for each in letters} == {
        ("WX-1", 2, "told", "waiting", 0)
    }


def test_letters_are_leased_sent_tried_again_and_given_up(store: Store) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [NewLetter(index, "told", "wang", "mail") for index in range(4)], NOW)
        writes.add_letters("WX-2", 1, [NewLetter(0, "told", "wang", "mail")], LATER)
    with store.writing() as writes:
        assert [each.id for each in writes.take_letters(NOW, BEYOND, 3, 60)] == [1, 2, 3]
        assert [each.id for each in writes.take_letters(NOW, BEYOND, 3, 0.1)] == [4]
        assert writes.take_letters(NOW, BEYOND, 3, 60) == []
    time.sleep(0.15)
    with store.writing() as writes:
        writes.letter_sent(1, NOW, {"text": "您好"})
        writes.letter_failed(2, "no route", LATEST)
        writes.letter_failed(3, "no such address", None)
    with store.writing() as writes:
        assert [each.id for each in writes.take_letters(LATER, BEYOND, 9, 60)] == [4, 5]
        (sent,) = writes.letters("sent")
        assert (sent.id, sent.rendered, sent.attempts, sent.error) == (1, {"text": "您好"}, 1, None)
        (dead,) = writes.letters("dead")
        assert (dead.id, dead.error, dead.attempts) == (3, "no such address", 1)
        waiting = writes.letters("waiting")
        assert [(each.id, each.next_at) for each in waiting] == [(2, LATEST), (4, NOW), (5, LATER)]
        assert [each.id for each in writes.letters(ticket="WX-1")] == [1, 2, 3, 4]
        assert [each.id for each in writes.letters("waiting", "WX-1")] == [2, 4]


def test_letters_that_wait_are_taken_by_nobody_and_were_not_tried(store: Store) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [NewLetter(index, "told", "wang", "mail") for index in range(3)], NOW)
        writes.letter_sent(3, NOW, {})
        writes.letters_wait([1, 2, 3], LATER)
        assert writes.take_letters(NOW, BEYOND, 9, 60) == []
        assert [(each.id, each.attempts, each.status) for each in writes.letters()] == [
            (1, 0, "waiting"), (2, 0, "waiting"), (3, 1, "sent"),
        ]  # fmt: skip
        assert [each.id for each in writes.take_letters(LATER, BEYOND, 9, 60)] == [1, 2]


def test_a_letter_that_is_given_back_is_held_by_nobody(store: Store) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [NewLetter(index, "told", "wang", "mail") for index in range(2)], NOW)
        assert len(writes.take_letters(NOW, BEYOND, 9, 60)) == 2
        writes.letters_wait([1], NOW)
        writes.letter_failed(2, "no route", NOW)
        assert [each.id for each in writes.take_letters(NOW, BEYOND, 9, 60)] == [1, 2]


def test_a_time_that_only_a_wrong_clock_can_have_meant_has_come(store: Store) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [NewLetter(0, "told", "wang", "mail")], LATEST)
        writes.add_letters("WX-1", 2, [NewLetter(0, "told", "wang", "mail")], "2036-11-21T01:00:00.000Z")
        assert [each.id for each in writes.take_letters(NOW, BEYOND, 9, 60)] == [2]


def reminder(number: int, **differs: str) -> NewLetter:
    about = {"notice": "late", "to": "wang", "channel": "mail", "kind": "goal/visit/due"} | differs
    return NewLetter(number, **about)


def test_of_letters_of_one_kind_that_wait_the_last_one_stays(store: Store) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [reminder(0)], NOW)
    with store.writing() as writes:
        writes.add_letters("WX-1", 2, [reminder(3), reminder(5)], LATER)
        writes.add_letters("WX-1", 4, [reminder(0)], LATER)
    with store.reading() as reading:
        found = {(each.number, each.position): each.status for each in reading.letters()}
        assert [each.number for each in reading.letters("waiting")] == [4]
        assert [each.number for each in reading.letters("superseded")] == [1, 2, 2]
    assert found == {(1, 0): "superseded", (2, 3): "superseded", (2, 5): "superseded", (4, 0): "waiting"}


@pytest.mark.parametrize(
    ("ticket", "differs"),
    [
        ("WX-2", {}),
        ("WX-1", {"kind": "goal/visit/warn"}),
        ("WX-1", {"notice": "very_late"}),
        ("WX-1", {"to": "lin"}),
        ("WX-1", {"kind": ""}),
    ],
)
def test_what_is_not_of_the_same_kind_stands(store: Store, ticket: str, differs: dict[str, str]) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [reminder(0)], NOW)
    with store.writing() as writes:
        writes.add_letters(ticket, 2, [reminder(0, **differs)], NOW)
        assert [each.status for each in writes.letters()] == ["waiting", "waiting"]


def test_the_last_of_a_kind_supersedes_the_others_by_whatever_channel_they_were_to_go(store: Store) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [reminder(0, channel="")], NOW)
        writes.letter_goes(1, "", [("mail", None), ("wecom", LATER)], NOW)
        assert [(each.channel, each.bundle) for each in writes.letters()] == [("mail", None), ("wecom", LATER)]
    with store.writing() as writes:
        writes.add_letters("WX-1", 2, [reminder(0, channel="")], NOW)
        assert [each.status for each in writes.letters()] == ["superseded", "superseded", "waiting"]


def test_a_letter_that_is_under_way_or_goes_another_way_already_is_not_turned_round(store: Store) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [reminder(0, channel="")], NOW)
        assert len(writes.take_letters(NOW, BEYOND, 9, 60)) == 1
        writes.letter_goes(1, "", [("mail", None), ("file", None)], NOW)
        writes.letter_goes(1, "", [("wecom", None), ("file", None)], NOW)
        assert [each.channel for each in writes.letters()] == ["mail", "file"]
        assert [each.channel for each in writes.take_letters(NOW, BEYOND, 9, 60)] == ["file"], "the first is held"


def test_letters_without_a_kind_are_all_sent(store: Store) -> None:
    with store.writing() as writes:
        for number in (1, 2):
            writes.add_letters("WX-1", number, [reminder(0, kind="")], NOW)
        assert len(writes.letters("waiting")) == 2


@pytest.mark.parametrize("fate", ["sent", "dead"])
def test_what_was_sent_or_is_dead_is_not_superseded(store: Store, fate: str) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [reminder(0)], NOW)
        if fate == "sent":
            writes.letter_sent(1, NOW, {})
        else:
            writes.letter_failed(1, "no such address", None)
        writes.add_letters("WX-1", 2, [reminder(0)], NOW)
        assert [each.status for each in writes.letters()] == [fate, "waiting"]


def test_a_superseded_letter_is_never_taken_and_an_attempt_that_fails_does_not_bring_it_back(store: Store) -> None:
    with store.writing() as writes:
        writes.add_letters("WX-1", 1, [reminder(0)], NOW)
        assert len(writes.take_letters(NOW, BEYOND, 9, 60)) == 1
    with store.writing() as writes:
        writes.add_letters("WX-1", 2, [reminder(0)], NOW)
        writes.letter_failed(1, "no route", NOW)
        writes.letters_wait([1], NOW)
        assert [each.id for each in writes.take_letters(LATEST, BEYOND, 9, 60)] == [2]
        assert [each.status for each in writes.letters()] == ["superseded", "waiting"]


def test_refusals_are_logged_newest_first(store: Store) -> None:
    with store.writing() as writes:
        writes.log_refusal(NOW, "WX-1", "lin", "lin-pc", {"name": "accept"}, "not you")
        writes.log_refusal(LATER, "WX-2", "lin", "lin-pc", {"name": "close"}, "not now")
        assert [each["why"] for each in writes.refusals()] == ["not now", "not you"]
        assert writes.refusals("WX-1") == [
            {
                "at": NOW,
                "ticket": "WX-1",
                "actor": "lin",
                "login": "lin-pc",
                "command": {"name": "accept"},
                "why": "not you",
            }
        ]
        assert len(writes.refusals(limit=1)) == 1


def test_small_facts_are_put_over(store: Store) -> None:
    with store.writing() as writes:
        writes.put_meta("last_sweep", NOW)
        writes.put_meta("last_sweep", LATER)
        assert writes.meta("last_sweep") == LATER


def test_forgetting_takes_people_logins_and_versions_but_no_text(store: Store) -> None:
    with store.writing() as writes:
        digest = writes.put_blob(b"text")
        writes.put_person(Person("lin", True, (("desk", None),)))
        writes.put_login(Login("pc", "lin"), "pc")
        writes.put_version(version(1))
        writes.put_units([{"id": "3"}])
        writes.forget_projections()
        assert writes.people() == []
        assert writes.holders("desk") == []
        assert writes.login("pc") is None
        assert writes.versions() == []
        assert writes.blob(digest) == b"text"
        assert writes.units() == [{"id": "3"}]


def test_a_reader_sees_one_instant(path: Path) -> None:
    store = open_store(path, create=True, driver="pysqlite3")
    other = open_store(path, driver="pysqlite3")
    with store.reading() as reads:
        assert reads.meta("name") is None
        with other.writing() as writes:
            writes.put_meta("name", "new")
        assert reads.meta("name") is None
    with store.reading() as reads:
        assert reads.meta("name") == "new"
    store.close()
    other.close()


def test_a_transaction_inside_another_of_one_thread_is_a_mistake_and_harms_nothing(store: Store) -> None:
    with store.writing() as writes:
        with pytest.raises(AssertionError, match="one transaction at a time"), store.reading():
            raise RuntimeError("never here")
        writes.put_meta("name", "kept")
    with store.reading() as reads:
        assert reads.meta("name") == "kept"


def test_calendars_versions_stand_apart_from_procedures(store: Store) -> None:
    calendar = version(1, "d1", f"{CALENDAR}office")
    with store.writing() as writes:
        writes.put_version(calendar)
        writes.put_version(version(1, "d2"))
    with store.reading() as reads:
        assert reads.calendars() == [calendar]
        assert reads.versions() == [version(1, "d2")]
        assert reads.newest(f"{CALENDAR}office") == calendar
