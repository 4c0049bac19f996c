"""Who may look at a site.

The law. A site holds names and telephone numbers, so what is made in it is for its owner and its group; how much of
that the group gets, the umask says, but others get nothing whatever it says. What somebody has opened since stays open,
and is told.
"""

import stat
from pathlib import Path
from typing import Final

FILE_MODE: Final = 0o660
FOLDER_MODE: Final = 0o770
_HARMLESS: Final = frozenset({"sop.toml", "workflows", "templates", "calendars"})
"""parts of a site that hold nothing about people"""


def open_to_others(folder: Path) -> list[Path]:
    """What others than its owner and its group can read or write in the site `folder`, and that is no draft or setting;
    the folder itself where they can write it. Empty where they cannot enter the folder at all."""
    about = folder.stat().st_mode
    if not about & stat.S_IXOTH:
        return []
    found = [folder] if about & stat.S_IWOTH else []
    for each in sorted(folder.iterdir()):
        if each.name not in _HARMLESS and not each.is_symlink() and each.stat().st_mode & stat.S_IRWXO:
            found.append(each)
    return found
