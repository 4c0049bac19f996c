"""The command line: words in, one engine call, words out; a file per group of users.

Start-up is felt by every user, so nothing heavy is imported before the leaf that was asked for is known.
"""

import gc
from typing import Final

_COLLECTED: Final = 200_000
"""new objects after which the cyclic collector looks for what it could free. A usual command ends before: what it
imports and reads is used until then, and to go through it again and again took a tenth of the command"""


def main() -> None:
    """The console script `sop`. Ends the process with the exit code of what was asked."""
    gc.set_threshold(_COLLECTED, *gc.get_threshold()[1:])
    from sop_engine.console.running import run_and_exit

    run_and_exit()
