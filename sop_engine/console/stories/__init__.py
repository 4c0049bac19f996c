"""The record in words: what was done, by whom, and why it was allowed."""
