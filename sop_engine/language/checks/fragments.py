"""Checks of fragments: what is put into a procedure must be there, and fit."""

from collections.abc import Iterator
from typing import Final

from sop_engine.diagnostics import Diagnostic, Note
from sop_engine.language.checks.telling import error
from sop_engine.language.draft import Draft
from sop_engine.language.near import near
from sop_engine.messages import Message, msg

KINDS: Final[dict[str, Message]] = {
    "state": msg("the id of a state, or a list of them"),
    "trigger": msg("the id of a trigger, or a list of them"),
    "field": msg("the id of a field, or a list of them"),
    "role": msg("the id of a role, or a list of them"),
    "paper": msg("the id of a notice or a form"),
    "who": msg("a role, a field, `assignee`, `owner` or `opener`, or a list of these"),
    "tell": msg("whom a notice reaches, as `tell` takes it"),
    "name": msg("a new id, in small letters"),
    "text": msg("a text, or one for each language"),
    "source": msg("a source, or a list of them"),
    "duration": msg("a duration, such as `2 days`"),
    "allowance": msg("a time that is promised, such as `4 h` or `1 workday`"),
    "number": msg("a whole number"),
}


def unknown_fragments(draft: Draft) -> Iterator[Diagnostic]:
    """SOP150: there is no fragment of that name.

    `use` names a fragment, which is a file `NAME.fragment.yaml` in the folder `fragments` beside the procedures. The
    file says the same name of itself.

    Fails:

        states:
          received:
            use: {reminnd: {whom: desk}}
            transitions: {finish: {by: desk, to: closed}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received:
            use: {remind: {whom: desk}}
            transitions: {finish: {by: desk, to: closed}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("no_fragment"):
        name, known = fact.values["name"], fact.values["known"]
        guesses = near(name, known)
        yield error(
            "SOP150",
            fact.span,
            msg("there is no fragment named `{name}`", name=name[:30]),
            msg("The folder `fragments` beside the procedures has: {known}.", known=_quoted(known))
            if known
            else msg("The folder `fragments` beside the procedures has none."),
            msg("write `{word}`", word=guesses[0])
            if guesses
            else msg("write the file `fragments/{name}.fragment.yaml`", name=name[:30]),
            guesses,
        )
    for fact in draft.of("fragment_name"):
        name, file = fact.values["name"], fact.values["file"]
        yield error(
            "SOP150",
            fact.span,
            msg("the file of the fragment `{file}` calls itself `{name}`", file=file[:20], name=name[:20]),
            msg("A procedure finds a fragment by the name of its file."),
            msg("write `fragment: {file}`, or give the file the other name", file=file),
        )


def _quoted(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"`{name}`" for name in names[:12])


def blanks(draft: Draft) -> Iterator[Diagnostic]:
    """SOP151: a blank of a fragment is not filled in as it must be.

    A fragment says of each of its blanks what may fill it: a state, a trigger, a duration. A blank without a `default`
    must be filled in.

    Fails:

        states:
          received:
            use: {remind: {whom: desk, after: soon}}
            transitions: {finish: {by: desk, to: closed}}
          closed: {final: true, outcome: done}

    Passes:

        states:
          received:
            use: {remind: {whom: desk, after: 2 days}}
            transitions: {finish: {by: desk, to: closed}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("blank_missing"):
        name = fact.values["name"]
        yield error(
            "SOP151",
            fact.span,
            msg("`{fragment}` leaves `{name}` open", fragment=fact.values["fragment"], name=name),
            msg("It is to be filled in where the fragment is used: {about}.", about=fact.values["about"]),
            msg("add `{name}: ...` to what stands under the fragment's name", name=name),
        )
    for fact in draft.of("blank_unknown"):
        name, known = fact.values["name"], fact.values["known"]
        guesses = near(name, known)
        yield error(
            "SOP151",
            fact.span,
            msg("`{fragment}` has no blank `{name}`", fragment=fact.values["fragment"], name=name[:30]),
            msg("It has: {known}.", known=_quoted(known)) if known else None,
            msg("write `{word}`", word=guesses[0]) if guesses else msg("take it away"),
            guesses,
        )
    for fact in draft.of("blank_kind"):
        about = fact.values.get("about")
        notes = (Note(fact.other, msg("its kind is said here")),) if fact.other is not None else ()
        yield error(
            "SOP151",
            fact.span,
            msg("this does not fill the blank `{name}`", name=fact.values["name"]),
            msg("It is for this: {about}.", about=about) if about else None,
            msg("write {kind}", kind=KINDS[fact.values["kind"]]),
            notes=notes,
        )
    for fact in draft.of("blank_in_text"):
        yield error(
            "SOP151",
            fact.span,
            msg("a blank within this text is filled with more than a word"),
            msg("Only a word, a number or a text can stand within another, and one only in a word before a colon."),
            msg("fill it with one word, or let the blank stand alone in the fragment"),
        )


def circles(draft: Draft) -> Iterator[Diagnostic]:
    """SOP152: a fragment that stands in itself.

    A fragment may use others, up to five deep. One that uses itself, directly or through others, would have no end.

    Fails:

        fragment: remind
        title: Remind
        use: remind

    Passes:

        fragment: remind
        title: Remind
        after: {2 days: {tell: desk}}
    """
    for fact in draft.of("fragment_in_itself"):
        ring = fact.values["ring"]
        yield error(
            "SOP152",
            fact.span,
            msg("the fragment `{name}` stands in itself", name=ring[0]),
            msg("Each of these uses the next: {ring}.", ring=_quoted(ring)),
            msg("take one of the uses away"),
        )
    for fact in draft.of("fragments_nested"):
        yield error(
            "SOP152",
            fact.span,
            msg("fragments lie more than {most} deep in each other here", most=fact.values["most"]),
            None,
            msg("write the innermost of them out"),
        )


def blanks_of_fragments(draft: Draft) -> Iterator[Diagnostic]:
    """SOP153: a fragment names a blank that it does not have, or has one that it never names.

    `$name` stands for the blank `name`, which the fragment declares under `blanks`.

    Fails:

        fragment: remind
        title: Remind
        blanks: {whom: {kind: who, about: whom to remind}}
        after: {2 days: {tell: $who}}

    Passes:

        fragment: remind
        title: Remind
        blanks: {whom: {kind: who, about: whom to remind}}
        after: {2 days: {tell: $whom}}
    """
    for fact in draft.of("unknown_blank"):
        name, known = fact.values["name"], fact.values["known"]
        guesses = near(name, known)
        yield error(
            "SOP153",
            fact.span,
            msg("this fragment has no blank `{name}`", name=name[:30]),
            msg("`$` and a small letter begin the name of a blank."),
            msg("write `${word}`", word=guesses[0])
            if guesses
            else msg("declare it: `blanks: {open}{name}: {open}kind: ..., about: ...{close}{close}`",
                     name=name[:30], open="{", close="}"),
            guesses,
        )  # fmt: skip
    for fact in draft.of("unused_blank"):
        name = fact.values["name"]
        yield error(
            "SOP153",
            fact.span,
            msg("the blank `{name}` stands nowhere in this fragment", name=name),
            msg("Whoever uses the fragment would fill it in for nothing."),
            msg("write `${name}` where it belongs, or take the blank away", name=name),
        )


def disagreements(draft: Draft) -> Iterator[Diagnostic]:
    """SOP154: a fragment and what it is put into do not agree.

    A procedure may give a fragment's fields, roles, notices and words its own titles and texts, by declaring them
    itself. A field stays of one type, because the fragment counts on it; and where two fragments declare one thing
    differently, the procedure says which it is to be, by declaring it too.

    Fails:

        fields:
          note: {type: text}
          why: {type: boolean}
        states:
          received:
            use: {remind: {whom: desk}}
            transitions: {finish: {by: desk, ask: why, to: closed}}
          closed: {final: true, outcome: done}

    Passes:

        fields:
          note: {type: text}
          why: {type: text, min: 4}
        states:
          received:
            use: {remind: {whom: desk}}
            transitions: {finish: {by: desk, ask: why, to: closed}}
          closed: {final: true, outcome: done}
    """
    for fact in draft.of("retyped"):
        yield error(
            "SOP154",
            fact.span,
            msg("a fragment has `{name}` with another type", name=fact.values["name"]),
            msg("The procedure may say a field's title and bounds, but the fragment counts on its type."),
            msg("write `type: {type}`, or give the procedure's field another name", type=fact.values["type"]),
            notes=(Note(fact.other, msg("in the fragment")),) if fact.other is not None else (),
        )
    for fact in draft.of("two_fragments"):
        name, word = fact.values["name"], fact.values["word"]
        yield error(
            "SOP154",
            fact.span,
            msg("fragments declare `{name}` in different ways", name=name),
            msg("Only one of the two could count, and nobody could say which was meant."),
            msg(
                "declare `{name}` under `{word}` in the procedure itself, which has the last word", name=name, word=word
            ),
            notes=(Note(fact.other, msg("and here")),) if fact.other is not None else (),
        )
