"""Numbers that many draw at once. Where two have just met at one, the next who needs it waits in turn for it before he
decides: else all but one would decide in vain, again and again."""

import time
from typing import Final

_REMEMBERED_SECONDS: Final = 2.0
Series = tuple[str, str]
"""prefix and day"""


class Crowd:
    """What one process remembers of it."""

    def __init__(self) -> None:
        self._met: dict[Series, float] = {}

    def meet(self, series: Series) -> None:
        """Note that two have met."""
        self._met[series] = time.monotonic()

    def is_at(self, series: Series) -> bool:
        """Whether two have met there in the last seconds."""
        met = self._met.get(series)
        if met is None:
            return False
        if time.monotonic() - met < _REMEMBERED_SECONDS:
            return True
        del self._met[series]
        return False
