"""What marks a page that was printed on a site for practising, so that nobody takes it for a real one."""

import re
from typing import Final

WORDS: Final = {"zh": "演练", "en": "TRAINING"}
_END: Final = re.compile(r"</body\s*>", re.I)
_MARK: Final = (
    '<div aria-hidden="true" style="position:fixed;inset:0;display:flex;align-items:center;justify-content:center;'
    'pointer-events:none;z-index:2147483647"><span style="font:bold 6em sans-serif;letter-spacing:.3em;'
    'color:rgba(200,0,0,.25);transform:rotate(-30deg);white-space:nowrap">{word}</span></div>\n'
    '<p style="position:fixed;top:0;left:0;right:0;margin:0;text-align:center;color:#c00;font:bold 12pt sans-serif">'
    "{word}</p>\n"
)


def watermarked(page: str, language: str) -> str:
    """An HTML page with the word across it and at its head: what is fixed is printed on every sheet."""
    mark = _MARK.format(word=WORDS.get(language, WORDS["en"]))
    found = list(_END.finditer(page))
    return page[: found[-1].start()] + mark + page[found[-1].start() :] if found else page + mark
