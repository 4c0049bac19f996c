"""What whoever keeps the site does: makes it, adds people, runs the sweep, saves the store."""
