"""Changes to the tables, run by `store.upgrade`."""
