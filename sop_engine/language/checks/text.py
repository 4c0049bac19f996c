"""Checks of the text itself: bytes, punctuation, quoting, YAML."""

from collections.abc import Iterator
from typing import Final

from sop_engine.diagnostics import Diagnostic, Note
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.language.facts import Fact
from sop_engine.messages import Message, msg


def same_key_twice(draft: Draft) -> Iterator[Diagnostic]:
    """SOP108: one word stands twice in the same place.

    Of two equal words only one could count, and nobody could say which was meant. Ids of states, fields and roles are
    unique in a procedure too, also where one state lies inside another, because guards and commands name them bare.

    Fails:

        fields:
          note: {type: text}
          note: {type: date}

    Passes:

        fields:
          note: {type: text}
          noted_on: {type: date}
        open: {by: desk, ask: [note, noted_on], to: received}
    """
    for kind in ("duplicate", "duplicate_timer"):
        for fact in draft.of(kind):
            name = fact.values["name"]
            if fact.span == fact.other:
                yield _brought_twice(fact)
                continue
            yield error(
                "SOP108",
                fact.span,
                msg("`{name}` stands here a second time", name=name),
                msg("Only one of the two could count, and nobody could say which was meant."),
                msg("take one of them away, or give it another name"),
                notes=(Note(fact.other, msg("first here")),) if fact.other is not None else (),
            )


def _brought_twice(fact: Fact) -> Diagnostic:
    """One word of a fragment, which is used twice."""
    return error(
        "SOP108",
        fact.span,
        msg("a fragment that is used twice brings `{name}` twice", name=fact.values["name"]),
        msg("Only one of the two could count, and nobody could say which was meant."),
        msg("use it once, or let the fragment leave the name open as a blank of the kind `name`"),
    )


def full_width(draft: Draft) -> Iterator[Diagnostic]:
    """SOP111: a full-width mark stands where the language wants an ASCII one.

    A Chinese keyboard writes `：` `，` `“ ”` `（ ）`. They look alike, but to the language they are letters: `by：desk`
    is one long word. Inside titles and other prose they are welcome.

    Fails:

        roles: [desk，manager]

    Passes:

        roles: [desk, manager]
        title: 登记，派单，回访
        open: {by: [desk, manager], ask: note, to: received}
    """
    for fact in draft.of("full_width"):
        mark, ascii_ = fact.values["mark"], fact.values["ascii"]
        yield error(
            "SOP111",
            fact.span,
            msg("`{mark}` is a full-width mark", mark=mark),
            msg("To the language it is a letter like any other, so what stands on its two sides is one word."),
            msg("type `{ascii}` with the keyboard switched to English", ascii=ascii_)
            if ascii_ != ":"
            else msg("type `:` and a space, with the keyboard switched to English"),
        )


def quoting(draft: Draft) -> Iterator[Diagnostic]:
    """SOP112: a text needs quotation marks.

    In a one-line map or list the marks `, { } [ ] : ?` belong to the map, not to the text. A text that holds one of
    them stands in quotation marks. So does every text with `{{ field }}`.

    Fails:

        subject: {{ note }}

    Passes:

        subject: "{{ note }}"
    """
    for fact in draft.of("braces"):
        yield error(
            "SOP112",
            fact.span,
            msg("a text with `{open}` needs quotation marks", open="{{"),
            msg("Without them the braces begin a map."),
            msg('put the whole text in quotation marks: `"{field}"`', field="{{ unit }}"),
        )
    for fact in draft.of("question_mark"):
        name = fact.values["name"]
        yield error(
            "SOP112",
            fact.span,
            msg("`{name}?` cannot stand in a one-line list", name=name),
            msg("What may be left out is not marked with a `?`; it has a word of its own."),
            msg("write `may_ask: {name}` beside `ask`", name=name or "photos"),
        )
    for fact in draft.of("unquoted"):
        yield error(
            "SOP112",
            fact.span,
            msg("this text needs quotation marks because of its `{mark}`", mark=fact.values["mark"] or ","),
            msg(
                "In a one-line map or list `, : ? {braces} [ ]` end a text, and quotation marks begin one.",
                braces="{ }",
            ),
            msg("put the whole text in quotation marks; inside it use the other kind: `when: \"times('call') > 2\"`"),
        )


BROKEN: Final[dict[str, tuple[Message, Message]]] = {
    "no_colon": (
        msg("this line has no `:` after its first word"),
        msg("write `word: value`, with a space after the colon"),
    ),
    "indent": (
        msg("this line is not in line with what it belongs to"),
        msg("begin it in the same column as the words beside it, two columns further in than the word above it"),
    ),
    "closed_twice": (
        msg("this bracket closes nothing"),
        msg("take it away, or open it before"),
    ),
    "unclosed_brace": (
        msg("a `{open}` that was opened is not closed by here", open="{"),
        msg("close it with `{close}`, and put a comma between its entries", close="}"),
    ),
    "unclosed_bracket": (
        msg("a `[` that was opened is not closed by here"),
        msg("close it with `]`, and put a comma between its items"),
    ),
    "dash": (
        msg("a list cannot begin in this place"),
        msg("begin it on the next line, or write `[a, b]`"),
    ),
    "escape": (
        msg("a backslash has a meaning in double quotation marks"),
        msg("use single quotation marks, or write the backslash twice"),
    ),
    "unclosed_quote": (
        msg("a quotation mark is never closed"),
        msg("close it at the end of the text"),
    ),
    "other": (
        msg("from here on the file cannot be read"),
        msg("look at this line and the one before: a missing colon, comma, bracket or quotation mark"),
    ),
}  # fmt: skip
"""What is wrong, and how to mend it."""


