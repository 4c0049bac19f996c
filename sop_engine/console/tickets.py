"""Finding what somebody means: a ticket by a piece of its number, a procedure or trigger by id or title."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sop_engine.errors import NotFound, NotUnderstood
from sop_engine.messages import Text, msg
from sop_engine.store.seam import CALENDAR, Head, Reads, Version
from sop_engine.ticket.near import near
from sop_engine.ticket.records import SITE
from sop_engine.values import ValueProblem, fold, title_key

MOST_CANDIDATES = 8


def folded(text: str) -> str:
    """`text` as it was meant on a full-width keyboard; unchanged where it is no word at all."""
    try:
        return fold(text)
    except ValueProblem:
        return text[:200]


# --- tickets ---------------------------------------------------------------------------------------------------------


def find_ticket(reading: Reads, said: str, site_too: bool = False, of: str | None = None) -> Head:
    """The ticket whose id is, or ends in, `said`: exact, else the only open one, else the only one. `7` is number 007,
    `WX-7` number 007 of the prefix WX; `site_too`: `site` means the site's own history. Where only tickets of the
    procedure `of` can be meant, others count only where there is none. Raises `NotFound`, or `NotUnderstood` with the
    candidates."""
    wanted = folded(said).casefold().replace(" ", "")
    if wanted == SITE and site_too:
        site = reading.head(SITE)
        if site is not None:
            return site
    found = _candidates(reading, wanted)
    found = [head for head in found if head.procedure == of] or found
    if not found:
        raise NotFound(
            msg("there is no ticket {ticket}", ticket=said[:60]),
            where=said[:60],
            fix=msg("see what there is: sop ls --all"),
        )
    opened = [head for head in found if head.status != "closed"]
    for several in (found, opened):
        if len(several) == 1:
            return several[0]
    several = sorted(opened or found, key=lambda head: (head.opened, head.id), reverse=True)
    raise NotUnderstood(
        msg("{ticket} could be any of {count} tickets", ticket=said[:60], count=len(several)),
        where=said[:60],
        near=[head.id for head in several[:MOST_CANDIDATES]],
        fix=msg("write more of the number, such as {ticket}", ticket=several[0].id),
    )


def is_several(said: str) -> bool:
    """Whether what stands in a ticket's place names several."""
    plain = folded(said).strip()
    return plain == "-" or plain.startswith("@") or "," in plain or "、" in plain


def _candidates(reading: Reads, wanted: str) -> list[Head]:
    """Exact, else the same number (of a prefix or day), else any that ends so."""
    if not wanted:
        return []
    ending = [head for head in reading.resolve(wanted) if head.id != SITE]
    if len(ending) == 1 and ending[0].id.casefold() == wanted:
        return ending
    return numbered(reading, wanted) or ending


def numbered(reading: Reads, wanted: str) -> list[Head]:
    """Tickets of the number that `wanted` says, folded and without case: `7`, `wx-7`, `wx-20261121-007`; none where it
    says no number."""
    *before, number = wanted.split("-")
    if not number.isdecimal() or len(number) >= 10:
        return []
    padded = f"{int(number):03d}"
    found = [*reading.resolve(wanted), *reading.resolve(f"-{padded}")]
    same = {head.id: head for head in found if _same(head.id.casefold(), before, padded)}
    return list(same.values())


def _same(id: str, before: list[str], number: str) -> bool:
    """Whether an id (`wx-20261121-007`) is what the pieces say: prefix or end of the day, and the number."""
    prefix, _, rest = id.rpartition("-")[0].rpartition("-")
    if id.rpartition("-")[2] != number:
        return False
    match before:
        case []:
            return True
        case [one]:
            return one == prefix or (one != "" and rest.endswith(one))
        case [*first, day]:
            return "-".join(first) == prefix and rest.endswith(day)
    return False


# --- procedures ------------------------------------------------------------------------------------------------------


