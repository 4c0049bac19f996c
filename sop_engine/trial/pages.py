"""The pages of the faults that a scenario file can have, for `sop flow explain`."""

from collections.abc import Mapping
from typing import Final

from sop_engine.messages import Message, msg

PAGES: Final[Mapping[str, Message]] = {
    "SOP301": msg(
        "SOP301: a time in a scenario that cannot be read.\n\n"
        "`starts` is an instant (`2026-11-23 08:30`), `zone` one of the tz database, `wait` a duration (`4 h`,"
        " `3 个月`), `until` an instant or a time of the day (`14:00`, `明天 09:30`)."
    ),
    "SOP302": msg(
        "SOP302: a scenario names steps or a procedure that the file does not have.\n\n"
        "`first` names beginnings: lists of steps under `beginnings:`, played before the scenario's own. `procedure`"
        " beside `open` names a procedure whose tickets are there too: one of `also:`."
    ),
    "SOP303": msg(
        "SOP303: a step that does nothing, or several things.\n\n"
        "A step is one act by one person (`by` with `open`, `do`, `claim`, `give_to`, `hand_over`, `edit` or `note`),"
        " or a time in which nobody does anything (`wait` or `until`). What must come of it stands beside it: `state`,"
        " `told`, `refused` ..."
    ),
    "SOP304": msg(
        "SOP304: somebody whom the file does not know.\n\n"
        "Everybody who takes part stands under `people:` with the roles that he holds."
    ),
}
"""Code -> page."""


def page_of(code: str) -> Message | None:
    """The page of a code, or None where it is none of these."""
    return PAGES.get(code.strip().upper())
