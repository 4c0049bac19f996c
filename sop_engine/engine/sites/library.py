"""Where the starter library stands."""

from importlib import resources
from pathlib import Path


def library() -> Path:
    """The starter library's folder: inside the installed package, or beside it in a checkout."""
    package = Path(str(resources.files("sop_engine")))
    inside = package / "library"
    return inside if inside.is_dir() else package.parent
