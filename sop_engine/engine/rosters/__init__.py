"""Loading rosters, and what follows from them."""
