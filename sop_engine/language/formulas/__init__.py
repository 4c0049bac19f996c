"""Conditions and expressions: text to typed trees, and whether they can hold."""
