"""From a file to a version that is kept for ever: procedures and calendars."""
