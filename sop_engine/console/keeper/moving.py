"""`sop db copy`: a site carried from one store to another."""

from typing import Annotated

from sop_engine.console.call import Call
from sop_engine.console.parameters import argument
from sop_engine.messages import msg


def copy(
    call: Call,
    source: Annotated[str, argument(msg("a store: a file, or postgresql://USER@HOST/DATABASE"), "FROM")],
    target: Annotated[str, argument(msg("a new store: a file, or a database"), "TO")],
) -> None:
    """Carry this site's whole record from one store to another, and compare every row. Stop the workers first, and let
    nobody work on it until sop.toml names the new store."""
    from sop_engine.store.address import is_address, refuse_password
    from sop_engine.store.copying import copy as carry

    with call.open() as opened:
        opened.require_administrator()
        site = opened.site.settings.id
    for place in (source, target):
        refuse_password(place)
    with call.writing():
        counts = carry(source, target, site, call.output.tell)
    if call.json:
        call.output.json({"from": source, "to": target, "rows": counts})
        return
    call.output.tell(
        msg("carried over and compared; rows: {count}, steps: {steps}", count=sum(counts.values()),
            steps=counts["step"]),
        msg("to use it, write into sop.toml, under [site]: {line}", line=f'store = "{target}"')
        if is_address(target)
        else msg("to use it, name it site.db in the site's folder, and take the line `store` out of sop.toml"),
        msg("then check it: sop audit verify"),
    )  # fmt: skip
