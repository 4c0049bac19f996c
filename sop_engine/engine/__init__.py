"""The order of effects: load, decide, append in one transaction; tick; deliver; publish. See docs/architecture.md."""
