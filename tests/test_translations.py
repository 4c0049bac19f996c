"""Every sentence that the program can say is said in Chinese too, with the same places for its values."""

import gettext
import string

from sop_engine.messages import msg, say, translated
from tests.messages import update

MEND = "run `python -m tests.messages.update`, translate what it names in sop.po, and run it again"


def places(template: str) -> set[str]:
    return {name for _text, name, _form, _conversion in string.Formatter().parse(template) if name is not None}


def test_every_sentence_has_a_translation() -> None:
    known = update.translations()
    missing = [text for text in update.templates() if update.has_words(text) and not known.get(text)]
    assert not missing, f"{MEND}:\n" + "\n".join(missing)


def test_no_translation_outlives_its_sentence() -> None:
    gone = sorted(set(update.translations()) - set(update.templates()))
    assert not gone, f"{MEND}:\n" + "\n".join(gone)


def test_sentence_and_translation_have_the_same_places() -> None:
    known, fixed = update.translations(), set(update.fixed())
    said = [text for text in update.templates() if known.get(text) and text not in fixed]
    odd = [text for text in said if places(text) != places(known[text])]
    assert not odd, "these translations have other {places}:\n" + "\n".join(odd)


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    assert update.COMPILED.read_bytes() == update.mo_bytes(update.translations()), MEND


def test_every_call_makes_its_message_of_a_literal_sentence() -> None:
    # an f-string or a variable would never reach the translators
    odd = [place for place in update.unseen() if place not in SAID_OTHERWISE]
    assert not odd, "write the sentence itself as the first argument of msg():\n" + "\n".join(odd)


SAID_OTHERWISE = {
    "sop_engine/language/checks/guards.py: each.template": "a table of messages gives the sentence",
    "sop_engine/console/stories/story.py: str(record['heard'])": "how the typist heard of it: collected too",
    "sop_engine/language/reference.py: about": "a description of the schema, which is collected too",
}


def test_gettext_reads_the_catalogue() -> None:
    with update.COMPILED.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("yes") == "是"


def test_the_reader_of_sentences_finds_them_and_only_them() -> None:
    source = 'msg("a {x}", x=1)\nmessages.msg("b")\nother("c")\nmsg(f"d{1}")\nField(description="e")\n'
    assert update.literals(source) == ["a {x}", "b"]
    assert update.literals(source, descriptions=True) == ["a {x}", "b", "e"]


def test_a_sentence_is_said_in_the_language_of_the_reader() -> None:
    sentence = msg("at most {most} are wanted, and there are {count}", most=2, count=3)
    assert say(sentence, "en") == "at most 2 are wanted, and there are 3"
    assert say(sentence, "zh") == "最多 2 个，现有 3 个"


def test_a_fixed_text_keeps_its_braces() -> None:
    text = "child tickets to start: `{rework: {unit: unit}}`"
    assert translated(text, "en") == text
    assert translated(text, "zh") == "要发起的子工单：`{rework: {unit: unit}}`"
