"""Whole procedures by chance, in all that the language can say: most names and kinds fit, some do not.

Mutants of good files seldom get past the schema; these mostly do, and come to what only the checks can tell from what
would fail while a ticket runs. A procedure is decided by its number alone.
"""

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

Words = dict[str, Any]
ROLES: Final = ("desk", "lead")
PLAIN: Final = ("received", "working", "checking")
"""states that always are, one leading to the next"""
FIELDS: Final[dict[str, Words]] = {
    "note": {"type": "text"},
    "count_of": {"type": "integer", "min": 0, "max": 20, "default": 1},
    "fee": {"type": "money", "min": 0},
    "urgent": {"type": "boolean", "default": False},
    "trade": {"type": "choice", "choices": ["water", "power", "other"], "default": "other"},
    "needs": {"type": "choice", "many": True, "choices": ["water", "power"]},
    "keep_until": {"type": "date"},
    "since": {"type": "datetime"},
    "window": {"type": "interval"},
    "doctor": {"type": "staff"},
    "unit": {"type": "unit"},
    "caller": {"type": "person", "personal": "contact", "fill": "unit.contact"},
    "lines": {"type": "rows", "columns": {"item": "text", "price": "money"}},
    "keys": {"type": "checklist", "items": {"door": "Door", "box": "Box"}},
    "found": {"type": "rows", "columns": {"why": "text", "id": "text", "assignee": "staff", "by_when": "datetime"}},
    "total": {"type": "money", "computed": "sum(lines.price)"},
    "photo": {"type": "photo", "many": True},
}
EASY: Final = ("note", "count_of", "urgent", "trade", "since", "window", "doctor", "unit", "keep_until")
GUARDS: Final = (
    "count_of > 3", "urgent", "not urgent", "trade == 'water'", "times('go_on') >= 2", "did('go_on')",
    "given(fee)", "in_state('working')", "given(window) and window.end < now()", "count(lines) == 0",
    "given(total) and total < 100", "given(fee) and fee > 5", "given(keep_until) and keep_until < today()",
    "any(lines, row.price > 3)", "trade in ['water', 'power']",
    "all(children('example'), child.status == 'closed')", "given(needs) and 'water' in needs",
    "given(keys) and keys.door", "any(found, row.why == 'important')", "note == 'x'",
)  # fmt: skip
LENGTHS: Final = ("30 min", "2 h", "3 days", "1 week", "2 个月", "1 year", "90 分钟", "99 years", "100 years")
ALLOWANCES: Final = (
    "4 h",
    "24 h clock",
    "1 workday",
    "end of workday",
    "3 days",
    "2 周",
    "1 个工作日 同一时刻",
    "2 班时",
)
HOSTILE: Final[tuple[Any, ...]] = (
    None,
    "",
    [],
    {},
    0,
    -1,
    True,
    "x",
    "desk",
    "received",
    "９",
    "3 天",
    "$a",
    "a.b",
    [[]],
    {"a": 1},
    10**19,
)


