"""What a trigger asks: values that must be given, may be given, are filled in, or fall back on a default."""

from decimal import Decimal
from typing import Any

from sop_engine import values
from sop_engine.messages import Message, msg
from sop_engine.procedure import Field, Offer
from sop_engine.ticket.draft import Draft
from sop_engine.ticket.effects import Refused
from sop_engine.ticket.filling import fill, refill
from sop_engine.ticket.near import near
from sop_engine.ticket.rare import rare
from sop_engine.ticket.records import Erased, Refusal

_require_firm, _require_no_task = rare("firms", "require_named"), rare("firms", "require_no_task")


def take_values(draft: Draft, offer: Offer, opening: bool) -> dict[str, Any]:
    """Write what the command gives for an offer's fields, fill in the rest, and refuse what is missing or ill-typed.
    Gives the fields as the record's arguments hold them."""
    given: dict[str, Any] = dict(draft.command.arguments.get("fields") or {})
    asked = (*offer.ask, *offer.may_ask)
    for name in given:
        if name not in asked:
            raise Refused(_not_asked(draft, offer, name))
    if draft.command.cause is not None:
        given = {name: _fitted(draft.program.fields[name], value) for name, value in given.items()}
    recorded = write_all(draft, given)
    refill(draft)
    waiting = [draft.program.fields[name] for name in asked if name not in given]
    fill(draft, waiting)
    if opening:
        for field in draft.program.procedure.fields:
            if field.default is not None and field.id not in draft.ticket.fields:
                draft.write(field, values.encode(field, values.decode(field, field.default)))
        fill(draft, waiting)
    draft.compute()
    refill(draft)
    missing = [name for name in asked if needed(draft, offer, name) and not _there(draft, name, given, opening)]
    if missing:
        raise Refused(_missing(draft, offer, missing))
    return recorded


def _fitted(field: Field, value: Any) -> Any:
    """A number that another ticket computed, with this field's digits after the point, rounded half up. Whatever else
    is wrong with a value is found when it is checked."""
    if field.type not in {"decimal", "money"} or field.many or isinstance(value, Erased | None):
        return value
    try:
        return values.encode(field, Decimal(str(value)))
    except ArithmeticError:
        return value


def write_all(draft: Draft, given: dict[str, Any]) -> dict[str, Any]:
    """Check and write given values, in the order in which the procedure declares them: the record keeps no other, so a
    replay could not repeat it. Gives them as the record's arguments hold them."""
    recorded: dict[str, Any] = {}
    if not given:
        return recorded
    for name, field in draft.program.fields.items():
        if name not in given:
            continue
        value = given[name]
        if value is not None and not isinstance(value, Erased):
            _check(draft, field, value)
        draft.write(field, value, again=True)
        event = draft.events[-1] if draft.events else {}
        if field.committed and value is not None:
            recorded[name] = {"commitment": event["commitment"], "slot": event["slot"]}
        else:
            recorded[name] = value
    return recorded


def needed(draft: Draft, offer: Offer, name: str) -> bool:
    """Whether an offer cannot do without a field: it is asked, or its `required` holds on the new values."""
    condition = draft.program.fields[name].required
    if condition is not None:
        return draft.holds(condition)
    return name in offer.ask


def _there(draft: Draft, name: str, given: dict[str, Any], opening: bool) -> bool:
    if given.get(name) is not None:
        return True
    field = draft.program.fields[name]
    filled = opening or field.fill is not None
    return filled and name in draft.ticket.fields


def _check(draft: Draft, field: Field, value: Any) -> None:
    """Refuse a value that is not of the field's type, or names somebody or something that the site does not know."""
    problem = values.check(field, value)
    if problem is not None:
        raise Refused(
            Refusal(
                "not_understood",
                msg("{field}: {problem}", field=field.title or field.id, problem=problem.message),
                needs=(values.needs(field, True),),
            )
        )
    items = value if isinstance(value, list | tuple) and field.many else [value]
    for item in items:
        if field.type == "staff" and not (draft.facts.ask(f"person:{item}") or {}).get("active"):
            raise Refused(
                Refusal("not_understood", msg("{field}: nobody here is {name}", field=field.title, name=item))
            )
        if field.type == "staff":
            _require_no_task(draft, field, item)
        if field.type == "firm":
            _require_firm(draft, field, item)
        if field.type == "unit" and not draft.facts.ask(f"unit:{item}"):
            raise Refused(
                Refusal(
                    "not_understood",
                    msg("{field}: the register has no unit {unit}", field=field.title, unit=item),
                    fix=msg("look for it: sop unit ls; or enter it: sop unit add {unit}", unit=item),
                )
            )


def _not_asked(draft: Draft, offer: Offer, name: str) -> Refusal:
    asked = (*offer.ask, *offer.may_ask)
    if name in draft.program.fields:
        message = msg("`{trigger}` does not ask for {field}", trigger=offer.trigger, field=name)
    else:
        message = msg("there is no field {field} in {procedure}", field=name, procedure=draft.program.procedure.id)
    fields = [draft.program.fields[each] for each in asked]
    return Refusal(
        "not_understood", message, near=near(name, asked), needs=tuple(values.needs(each, False) for each in fields)
    )


def _missing(draft: Draft, offer: Offer, missing: list[str]) -> Refusal:
    fields = [draft.program.fields[name] for name in missing]
    return Refusal(
        "not_understood",
        msg(
            "{what} needs {fields}",
            what=_called(offer),
            fields=tuple(msg("{title} ({id})", title=field.title or field.id, id=field.id) for field in fields),
        ),
        needs=tuple(values.needs(field, True) for field in fields),
        fix=msg("give it with --field {name}=...", name=missing[0]),
    )


def _called(offer: Offer) -> Message | str:
    """What the offer is called where somebody is told of it: an opening has no name of its own."""
    if offer.trigger == "open":
        return msg("opening a ticket")
    return msg("{title} ({id})", title=offer.title, id=offer.trigger) if offer.title else offer.trigger
