"""A file as it was typed: bytes, characters, the tree in which every text keeps its place, and back."""