def find_procedure(reading: Reads, said: str) -> Version:
    """The newest version of the procedure that `said` names: by id, by title, by a piece of one title only, or by its
    pinyin (`bx` for 业主报修). Raises `NotFound` with what is near."""
    name = folded(said)
    spelt = [each for each in (name, name.casefold().replace(" ", "-")) if not each.startswith(CALENDAR)]
    version = next(filter(None, map(reading.newest, spelt)), None)
    if version is not None:
        return version
    newest = newest_versions(reading)
    key = title_key(name) if len(name) <= 100 else ""
    titles = {id: title_of_version(reading, each) for id, each in newest.items()}
    whole = [id for id, title in titles.items() if key in map(title_key, title.values())]
    part = [
        id for id, title in titles.items() if len(key) > 1 and any(key in title_key(each) for each in title.values())
    ]
    spelled = [] if whole or part else [id for id, title in titles.items() if _is_spelled(name, title, pieces=True)]
    for found in (whole, part, spelled):
        if len(found) == 1:
            return newest[found[0]]
    if several := whole or part or spelled:
        raise NotUnderstood(
            msg("{name} could be any of {procedures}", name=said[:60], procedures=tuple(several)),
            near=several,
        )
    words = {each: id for id, title in titles.items() for each in (*title.values(), id)}
    # each procedure once, by the word that is nearest: it can be typed as it stands
    nearest = {words[each]: each for each in reversed(near(name, words))}
    raise NotFound(
        msg("no procedure {name} is published here", name=said[:60]),
        where=said[:60],
        near=list(reversed(nearest.values())),
        fix=msg("see what is: sop flow ls"),
    )


def newest_versions(reading: Reads) -> dict[str, Version]:
    """The newest version of each procedure."""
    newest: dict[str, Version] = {}
    for version in reading.versions():
        standing = newest.get(version.procedure)
        if standing is None or standing.number < version.number:
            newest[version.procedure] = version
    return newest


def normal_form(reading: Reads, digest: str) -> dict[str, Any]:
    """A version's normal form as plain JSON, for looking something up without making it ready to run."""
    data = reading.blob(digest)
    found: dict[str, Any] = json.loads(data) if data else {}
    return found


def title_of_version(reading: Reads, version: Version) -> Text:
    title: Text = normal_form(reading, version.digest).get("title", {})
    return title


# --- triggers and other words with titles ----------------------------------------------------------------------------


def by_title(said: str, titles: Mapping[str, Text] | Iterable[tuple[str, Text]], what: str) -> str | None:
    """The id that `said` names, by id, by a whole title in any language, or by a title's pinyin, whole or its initials
    (`jd` for 接单); None where none fits. Raises `NotUnderstood` where several do."""
    pairs = list(titles.items() if isinstance(titles, Mapping) else titles)
    name = folded(said)
    ids = list(dict.fromkeys(id for id, _title in pairs))
    for fits in (name, name.casefold().replace("-", "_"), name.casefold()):
        if fits in ids:
            return fits
    key = title_key(name)
    found = list(dict.fromkeys(id for id, title in pairs if title and key in map(title_key, title.values())))
    found = found or list(dict.fromkeys(id for id, title in pairs if title and _is_spelled(name, title)))
    if len(found) > 1:
        raise NotUnderstood(
            msg("{name} could be any of {choices}", name=said[:60], choices=tuple(found)),
            near=found,
            fix=msg("write the id of the {what}", what=what),
        )
    return found[0] if found else None


def _is_spelled(said: str, title: Text, pieces: bool = False) -> bool:
    """Whether `said` is how one of the titles is typed on a keyboard without Han characters; with `pieces` also how
    what it ends in is: 报修 of 业主报修."""
    typed = said.casefold()
    if not (1 < len(typed) <= 60 and typed.isascii() and typed.isalpha()):
        return False
    from sop_engine.values.pinyin import spellings  # its readings are a file, and most words need none

    for each in title.values():
        characters = "".join(one for one in each if one.isalpha() and not one.isascii())
        for start in range(len(characters) - 1 if pieces else 1):
            piece = characters[start:]
            if any(len(spelling) >= len(piece) and spelling == typed for spelling in spellings(piece)):
                return True
    return False
