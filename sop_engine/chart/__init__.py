"""Statechart semantics: the SCXML algorithm over a Procedure's states."""
