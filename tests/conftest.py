"""How the tests are run."""

from __future__ import annotations

import os


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: the tests that run the whole bot mostly wait for it."""
    return (os.cpu_count() or 1) + 1