def broken(draft: Draft) -> Iterator[Diagnostic]:
    """SOP125: the file cannot be read from some place on.

    A bracket or quotation mark that is not closed, a missing colon, a line that is not in line with its neighbours.
    Only the first such place of a file can be told, because nobody knows what the rest belongs to.

    Fails:

        open: {by: desk, ask: note, to: received

    Passes:

        open: {by: desk, ask: note, to: received}
    """
    for fact in draft.of("broken"):
        title, fix = BROKEN[fact.values["reason"]]
        notes = (Note(fact.other, msg("it belongs to what begins here")),) if fact.other is not None else ()
        yield error("SOP125", fact.span, title, None, fix, notes=notes)
    for fact in draft.of("key_not_text"):
        yield error("SOP125", fact.span, msg("a list cannot be the name of something"), None, msg("write a word"))
    for fact in draft.of("empty"):
        yield error(
            "SOP125",
            fact.span,
            msg("there is nothing in this file"),
            None,
            msg("begin with `fragment: its-name`")
            if fact.span.file.endswith(".fragment.yaml")
            else msg("begin with `procedure: its-name`"),
        )


def bounds(draft: Draft) -> Iterator[Diagnostic]:
    """SOP126: the file is larger, deeper or stranger than a procedure can be.

    At most 1 MiB of UTF-8 text without control characters, brackets and indents 40 deep, 50,000 words and values,
    counting what aliases stand for each time.

    Fails:

        title: "rep\\u0000air"

    Passes:

        title: "repair"
    """
    for fact in draft.of("too_large"):
        yield error(
            "SOP126", fact.span, msg("this file has more than {most} bytes", most=fact.values["most"]), None,
            msg("split it into procedures that start each other"),
        )  # fmt: skip
    for fact in draft.of("not_utf8"):
        yield error(
            "SOP126", fact.span, msg("this file is not written in UTF-8"), None,
            msg("save it as UTF-8; editors offer this under `Save as`"),
        )  # fmt: skip
    for fact in draft.of("unprintable"):
        number = f"U+{fact.values['code']:04X}"
        yield error(
            "SOP126", fact.span, msg("the character {number} cannot be shown", number=number), None,
            msg("take it away"),
        )  # fmt: skip
    for fact in draft.of("too_deep"):
        yield error(
            "SOP126", fact.span,
            msg("this lies more than {most} levels deep", most=fact.values["most"]), None,
            msg("close brackets that are open by mistake"),
        )  # fmt: skip
    for fact in draft.of("too_many"):
        yield error(
            "SOP126", fact.span,
            msg("there are more than {most} words and values", most=fact.values["most"]), None,
            msg("split it into procedures that start each other"),
        )  # fmt: skip


def tabs(draft: Draft) -> Iterator[Diagnostic]:
    """SOP127: a tab stands where spaces belong.

    A tab is as wide as each editor likes, so it cannot say what belongs to what.

    Fails:

        open:
        \tby: desk

    Passes:

        open:
          by: desk
          ask: note
          to: received
    """
    for fact in draft.of("tab"):
        yield error(
            "SOP127", fact.span, msg("there is a tab here"),
            msg("A tab is as wide as each editor likes, so it cannot say what belongs to what."),
            msg("type two spaces for each level"),
        )  # fmt: skip


def outside(draft: Draft) -> Iterator[Diagnostic]:
    """SOP128: something of YAML that procedures do without.

    Tags (`!!str`), merge keys (`<<`), several documents in one file (`---`), and an alias (`*name`) whose anchor
    (`&name`) does not stand before it.

    Fails:

        fields:
          note: !!str {type: text}

    Passes:

        fields:
          note: {type: text}
    """
    for fact in draft.of("tagged"):
        tag = fact.values["tag"].removeprefix("tag:yaml.org,2002:")
        title = msg("a tag such as `!{tag}` has no meaning here", tag=tag.lstrip("!"))
        yield error("SOP128", fact.span, title, None, msg("take it away"))
    for fact in draft.of("merge"):
        yield error(
            "SOP128", fact.span, msg("`<<` does not copy words here"), None,
            msg("write the words out where they count, so that they can be read there"),
        )  # fmt: skip
    for fact in draft.of("documents"):
        yield error(
            "SOP128", fact.span, msg("a second document begins here"), None,
            msg("one file holds one procedure: take the `---` away, or make another file"),
        )  # fmt: skip
    for fact in draft.of("unknown_alias"):
        name = fact.values["name"]
        title = msg("`*{name}` stands for nothing", name=name)
        yield error(
            "SOP128", fact.span, title, None, msg("mark what it stands for with `&{name}`, before it", name=name)
        )
