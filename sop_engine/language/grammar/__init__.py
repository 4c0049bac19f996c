"""Which words may stand where in a file: the one truth for reading, for editors and for the reference."""
