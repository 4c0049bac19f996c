"""The site's own history: who works here and since when, shifts, teams, terminals, reserved numbers."""
