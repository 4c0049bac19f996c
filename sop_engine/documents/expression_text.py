"""A guard or expression in words: `缓急 = 急修 且 回访未接通 ≥ 3 次`, `Urgency = Urgent and No answer ≥ 3 times`.

Each operation of `guards` has its words here; brackets stand where the order of working would else be lost. A choice
is said by its title, looked up in the field that stands on the other side of the comparison.
"""

from collections.abc import Callable
from typing import Any, Final

from sop_engine.documents.names import Names
from sop_engine.documents.plain_text import joined, one_line, phrase
from sop_engine.messages import Text
from sop_engine.procedure import Duration, Field, Procedure, Tree
from sop_engine.worktime import duration_text

_OR, _AND, _NOT, _COMPARE, _ADD, _MULTIPLY, _ATOM = range(1, 8)
"""how tightly the outermost operation of a text binds"""

_SIGNS: Final = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_ARITHMETIC: Final = {"+": ("+", _ADD), "-": ("-", _ADD), "*": ("×", _MULTIPLY), "/": ("÷", _MULTIPLY)}

_WORDS: Final[dict[str, Text]] = {
    "and": {"zh": " 且 ", "en": " and "},
    "or": {"zh": " 或 ", "en": " or "},
    "not": {"zh": "并非{a}", "en": "not {a}"},
    "true": {"zh": "是", "en": "yes"},
    "false": {"zh": "否", "en": "no"},
    "is_true": {"zh": "{a} = 是", "en": "{a} = yes"},
    "is_false": {"zh": "{a} = 否", "en": "{a} = no"},
    "one_of": {"zh": "{a} 为 {list} 之一", "en": "{a} is one of {list}"},
    "none_of": {"zh": "{a} 不是 {list} 中任何一项", "en": "{a} is none of {list}"},
    "includes": {"zh": "{b} 含 {a}", "en": "{b} includes {a}"},
    "lacks": {"zh": "{b} 不含 {a}", "en": "{b} does not include {a}"},
    "given": {"zh": "已填{a}", "en": "{a} is given"},
    "not_given": {"zh": "未填{a}", "en": "{a} is not given"},
    "in_state": {"zh": "处于“{a}”", "en": "in “{a}”"},
    "not_in_state": {"zh": "不在“{a}”", "en": "not in “{a}”"},
    "did": {"zh": "已做“{a}”", "en": "“{a}” was done"},
    "not_did": {"zh": "未做“{a}”", "en": "“{a}” was not done"},
    "times": {"zh": "{a}次数", "en": "times of {a}"},
    "n_times": {"zh": "{a} {sign} {n} 次", "en": "{a} {sign} {n} times"},
    "count": {"zh": "{source}的数目", "en": "number of {source}"},
    "count_where": {"zh": "{source}中{test}的数目", "en": "number of {source} with {test}"},
    "any": {"zh": "{source}中有一项{test}", "en": "any of {source} has {test}"},
    "all": {"zh": "{source}各项都{test}", "en": "each of {source} has {test}"},
    "sum": {"zh": "{source}各项{value}之和", "en": "sum of {value} over {source}"},
    "children": {"zh": "子单", "en": "child tickets"},
    "children_of": {"zh": "子单（{procedure}）", "en": "child tickets ({procedure})"},
    "today": {"zh": "今天", "en": "today"},
    "now": {"zh": "此刻", "en": "now"},
    "part": {"zh": "{a}的{part}", "en": "{part} of {a}"},
    "brackets": {"zh": "（{a}）", "en": "({a})"},
}

_PARTS: Final[dict[str, Text]] = {
    "start": {"zh": "开始", "en": "start"},
    "end": {"zh": "结束", "en": "end"},
    "name": {"zh": "姓名", "en": "name"},
    "phone": {"zh": "电话", "en": "phone"},
    "contact": {"zh": "联系人", "en": "contact"},
    "id": {"zh": "单号", "en": "number"},
    "status": {"zh": "办理状况", "en": "status"},
    "outcome": {"zh": "结果", "en": "outcome"},
    "procedure": {"zh": "流程", "en": "procedure"},
    "state": {"zh": "状态", "en": "state"},
}


def expression_text(tree: Tree, procedure: Procedure, language: str) -> str:
    """The tree in words, on one line, in `language`; user titles in it are made harmless but not escaped."""
    return condition_text(tree, Names(procedure, language))


