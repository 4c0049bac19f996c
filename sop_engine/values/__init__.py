"""Values of fields: read from a keyboard or from JSON, checked, kept, decoded for guards, and shown.

| type | in the record | decoded |
|---|---|---|
| text | text, NFC, at most 64 KiB, line breaks kept | the same |
| integer | integer under 2^53 | the same |
| decimal, money | text with exactly `scale` digits: `"12.50"` | `Decimal` |
| boolean | true, false | the same |
| date | `"2026-11-21"`, the years 1900 to 2999 | `date` |
| time | `"18:30"` | `time` |
| datetime | `"2026-11-21T03:04:05.123Z"` | aware UTC `datetime` |
| interval | `{"start": instant, "end": instant}`, start before end | the same of `datetime` |
| phone | `"13800000000"`, `"0755-12345678-801"`, `"+85212345678"` | the same |
| choice | the choice's id | the same |
| person | `{"name": text, "phone": phone}`, the phone may be absent | the same |
| staff | the actor's id | the same |
| unit | `"3-2-1202"` | the same |
| file, photo | `{"sha256", "name", "size", "type"}`, made by the store | the same |
| checklist | `{line: true or false}`, lines without an answer absent | the same |
| rows | `[{column: value}]`, cells without a value absent | a list of mappings, decoded |
| many of these | a list, not empty; choices in the order of their declaration, each once | a list, decoded |

A field without a value is absent. Everything here is pure; nothing raises but `ValueProblem`.
"""

from sop_engine.values.moments import PARTS_OF_DAY, in_calendar
from sop_engine.values.numbers import decimal_text, quantise, round_money
from sop_engine.values.numbers_in_text import NUMBERS, in_free_texts, mask_numbers, numbers_in, without_numbers
from sop_engine.values.parse import Context, find, normalise, parse
from sop_engine.values.people import mask, mask_name, read_phone, read_unit
from sop_engine.values.problems import Problem, ValueProblem
from sop_engine.values.records import check, decode, decoder, encode, plain
from sop_engine.values.show import (
    choice_title,
    example,
    needs,
    show,
    show_date,
    show_instant,
    show_interval,
)
from sop_engine.values.texts import LONGEST_TEXT, check_text, clean, clean_line, fold, title_key

__all__ = [
    "LONGEST_TEXT", "NUMBERS", "PARTS_OF_DAY", "Context", "Problem", "ValueProblem", "check", "check_text",
    "choice_title", "clean", "clean_line", "decimal_text", "decode", "decoder", "encode", "example", "find", "fold",
    "in_calendar", "in_free_texts",
    "mask", "mask_name", "mask_numbers", "needs", "normalise", "numbers_in", "parse", "plain", "quantise",
    "read_phone", "read_unit", "round_money", "show", "show_date", "show_instant", "show_interval", "title_key",
    "without_numbers",
]  # fmt: skip
