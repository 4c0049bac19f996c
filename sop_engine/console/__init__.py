"""The command line: words in, one engine call, words out; a file per group of users.

Start-up is felt by every user, so nothing heavy is imported before the leaf that was asked for is known.
"""


def main() -> None:
    """The console script `sop`. Ends the process with the exit code of what was asked."""
    from sop_engine.console.running import run_and_exit

    run_and_exit()
