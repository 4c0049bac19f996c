"""`make reference`: write anew what is made from the code, and what the pages' commands show. Read the diff.

python -m tests.documentation.rewrite            everything
python -m tests.documentation.rewrite README.md  these pages only
"""

import sys
import tempfile
from pathlib import Path

from tests.documentation import generated, pictures
from tests.documentation.pages import PAGES
from tests.documentation.transcript import ROOT, rewritten


def main(names: list[str]) -> None:
    """Rewrite the named pages, or all."""
    wanted = [ROOT / name for name in names]
    for path, make in generated.PAGES.items():
        if not names or path in wanted:
            path.write_text(make(), encoding="utf-8")
    if not names:
        for path in pictures.PICTURES:
            pictures.draw(path)
    for page in [path for path in wanted if path not in generated.PAGES] if names else PAGES:
        with tempfile.TemporaryDirectory() as folder:
            page.write_text(rewritten(page, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
