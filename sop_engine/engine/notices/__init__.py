"""Ways out of the system: which notice goes to whom by which channel, and delivering it."""
