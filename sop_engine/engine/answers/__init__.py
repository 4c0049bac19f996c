"""Answers to what `decide` asks, out of the store, inside the transaction that decides."""