def condition_text(tree: Tree, names: Names) -> str:
    """The same, for whoever has the procedure's names already."""
    return _Teller(names).say(tree)


def path_text(path: str, names: Names) -> str:
    """A field's path in words: `window.end` as `约定上门时间的结束`."""
    return _Teller(names).say(("field", *path.split(".")))


class _Teller:
    """Says trees. Each `_op` method gives a text and how tightly its outermost operation binds."""

    def __init__(self, names: Names, rows: Field | None = None, children: str | None = None) -> None:
        self.names = names
        self.children = children
        """of which procedure tickets are being counted (empty: of any); None: no tickets"""
        self.language = names.language
        self.rows = rows
        """the field whose rows are being counted or summed"""

    def say(self, tree: Tree) -> str:
        return self._told(tree)[0]

    def _word(self, key: str, **values: object) -> str:
        return phrase(_WORDS[key], self.language, **values)

    def _within(self, tree: Tree, least: int) -> str:
        """The tree's text, in brackets where it binds less tightly than its place asks for."""
        text, binding = self._told(tree)
        return text if binding >= least else self._word("brackets", a=text)

    def _told(self, tree: Tree) -> tuple[str, int]:
        operation, *rest = tree
        if operation in _SIGNS:
            return self._comparison(operation, rest[0], rest[1]), _COMPARE
        if operation in _ARITHMETIC:
            sign, binding = _ARITHMETIC[operation]
            # the right side binds tighter, so that a - (b - c) keeps its brackets
            return f"{self._within(rest[0], binding)} {sign} {self._within(rest[1], binding + 1)}", binding
        tellers: dict[str, Callable[..., tuple[str, int]]] = {
            "const": self._const, "field": self._field, "row": self._row, "in": self._in, "list": self._list,
            "and": self._and, "or": self._or, "not": self._not, "neg": self._neg, "given": self._given,
            "in_state": self._in_state, "did": self._did, "times": self._times, "count": self._count,
            "any": self._any, "all": self._all, "sum": self._sum, "today": self._today, "now": self._now,
        }  # fmt: skip
        return tellers[operation](*rest)

    # --- what stands by itself ---

    def _const(self, kind: str, value: Any, unit: Any = None) -> tuple[str, int]:
        return self._constant(kind, value, unit, None), _ATOM

    def _constant(self, kind: str, value: Any, unit: Any, field: Field | None) -> str:
        if kind == "duration":
            return duration_text(Duration(value, unit), self.language)
        if isinstance(value, bool):
            return self._word("true" if value else "false")
        return self.names.choice(field, str(value))

    def _field(self, name: str, *parts: str) -> tuple[str, int]:
        text, declared = self.names.field(name), self.names.fields.get(name)
        for part in parts:
            line = declared is not None and declared.type == "checklist"
            said = self.names.choice(declared, part) if line else self._part(part)
            text = self._word("part", a=text, part=said)
        return text, _ATOM

    def _row(self, column: str) -> tuple[str, int]:
        field = self._column(column)
        return (self.names.title(field.title, column) if field else self._part(column)), _ATOM

    def _part(self, name: str) -> str:
        return phrase(_PARTS[name], self.language) if name in _PARTS else one_line(name)

    def _column(self, name: str) -> Field | None:
        return next((each for each in self.rows.columns if each.id == name), None) if self.rows else None

    def _today(self) -> tuple[str, int]:
        return self._word("today"), _ATOM

    def _now(self) -> tuple[str, int]:
        return self._word("now"), _ATOM

    def _times(self, trigger: str) -> tuple[str, int]:
        return self._word("times", a=self.names.trigger(trigger)), _ATOM

    # --- comparison ---

    def _described(self, tree: Tree) -> Field | None:
        """The field whose choices give meaning to a constant compared with `tree`."""
        if tree[0] == "field" and len(tree) == 2:
            return self.names.fields.get(tree[1])
        return self._column(tree[1]) if tree[0] == "row" else None

    def _operand(self, tree: Tree, other: Tree) -> str:
        if tree[0] == "const" and other[0] == "row" and self.children is not None:
            return self._of_child(other[1], str(tree[2]))
        if tree[0] == "const":
            return self._constant(tree[1], tree[2], tree[3] if len(tree) > 3 else None, self._described(other))
        return self._within(tree, _ADD)

    def _comparison(self, operation: str, a: Tree, b: Tree) -> str:
        sign = _SIGNS[operation]
        if a[0] == "times" and b[0] == "const":
            return self._word("n_times", a=self.names.trigger(a[1]), sign=sign, n=one_line(str(b[2])))
        return f"{self._operand(a, b)} {sign} {self._operand(b, a)}"

    def _list(self, *items: Tree) -> tuple[str, int]:
        return joined([self._within(each, _ADD) for each in items], self.language), _ATOM

    def _in(self, a: Tree, b: Tree, no: bool = False) -> tuple[str, int]:
        if b[0] != "list":
            return self._word("lacks" if no else "includes", a=self._operand(a, b), b=self._within(b, _ADD)), _COMPARE
        if len(b) == 2:
            return self._comparison("!=" if no else "==", a, b[1]), _COMPARE
        items = joined([self._operand(each, a) for each in b[1:]], self.language)
        return self._word("none_of" if no else "one_of", a=self._operand(a, b), list=items), _COMPARE

    # --- logic ---

    def _and(self, *parts: Tree) -> tuple[str, int]:
        return self._word("and").join(self._test(each, _AND) for each in parts), _AND

    def _or(self, *parts: Tree) -> tuple[str, int]:
        return self._word("or").join(self._test(each, _OR) for each in parts), _OR

    def _test(self, tree: Tree, least: int) -> str:
        """A boolean field standing alone is said as a sentence."""
        if tree[0] in ("field", "row"):
            return self._word("is_true", a=self.say(tree))
        return self._within(tree, least)

    def _not(self, tree: Tree) -> tuple[str, int]:
        operation, *rest = tree
        if operation in ("field", "row"):
            return self._word("is_false", a=self.say(tree)), _COMPARE
        if operation == "in":
            return self._in(rest[0], rest[1], no=True)
        if operation == "given":
            return self._word("not_given", a=self.say(rest[0])), _COMPARE
        if operation == "in_state":
            return self._word("not_in_state", a=self.names.state(rest[0])), _COMPARE
        if operation == "did":
            return self._word("not_did", a=self.names.trigger(rest[0])), _COMPARE
        return self._word("not", a=self._word("brackets", a=self.say(tree))), _NOT

    def _given(self, field: Tree) -> tuple[str, int]:
        return self._word("given", a=self.say(field)), _COMPARE

    def _in_state(self, state: str) -> tuple[str, int]:
        return self._word("in_state", a=self.names.state(state)), _COMPARE

    def _did(self, trigger: str) -> tuple[str, int]:
        return self._word("did", a=self.names.trigger(trigger)), _COMPARE

    def _neg(self, a: Tree) -> tuple[str, int]:
        return f"-{self._within(a, _ATOM)}", _MULTIPLY

    # --- rows and children ---

    def _source(self, source: Tree) -> str:
        kind, name = source
        if kind == "rows":
            return self.names.field(name)
        return self._word("children_of", procedure=self.names.procedure_title(name)) if name else self._word("children")

    def _inner(self, source: Tree) -> "_Teller":
        if source[0] == "rows":
            return _Teller(self.names, self.names.fields.get(source[1]))
        return _Teller(self.names, None, source[1])

    def _of_child(self, column: str, value: str) -> str:
        """What a part of a child is compared with, by title."""
        if column == "status":
            return self.names.status(value)
        if column == "procedure":
            return self.names.procedure_title(value)
        names = self.names.other(self.children or "")
        if names is None or column not in ("outcome", "state"):
            return one_line(value)
        return names.outcome(value) if column == "outcome" else names.state(value)

    def _over(self, key: str, source: Tree, test: Tree) -> tuple[str, int]:
        said = self._inner(source)._test(test, _AND)
        return self._word(key, source=self._source(source), test=said), _COMPARE

    def _count(self, source: Tree, test: Tree | None = None) -> tuple[str, int]:
        if test is None:
            return self._word("count", source=self._source(source)), _ATOM
        return self._over("count_where", source, test)[0], _ADD

    def _any(self, source: Tree, test: Tree) -> tuple[str, int]:
        return self._over("any", source, test)

    def _all(self, source: Tree, test: Tree) -> tuple[str, int]:
        return self._over("all", source, test)

    def _sum(self, source: Tree, value: Tree) -> tuple[str, int]:
        return self._word(
            "sum", source=self._source(source), value=self._inner(source)._within(value, _MULTIPLY)
        ), _MULTIPLY