class Writer:
    """Draws the parts of one procedure."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.joins = chance.random() < 0.4
        self.beside = chance.random() < 0.3
        self.skills = chance.random() < 0.5
        self.promised = ("answering", "finishing") if chance.random() < 0.6 else ()

    def one(self, *options: Any) -> Any:
        return self.chance.choice(options)

    def maybe(self, likely: float, words: Words, key: str, make: Callable[[], Any]) -> None:
        if self.chance.random() < likely:
            words[key] = make()

    def some(self, of: tuple[str, ...], most: int = 3) -> list[str]:
        return self.chance.sample(of, self.chance.randint(1, min(most, len(of))))

    def state(self) -> str:
        inner = ("door", "shut", "ringing", "beside") if self.beside else ()
        waiting = ("with_another",) if self.joins and self.chance.random() < 0.1 else ()
        return str(self.one(*PLAIN, *PLAIN, *inner, *waiting))

    # --- people ---

    def who(self) -> Any:
        role = self.one(*ROLES)
        words: Words = {self.one("role", "role", "role", "who"): role}
        if "who" in words:
            words["who"] = self.one("assignee", "owner", "opener", "anyone")
        if self.chance.random() < 0.1:
            words = {"field": "doctor"}
        self.maybe(0.3, words, "not", lambda: self.one("did go_on", "did open", ["did go_on", "did work"]))
        if "not" in words:
            self.maybe(0.3, words, "since", self.state)
        self.maybe(0.2, words, "not_named_in", lambda: "doctor")
        if "role" in words:
            self.maybe(0.15, words, "on_shift", lambda: True)
        if self.skills:
            self.maybe(0.2, words, "skill", lambda: self.one("water", "trade", "power", "needs"))
        return words

    def by(self) -> Any:
        match self.chance.randrange(8):
            case 0:
                return [self.one(*ROLES), self.one("owner", "assignee", "opener")]
            case 1 | 2:
                return self.who()
            case 3:
                return {"trade": {"water": "desk", "power": ["lead", "desk"], "other": self.who()}}
            case 4:
                return self.one("assignee", "owner", "opener", "anyone")
        return self.one(*ROLES)

    def assign(self) -> Any:
        match self.chance.randrange(5):
            case 0:
                return self.one("owner", "doer", "nobody")
            case 1:
                return {"field": "doctor"}
            case 2:
                return self.one(*ROLES)
        words: Words = {"role": self.one(*ROLES)}
        self.maybe(0.7, words, "how", lambda: self.one("claim", "named", "turns", "least_load"))
        self.maybe(0.2, words, "on_shift", lambda: True)
        if self.skills:
            self.maybe(0.4, words, "skill", lambda: self.one("water", "trade", "needs"))
        return words

    def tell(self) -> Any:
        to = self.one(*ROLES, "assignee", "owner", "opener", "lead", "doctor", "caller")
        if self.chance.random() < 0.5:
            return [to, self.one(*ROLES)]
        words: Words = {"to": to, "urgent": self.one(True, False)}
        self.maybe(0.5, words, "notice", lambda: "news")
        if to in ROLES:
            self.maybe(0.3, words, "on_shift", lambda: True)
        return words

    # --- moves ---

    def effects(self) -> Words:
        words: Words = {}
        self.maybe(0.15, words, "set", lambda: self.chance.choice(
            ({"count_of": "count_of + 1"}, {"urgent": True}, {"keep_until": "today() + duration('3 months')"},
             {"note": "'x'"}, {"fee": "total"}, {"window": None}, {"trade": "water"}, {"fee": None, "doctor": None})
        ))  # fmt: skip
        self.maybe(0.3, words, "assign", self.assign)
        self.maybe(0.2, words, "tell", self.tell)
        self.maybe(0.1, words, "raise", lambda: self.one("hurry", ["hurry", "paid"]))
        self.maybe(0.06, words, "start", lambda: self.chance.choice(
            ({"example": {"note": "note", "count_of": "count_of"}}, {"procedure": "example", "each": "lines"},
             {"procedure": "example", "each": "lines", "with": {"note": "row.item"}}, "example")
        ))  # fmt: skip
        self.maybe(0.06, words, "signal", lambda: self.one({"children": "paid"}, {"parent": "paid"}))
        self.maybe(0.1, words, "collect", self.collect)
        return words

    def collect(self) -> Words:
        words: Words = {"into": "found"}
        self.maybe(0.5, words, "procedures", lambda: ["example"])
        self.maybe(0.4, words, "status", lambda: self.one("open", "closed", "any"))
        self.maybe(0.3, words, "same", lambda: self.one("unit", ["unit", "trade"], "needs", "window"))
        self.maybe(0.3, words, "until", lambda: self.one("window.end", "since"))
        if "until" in words:
            self.maybe(0.5, words, "since", lambda: self.one("window.start", "since"))
        return words

    def way(self, to: str | None) -> Words:
        words = self.effects()
        joined = ("times('joined') > 0",) if self.joins else ()
        self.maybe(
            0.3, words, "when", lambda: self.one(*GUARDS, *joined, {"trade": ["water", "other"], "urgent": True})
        )
        if to is not None:
            words["to"] = to
        return words

    def offer(self, to: str | None) -> Words:
        words: Words = {"by": self.by()}
        self.maybe(0.5, words, "ask", lambda: self.some(EASY))
        may = (
            "lines",
            "keys",
            "fee",
            "needs",
            "photo",
            "caller",
            *(each for each in EASY if each not in words.get("ask", ())),
        )
        self.maybe(0.3, words, "may_ask", lambda: self.some(may))
        match self.chance.randrange(8):
            case 0:
                words |= {"by": list(ROLES), "sign": self.sign()}
            case 1:
                words |= self.effects()
                return {**words, "either": [{"when": "count_of > 7", **self.way(self.state())}, self.way(to)]}
        return {**words, **self.way(to)}

    def sign(self) -> Any:
        if self.chance.random() < 0.4:
            return 2
        words: Words = {"count": self.one(1, 2, 2), "of": self.one(["desk", "lead"], ["desk", "desk"], "desk")}
        self.maybe(0.5, words, "ordered", lambda: True)
        self.maybe(0.5, words, "add", lambda: self.one("lead", ["desk", "lead"]))
        self.maybe(0.5, words, "reject", lambda: "refused")
        return words

    def timed(self) -> Words:
        words: Words = {}
        self.maybe(0.3, words, "after", lambda: {self.one(*LENGTHS): self.timer()})
        moments = (
            "keep_until",
            "keep_until 09:00",
            "window.end + 15 min",
            "since - 100 years",
            "keep_until - 3 days 23:59",
        )
        self.maybe(0.2, words, "at", lambda: {self.one(*moments): self.timer()})
        turns = (
            "4 h",
            "day 00:00",
            "mon thu 09:00",
            "last day 18:00",
            "02-29 09:00",
            "day 29 30 31 02:30",
            "100 years",
        )
        self.maybe(0.2, words, "every", lambda: {self.one(*turns): {**self.timer(), **self.one({}, {"times": 2})}})
        self.maybe(
            0.3,
            words,
            "on_event",
            lambda: {
                self.one("hurry", "paid", "refused", "*", "joined" if self.joins else "*"): self.way(self.state())
            },
        )
        return words

    def timer(self) -> Words:
        return self.way(self.state() if self.chance.random() < 0.4 else None)

    # --- states ---

    def states(self) -> Words:
        found: Words = {}
        for name, to in zip(PLAIN, (*PLAIN[1:], "closed"), strict=True):
            offers = {
                ("go_on" if name == "received" else "work"): self.offer(to),
                f"end_{name}": {"by": "desk", "to": "closed"},
            }
            self.maybe(0.3, offers, self.one("more", "go_on"), lambda: self.offer(None))
            found[name] = {"title": name, "transitions": offers, **self.timed()}
            self.maybe(0.3, found[name], "entry", self.effects)
            self.maybe(0.15, found[name], "exit", self.effects)
            self.maybe(0.05, found[name], "always", lambda: self.way(self.state()))
        if self.beside:
            found["beside"] = self.parts()
        if self.joins:
            found["with_another"] = {"title": "Waits", **self.one({}, {}, self.timed())}
        return {**found, "closed": {"title": "Closed", "final": True, "outcome": "done"}}

    def parts(self) -> Words:
        door = {"shut": {"title": "Shut", "transitions": {"open_it": self.offer("opened")}, **self.timed()},
                "opened": {"title": "Opened", "final": True}}  # fmt: skip
        bell = {"ringing": {"title": "Rings", "transitions": {"stop_it": self.offer("quiet")}},
                "quiet": {"title": "Quiet", "final": True}}  # fmt: skip
        words = {"title": "Beside", "parallel": ["door", "bell"], "done": self.way("closed"), **self.timed()}
        words["states"] = {"door": {"title": "Door", "states": door}, "bell": {"title": "Bell", "states": bell}}
        words["transitions"] = {"break_off": {"by": "desk", "to": self.one(*PLAIN, "closed")}}
        return words

    # --- promises and acts ---

    def goal(self) -> Words:
        words: Words = {"start": self.one("did open", "received", "count_of > 4", {"urgent": True}, "working")}
        if self.joins and self.chance.random() < 0.3:
            words["start"] = ["did open", "did part"]
        words["stop"] = self.one("did go_on", "closed", "took paid", "count_of > 5", "checking")
        match self.chance.randrange(4):
            case 0:
                words["due"] = self.one("window.end", "keep_until", "since + 2 h", "window.start - 30 min")
            case 1:
                words |= {"every": self.one("4 h", "30 min clock"), "while": self.one("received", "working")}
                self.maybe(0.5, words, "quiet", lambda: "20:00-08:00")
            case _:
                words["within"] = self.one(
                    *ALLOWANCES, {"trade": {"water": "30 min", "power": "1 workday", "other": "3 days"}}
                )
                self.maybe(0.3, words, "pause", lambda: self.one("working", ["checking", {"urgent": True}]))
                self.maybe(0.3, words, "reset", lambda: self.one("did go_on", "working"))
        self.maybe(
            0.4,
            words,
            "warn",
            lambda: self.one("80%", {"50%": "lead"}, {"10 min before": {"to": "desk", "on_shift": True}}),
        )
        rung = {"hand_to": "lead"}, {"raise": "hurry"}, "lead", {"tell": "desk", "urgent": True}
        self.maybe(0.4, words, "escalate", lambda: {"0 min": self.one(*rung)})
        self.maybe(0.3, words, "again", lambda: self.one("new_cycle", "resume", "reset"))
        self.maybe(0.3, words, "changed", lambda: self.one("keep_elapsed", "restart"))
        self.maybe(0.2, words, "when", lambda: self.one(*GUARDS[:4]))
        return words

    def acts(self) -> Words:
        words: Words = {}
        length, by = (lambda: self.one(*LENGTHS)), self.by
        made: dict[str, Callable[[], Words]] = {
            "urge": lambda: self.filled(by=by, apart=length, lead=lambda: self.one("lead", ["owner", "assignee"])),
            "copy": lambda: self.filled(by=by),
            "watch": lambda: self.filled(by=by),
            "suspend": lambda: self.filled(
                by=by, at_most=length, times=lambda: 2, pauses=lambda: self.one("all", *self.promised)
            ),
            "claim": lambda: self.filled(limit=lambda: self.one(1, 3)),
            "give_back": lambda: self.filled(
                by=by, reasons=lambda: {"other": "Other", "off": "Off"}, tell=lambda: "lead", lead=lambda: "lead"
            ),
            "transfer": lambda: self.filled(by=by, to=lambda: self.one("lead", ["desk", "lead"])),
            "delegate": lambda: self.filled(by=by, to=lambda: "lead"),
            "return": lambda: self.filled(
                by=by,
                to=lambda: self.one("previous", ["previous", "opener", "received"], "received"),
                **{"from": self.state},
            ),
            "withdraw": lambda: self.filled(within=length, never=lambda: self.one("go_on", ["work", "open"])),
            "handover": lambda: {"important": self.one(*GUARDS)},
            "shift_end": lambda: {
                "to": self.one("desk", ["lead", "owner"]),
                **self.filled(warn=length, when=lambda: self.one(*GUARDS)),
            },
            "void": lambda: self.filled(by=by, own_within=length),
            "force_close": lambda: self.filled(by=by),
            "reopen": lambda: {"to": self.one("received", "working"), **self.filled(by=by, within=length)},
            "link": lambda: self.filled(by=by),
            "merge": lambda: self.filled(by=by),
            "split": lambda: self.filled(by=by),
        }
        for name, make in made.items():
            self.maybe(0.35, words, name, make)
        if self.joins:
            words["join"] = self.join()
        if self.chance.random() < 0.2:
            words["never"] = [name for name in ("urge", "copy", "transfer", "return", "merge") if name not in words]
        return words

    def filled(self, **parts: Callable[[], Any]) -> Words:
        return {name: make() for name, make in parts.items() if self.chance.random() < 0.5}

    def join(self) -> Words:
        words: Words = {"state": "with_another", "then": self.one("checking", "closed", "working"), "alone": "received"}
        words |= self.filled(by=self.by, near=lambda: self.one("unit", "riser", "building"), within=lambda: "2 h",
                             shares=lambda: self.some(("note", "trade", "doctor", "window", "lines", "keep_until")),
                             tells=lambda: "news")  # fmt: skip
        if self.chance.random() < 0.3:
            words |= {"at_most": 1, "others": self.one("received", "closed")}
        return words

    # --- the whole ---

    def procedure(self) -> Words:
        words: Words = {"procedure": "example", "title": "Example", "prefix": "EX", "subject": "{{ note }}"}
        words |= {
            "calendar": "front-desk",
            "roles": list(ROLES),
            "fields": copy.deepcopy(FIELDS),
            "takes": ["paid", "refused"],
        }
        words["notices"] = {"news": {"title": "News", "text": "{{ note }} {{ ticket.id }}", "personal": "contact"}}
        if self.skills:
            words["skills"] = {"water": "Plumber", "power": "Electrician"}
        words["open"] = {
            "by": self.one("desk", "anyone", ["desk", "lead"]),
            "ask": ["note", *self.some(EASY[1:])],
            **self.effects(),
            "to": self.one("received", "received", "beside" if self.beside else "working"),
        }
        words["states"] = self.states()
        words["anytime"] = {"nudge": {"by": "lead", "raise": ["hurry", "refused"]}}
        if self.chance.random() < 0.3:
            words["anytime"] |= {self.one("cancel", "more"): self.offer(self.one(None, "closed", "received"))}
        if self.promised:
            words["goals"] = {name: self.goal() for name in self.promised}
        self.maybe(0.8, words, "acts", self.acts)
        words |= self.timed() if self.chance.random() < 0.2 else {}
        words["on_event"] = {event: {"tell": "desk"} for event in ("hurry", "paid", "refused")} | words.get(
            "on_event", {}
        )
        return words


def procedure(number: int, mistakes: int = 0) -> bytes:
    """The procedure of this number as the text of its file, with so many mistakes in it."""
    chance = Random(f"grammar {number}")
    words = Writer(chance).procedure()
    for _ in range(mistakes):
        _spoil(chance, words)
    return json.dumps(words, ensure_ascii=False).encode()


def _spoil(chance: Random, words: Words) -> None:
    """Put something that does not belong there somewhere, or take something away."""
    here: Any = words
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(here[key], (dict, list)) and here[key] and chance.random() < 0.8:
            here = here[key]
            continue
        match chance.randrange(3):
            case 0:
                del here[key]
            case _:
                here[key] = chance.choice(HOSTILE)
        return
