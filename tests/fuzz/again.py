"""Judge one mutant again, in this process: python -m tests.fuzz.again TARGET NUMBER [FILE_TO_KEEP_IT_IN]"""

import sys
import tempfile
from pathlib import Path

from tests.fuzz.child import target_named


def main() -> None:
    name, number, *file = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        target = target_named(name, Path(folder))
        mutant = target.make(int(number))
        if file:
            Path(file[0]).write_bytes(mutant)
        sys.stdout.write(f"{mutant[:4000]!r}\n{target.judge(mutant)}\n")


if __name__ == "__main__":
    main()
