"""sop-engine: written procedures that run. The rooms and what each may import are told in docs/architecture.md."""

__version__ = "0.1.0"
