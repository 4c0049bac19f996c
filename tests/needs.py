"""What a machine may lack. Somebody's own machine is told so; in CI such a test runs, and fails for want of it."""

import os

import pytest


def needs(missing: str) -> pytest.MarkDecorator:
    """A mark for tests that cannot run for the reason `missing`; empty: they can."""
    return pytest.mark.skipif(bool(missing) and not os.environ.get("CI"), reason=missing or "-")
