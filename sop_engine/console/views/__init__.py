"""A ticket as it stands: on the screen and as JSON."""
