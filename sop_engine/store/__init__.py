"""The store: a few verbs behind one seam (`seam`), on SQLite (`sqlite`)."""

from sop_engine.store.sqlite import MEMORY, open_store

__all__ = ["MEMORY", "open_store"]
