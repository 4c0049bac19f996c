"""What tells the address of a database from the path of a file, and what an address must not hold."""

import re
from typing import Final

from sop_engine.errors import SetUp
from sop_engine.messages import msg

SCHEMES: Final = ("postgresql://", "postgres://")
_PASSWORD: Final = re.compile(r"//[^/?@]*:[^/?@]*@|[?&]password=", re.IGNORECASE)


def is_address(place: str) -> bool:
    """Whether `place` is a PostgreSQL address, and not a path."""
    return place.startswith(SCHEMES)


def refuse_password(address: str) -> None:
    """Raise `SetUp` where an address holds a password: it would stand in files and in lists of processes."""
    if _PASSWORD.search(address):
        raise SetUp(
            msg("the address of the store holds a password, which does not belong there"),
            fix=msg("put it into PGPASSWORD, or into a file that PGPASSFILE or `passfile=` names"),
        )
