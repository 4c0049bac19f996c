"""How somebody is reached, in words: what `sop actor add` and `sop actor change` say that they did."""

from collections.abc import Mapping

from sop_engine.messages import Message, msg


def reached_by(contact: Mapping[str, str], language: str | None = None) -> list[Message]:
    """What `contact` names of it, and the language of notices; an empty value means that he has none of his own."""
    words: list[Message] = []
    if "phone" in contact:
        words.append(msg("phone {phone}", phone=contact["phone"] or "-"))
    if "mail" in contact:
        words.append(msg("mail {mail}", mail=contact["mail"] or "-"))
    if "channels" in contact:
        own = tuple(contact["channels"].split())
        words.append(msg("notices by {channels}", channels=own) if own else msg("notices by the site's channels"))
    if "digest" in contact:
        at = contact["digest"]
        words.append(msg("notices together at {time}", time=at) if at else msg("each notice at once"))
    if language is not None:
        words.append(msg("notices in Chinese") if language == "zh" else msg("notices in English"))
    return words
