"""Guards and expressions: text to typed trees (see `sop_engine.guards` for the trees).

The law. Jinja's own lexer and parser read the text; nothing is evaluated. What they give is made into a closed tree:
names of declared fields, constants, comparison, `and or not in`, arithmetic, and the functions listed in `calls`.
Every token's number of its first character travels in the place where Jinja keeps line numbers, so each part of an
expression knows where it stands. Numbers are decimals, never floats. Text is bounded before it is parsed.
"""

import re
from decimal import Decimal
from typing import Any, Final

import jinja2
from jinja2 import nodes
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser

from sop_engine.language.facts import Fact
from sop_engine.language.formulas.calls import call
from sop_engine.language.formulas.formula import Expression, Scope, Trouble
from sop_engine.language.formulas.kinds import (
    BOOLEAN,
    NUMBER,
    TEXT,
    UNKNOWN,
    Kind,
    adapted,
    comparable,
    kind_of,
    ordered,
)
from sop_engine.language.source.punctuation import ASCII_OF
from sop_engine.language.source.tree import Cursor

MOST_CHARACTERS: Final = 2000
MOST_TOKENS: Final = 400
MOST_NESTING: Final = 20

COMPARISONS: Final = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
ARITHMETIC: Final[dict[type[nodes.BinExpr], str]] = {nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/"}
STRING: Final = re.compile(r"'[^'\\]*(?:\\.[^'\\]*)*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\"")

FOREIGN: Final = {
    "&&": "and", "||": "or", "!": "not", "<>": "!=", "=<": "<=", "=>": ">=", "===": "==", "=": "==", "AND": "and",
    "OR": "or", "NOT": "not", "且": "and", "并且": "and", "或": "or", "或者": "or", "非": "not",
}  # fmt: skip
"""Signs of other languages, and ours."""
FOREIGN_SIGN: Final = re.compile(
    r"&&|\|\||<>|(?<![=<>!])=<|(?<![=<>!])=>|===|(?<![=<>!])=(?![=<>])|!(?!=)|\b(?:AND|OR|NOT|并且|且|或者|或|非)\b"
)


class _Positioned(jinja2.Environment):
    """Jinja's environment, with character positions in the place of line numbers."""

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        position = 0
        raw = []
        for _line, kind, text in self.lexer.tokeniter(source, name, filename, state):
            raw.append((position, kind, text))
            position += len(text)
        written = {start: text for start, _kind, text in raw}
        wrapped = list(self.lexer.wrap(iter(raw), name, filename))
        return TokenStream((_exact(token, written) for token in wrapped), name, filename)


def _exact(token: Token, written: dict[int, str]) -> Token:
    """The token with a decimal for a float: Jinja hands whatever a number token holds on to its constant."""
    if token.type != "float":
        return token
    value: Any = Decimal(written[token.lineno].replace("_", ""))
    return Token(token.lineno, "float", value)


def parse(text: str) -> nodes.Expr:
    """Jinja's tree of an expression, `lineno` being the position of each token. Raises `Trouble`."""
    bare = _bounded(text)
    try:
        return _parsed(text)
    except Trouble as trouble:
        if trouble.reason == "full_width" or (found := FOREIGN_SIGN.search(bare)) is None:
            raise
        mark = found.group()
        raise Trouble("foreign", found.start(), found.end(), mark=mark, meant=FOREIGN[mark]) from None


def _parsed(text: str) -> nodes.Expr:
    environment = _Positioned()
    parser: Parser | None = None
    try:
        parser = Parser(environment, text, state="variable")
        if not parser.stream:
            raise Trouble("empty", 0, len(text))
        found = parser.parse_expression()
        if parser.stream:
            start = parser.stream.current.lineno
            raise Trouble("goes_on", start, start + 1, rest=text[start : start + 30])
    except jinja2.TemplateSyntaxError as error:
        at = re.search(r"unexpected char .+ at (\d+)\Z", str(error.message), re.DOTALL)
        start = int(at.group(1)) if at else min(error.lineno, max(len(text) - 1, 0))
        mark = text[start : start + 1]
        if mark in ASCII_OF:
            raise Trouble("full_width", start, start + 1, mark=mark, ascii=ASCII_OF[mark]) from None
        if at is None and parser is not None and not parser.stream:
            raise Trouble("ends", max(len(text) - 1, 0), len(text)) from None
        raise Trouble("syntax", start, start + 1, mark=mark) from None
    return found


def _bounded(text: str) -> str:
    """The text with blanks for what stands in quotation marks. Raises `Trouble` where it is too much to parse."""
    if len(text) > MOST_CHARACTERS:
        raise Trouble("long", 0, len(text), most=MOST_CHARACTERS)
    depth = deepest = 0
    bare = STRING.sub(lambda found: " " * len(found.group()), text)
    for mark in bare:
        depth += (mark in "([{") - (mark in ")]}")
        deepest = max(deepest, depth)
    if deepest > MOST_NESTING:
        raise Trouble("deep", 0, len(text), most=MOST_NESTING)
    if len(re.findall(r"\w+|[^\w\s]", bare)) > MOST_TOKENS:
        raise Trouble("long", 0, len(text), most=MOST_TOKENS)
    for index, mark in enumerate(bare):
        if mark in ASCII_OF:
            raise Trouble("full_width", index, index + 1, mark=mark, ascii=ASCII_OF[mark])
    return bare


def read(text: str, scope: Scope) -> Expression:
    """The typed tree of an expression. What is wrong stands in `scope.troubles`; the parts concerned are of unknown
    kind then, which agrees with everything, so that one mistake is one fault."""
    try:
        return _Reader(text, scope).read(parse(text))
    except Trouble as trouble:
        scope.troubles.append((trouble.reason, trouble.values, trouble.start, trouble.end))
        return Expression(("const", "boolean", False), UNKNOWN, 0, len(text))


class _Reader:
    """From Jinja's nodes to typed trees."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text = text
        self.scope = scope

    def trouble(self, reason: str, start: int, end: int, **values: Any) -> Expression:
        self.scope.troubles.append((reason, values, start, end))
        return Expression(("const", "boolean", False), UNKNOWN, start, end)

    def read(self, node: nodes.Node) -> Expression:
        match node:
            case nodes.Const():
                return self.constant(node)
            case nodes.Name():
                return self.name(node)
            case nodes.Getattr():
                return self.part(node)
            case nodes.Compare():
                return self.comparison(node)
            case nodes.And() | nodes.Or():
                return self.logic(node, "and" if isinstance(node, nodes.And) else "or")
            case nodes.Not():
                inner = self.expect_boolean(self.read(node.node))
                return Expression(("not", inner.tree), BOOLEAN, node.lineno, inner.end, (inner,))
            case nodes.Neg() | nodes.Pos():
                return self.sign(node)
            case nodes.BinExpr() if type(node) in ARITHMETIC:
                return self.arithmetic(node, ARITHMETIC[type(node)])
            case nodes.Call():
                return call(self, node)
        start = node.lineno
        return self.trouble("not_in_language", start, start + 1, what=type(node).__name__)

    # --- leaves ---

    def token_end(self, start: int) -> int:
        """The end of the name, number or text that begins at `start`."""
        found = STRING.match(self.text, start) or re.compile(r"[\w.]+").match(self.text, start)
        return found.end() if found else start + 1

    def name_end(self, start: int) -> int:
        found = re.compile(r"\w+").match(self.text, start)
        return found.end() if found else start + 1

    def constant(self, node: nodes.Const) -> Expression:
        start, value = node.lineno, node.value
        end = self.token_end(start)
        match value:
            case bool():
                return Expression(("const", "boolean", value), BOOLEAN, start, end)
            case int() if abs(value) < 2**53:
                return Expression(("const", "integer", value), NUMBER, start, end)
            case Decimal():
                return Expression(("const", "decimal", format(value, "f")), NUMBER, start, end)
            case str():
                return Expression(("const", "text", value), TEXT, start, end)
            case None:
                return self.trouble("none", start, end)
        return self.trouble("number_too_large", start, end)

    def name(self, node: nodes.Name) -> Expression:
        start, name = node.lineno, node.name
        end = start + len(name)
        if name in self.scope.fields:
            self.scope.uses.append(("field", name, start, end))
            return Expression(("field", name), kind_of(self.scope.fields[name]), start, end)
        if name in ("row", "child"):
            return self.trouble("no_row", start, end, name=name)
        self.scope.uses.append(("field", name, start, end))
        return Expression(("field", name), UNKNOWN, start, end)

    def part(self, node: nodes.Getattr) -> Expression:
        whole, part = node.node, node.attr
        if not isinstance(whole, nodes.Name):
            return self.trouble("not_in_language", node.lineno, node.lineno + 1, what="Getattr")
        start, name = whole.lineno, whole.name
        end = self.token_end(start)
        if name in ("row", "child") and name not in self.scope.fields:
            return self.column(name, part, start, end)
        known = self.scope.fields.get(name)
        self.scope.uses.append(("field", name, start, start + len(name)))
        if known is None:
            return Expression(("field", name, part), UNKNOWN, start, end)
        parts = {"interval": {"start": "datetime", "end": "datetime"}, "person": {"name": "text", "phone": "phone"}}
        kinds = parts.get(known.type, {}) if not known.many else {}
        if known.type == "checklist":
            kinds = dict.fromkeys((line.id for line in known.choices), "boolean")
        if part not in kinds:
            return self.trouble("no_part", start, end, name=name, part=part, type=known.type, parts=tuple(kinds))
        return Expression(("field", name, part), Kind(kinds[part]), start, end)

    def column(self, name: str, part: str, start: int, end: int) -> Expression:
        if name == "child" and self.scope.child:
            if part not in ("id", "status", "outcome", "procedure", "state"):
                return self.trouble("no_child_part", start, end, part=part)
            return Expression(("row", part), Kind("text", many=part == "state"), start, end)
        if name == "row" and self.scope.columns is not None:
            self.scope.uses.append(("column", part, start, end))
            column = self.scope.columns.get(part)
            if column is None:
                return self.trouble("no_column", start, end, part=part, columns=tuple(self.scope.columns))
            return Expression(("row", part), kind_of(column), start, end)
        return self.trouble("no_row", start, end, name=name)

    # --- composed ---

    def expect_boolean(self, given: Expression) -> Expression:
        if given.kind.name not in ("boolean", "unknown") or given.kind.many:
            self.trouble("not_boolean", given.start, given.end, found=given.kind.words)
        return given

    def logic(self, node: nodes.And | nodes.Or, operation: str) -> Expression:
        parts: list[Expression] = []
        todo: list[nodes.Node] = [node.right, node.left]
        while todo:
            each = todo.pop()
            if type(each) is type(node):
                todo += [each.right, each.left]
            else:
                parts.append(self.expect_boolean(self.read(each)))
        tree = (operation, *(each.tree for each in parts))
        return Expression(tree, BOOLEAN, parts[0].start, parts[-1].end, tuple(parts))

    def comparison(self, node: nodes.Compare) -> Expression:
        left = self.read(node.expr)
        found: list[Expression] = []
        for operand in node.ops:
            if operand.op in ("in", "notin"):
                one, right = self.membership(left, operand.expr)
                if operand.op == "notin":
                    one = Expression(("not", one.tree), BOOLEAN, one.start, one.end, (one,))
            else:
                right = self.read(operand.expr)
                one = self.compared(COMPARISONS[operand.op], left, right)
            found.append(one)
            left = right
        if len(found) == 1:
            return found[0]
        return Expression(("and", *(each.tree for each in found)), BOOLEAN, found[0].start, found[-1].end, tuple(found))

    def compared(self, operation: str, left: Expression, right: Expression) -> Expression:
        left, right = self.adapt(left, right.kind), self.adapt(right, left.kind)
        start, end = left.start, max(right.end, left.end)
        if not comparable(left.kind, right.kind):
            return self.trouble("differ", start, end, left=left.kind.words, right=right.kind.words)
        if operation not in ("==", "!=") and not (ordered(left.kind) and ordered(right.kind)):
            barred = right.kind if ordered(left.kind) else left.kind
            return self.trouble("no_order", start, end, found=barred.words, operation=operation)
        return Expression((operation, left.tree, right.tree), BOOLEAN, start, end, (left, right))

    def membership(self, left: Expression, node: nodes.Node) -> tuple[Expression, Expression]:
        if isinstance(node, nodes.List | nodes.Tuple):
            items = [self.adapt(self.read(item), left.kind) for item in node.items]
            end = max([left.end, *(item.end for item in items)])
            for item in items:
                if not comparable(left.kind, item.kind):
                    self.trouble("differ", item.start, item.end, left=left.kind.words, right=item.kind.words)
            right = Expression(("list", *(item.tree for item in items)), UNKNOWN, left.start, end, tuple(items))
        else:
            right = self.read(node)
            if not right.kind.many and right.kind != UNKNOWN:
                self.trouble("not_many", right.start, right.end, found=right.kind.words)
            left = self.adapt(left, right.kind.one)
            if not comparable(left.kind, right.kind.one):
                self.trouble("differ", left.start, right.end, left=left.kind.words, right=right.kind.one.words)
        whole = Expression(("in", left.tree, right.tree), BOOLEAN, left.start, right.end, (left, right))
        return whole, right

    def adapt(self, given: Expression, other: Kind) -> Expression:
        """A text constant as a constant of the other side's kind: a date, a time, a choice."""
        if given.tree[:2] != ("const", "text"):
            return given
        tree, kind, reason = adapted(given.tree[2], other)
        if reason is not None:
            return self.trouble(reason, given.start, given.end, value=given.tree[2], **other.values)
        return Expression(tree, kind, given.start, given.end)

    def sign(self, node: nodes.Neg | nodes.Pos) -> Expression:
        inner = self.read(node.node)
        if inner.kind.name not in ("number", "unknown"):
            return self.trouble("not_number", inner.start, inner.end, found=inner.kind.words)
        if isinstance(node, nodes.Pos):
            return inner
        return Expression(("neg", inner.tree), inner.kind, node.lineno, inner.end, (inner,))

    def arithmetic(self, node: nodes.BinExpr, operation: str) -> Expression:
        left, right = self.read(node.left), self.read(node.right)
        left, right = self.adapt(left, right.kind), self.adapt(right, left.kind)
        kinds = (left.kind.name, right.kind.name)
        result: Kind | None = None
        if "unknown" in kinds:
            result = UNKNOWN
        elif kinds == ("number", "number"):
            result = NUMBER
        elif operation in ("+", "-") and kinds[0] in ("date", "datetime") and kinds[1] == "duration":
            result = left.kind
            if kinds[0] == "date" and right.tree[-1] in ("min", "h"):
                return self.trouble("date_has_no_hours", right.start, right.end)
        elif operation == "-" and kinds == ("date", "date"):
            result = NUMBER
        if result is None or left.kind.many or right.kind.many:
            return self.trouble(
                "no_arithmetic",
                left.start,
                right.end,
                operation=operation,
                left=left.kind.words,
                right=right.kind.words,
            )
        return Expression((operation, left.tree, right.tree), result, left.start, right.end, (left, right))


def facts(scope: Scope, cursor: Cursor) -> list[Fact]:
    """The troubles of an expression as facts with places in the file."""
    return [
        Fact(
            "full_width" if reason == "full_width" else "expression",
            cursor.part(start, end),
            {"reason": reason, **values},
        )
        for reason, values, start, end in scope.troubles
    ]
