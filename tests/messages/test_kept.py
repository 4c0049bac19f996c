"""A sentence that is kept and said later, in the language of whoever reads it then."""

from sop_engine import canonical
from sop_engine.messages import kept, msg, read_back, say


def test_a_kept_sentence_is_said_in_either_language() -> None:
    inner = msg("the owner ({name})", name="wang_fang")
    sentence = msg(
        "{name} may not `{trigger}`{where}: {why}",
        name="li",
        trigger="done",
        where=msg(" {ticket}", ticket="WX-1"),
        why=msg("only {who} may do this", who=({"zh": "前台", "en": "Desk"}, inner)),
    )
    again = read_back(canonical.parse(canonical.to_bytes(kept(sentence))))
    assert [say(again, language) for language in ("zh", "en")] == [say(sentence, each) for each in ("zh", "en")]
    assert "Desk" in say(again, "en") and "前台" in say(again, "zh")
