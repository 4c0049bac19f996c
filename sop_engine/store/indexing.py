"""The words by which a ticket is found, made of its fields and of what was written down.

The law. What is indexed is what `show` tells: texts, persons, telephone numbers, units and rows, the words of the
subject, notes and reasons. The fields of one class of personal data are one part of a ticket, so that who may not see
the class does not find by it, and each step with a free text is one. A part is made anew, whole, by the step that
changes something in it, in the step's transaction. Telephone numbers and those of identity cards in free texts are
a part by themselves, of the class `numbers`, for the same reason. All of it is derived: `db rebuild` makes the same
parts of the record, and no audit trusts them or compares them. A value that was erased has no words.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from sop_engine.procedure import Field
from sop_engine.store.search import Finding
from sop_engine.ticket.program import Program
from sop_engine.ticket.records import SITE, Erased, Sealed, Step, Ticket
from sop_engine.values import NUMBERS, in_free_texts, numbers_in, without_numbers, words

_NOT_WRITTEN: Final = frozenset({"field", "fact", "person"})
"""slots beside a step that hold no text which somebody wrote on the ticket"""


def of_step(program: Program, step: Step) -> dict[str, Finding]:
    """part -> words, of the parts that a step has changed."""
    after = step.after
    if after is None or step.ticket == SITE:
        return {}
    searched = program.searched
    changed = {
        "" if event["kind"] == "opened" else searched[event["field"]]
        for event in step.events
        if event["kind"] == "opened" or (event["kind"] in {"written", "cleared"} and event["field"] in searched)
    }
    if "" in changed:
        changed.add(NUMBERS)
    found = {part_of(personal): _fields(program, after, personal) for personal in changed}
    if after.number == 1 and NUMBERS in changed and not found[part_of(NUMBERS)].words:
        del found[part_of(NUMBERS)]  # there was nothing before that had to go
    return found | of_texts(step.number, step.values) if step.values else found


def of_ticket(program: Program, ticket: Ticket) -> dict[str, Finding]:
    """part -> words, of all fields of a ticket as it stands."""
    if ticket.id == SITE:
        return {}
    return {part_of(each): _fields(program, ticket, each) for each in {"", NUMBERS, *program.searched.values()}}


def of_texts(number: int, values: Mapping[str, Sealed]) -> dict[str, Finding]:
    """part -> words, of the texts beside a step that are no fields: a note, a reason."""
    texts = list(texts_of(values))
    found = {f"step:{number}": Finding("", words.together(_of_texts(map(without_numbers, texts))))} if texts else {}
    if numbers := [each for text in texts for each in numbers_in(text)]:
        found[f"step:{number}:{NUMBERS}"] = Finding(NUMBERS, words.together(_of_texts(numbers)))
    return found


def texts_of(values: Mapping[str, Sealed]) -> Iterator[str]:
    """The texts beside a step that are no fields, as they were written."""
    for slot, sealed in values.items():
        if isinstance(sealed.value, str) and slot.partition(":")[0] not in _NOT_WRITTEN:
            yield sealed.value


def _of_texts(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from words.of_text(text)


def part_of(personal: str) -> str:
    """The name of the part that holds the fields of a class."""
    return f"fields:{personal}" if personal else "fields"


def _fields(program: Program, ticket: Ticket, personal: str) -> Finding:
    return Finding(personal, words.together(_words(program, ticket, personal)))


def _words(program: Program, ticket: Ticket, personal: str) -> Iterator[str]:
    for name, of in program.searched.items():
        field, value = program.fields[name], ticket.fields.get(name)
        if of == personal:
            yield from of_value(field, value if of else free_of_numbers(field, value))
        elif personal == NUMBERS and not of:
            yield from _of_texts(_numbers(field, value))
    if not personal:
        yield from _of_texts(program.procedure.subject[::2])


def free_of_numbers(field: Field, value: Any) -> Any:
    """A recorded value without the numbers of persons in its free texts: of these everybody finds by what is left."""
    return in_free_texts(field, value, without_numbers)


def _numbers(field: Field, value: Any) -> list[str]:
    found: list[str] = []

    def noted(text: str) -> str:
        found.extend(numbers_in(text))
        return text

    in_free_texts(field, value, noted)
    return found


def of_value(field: Field, value: Any) -> Iterator[str]:
    """The words of a field's value in the record's form; none of one that was erased."""
    if value is None or isinstance(value, Erased):
        return
    items = value if isinstance(value, list | tuple) else (value,)
    for item in items:
        yield from _of_item(field, item)


def _of_item(field: Field, item: Any) -> Iterator[str]:
    match field.type:
        case "text":
            yield from words.of_text(item)
        case "unit":
            yield from words.of_unit(item)
        case "phone":
            yield from words.of_phone(item)
        case "person":
            yield from words.of_name(item["name"])
            if item.get("phone"):
                yield from words.of_phone(item["phone"])
        case "choice":
            titles = next((each.title for each in field.choices if each.id == item), None) or {}
            yield from _of_texts([item, *titles.values()])
        case "rows":
            for column in field.columns:
                if column.id in item:
                    yield from of_value(column, item[column.id])
