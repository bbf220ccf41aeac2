"""How the tests are run."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Many tests start the bot as a process of its own. Where Python may not write what it has compiled, each of them would
# compile everything anew, which takes it twice as long to start; so all keep it in one place beside pytest's cache.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PYTHONPYCACHEPREFIX"] = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / "compiled")

_LARGE = ("bot", "discord", "slack_bolt", "slack_sdk", "sqlalchemy", "aiohttp", "alembic", "pydantic", "hypothesis")


def pytest_configure(config: pytest.Config) -> None:
    """Compile what every process will import, once and on all cores, before the processes begin."""
    if hasattr(config, "workerinput"):
        return
    found = (importlib.util.find_spec(name) for name in _LARGE)
    folders = [folder for spec in found if spec for folder in spec.submodule_search_locations or ()]
    subprocess.run([sys.executable, "-m", "compileall", "-q", "-j", "0", *folders], capture_output=True)


def pytest_xdist_auto_num_workers() -> int:
    """Two processes more than there are cores: the tests that run the whole bot mostly wait for it."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that wait for a bot that runs begin first: what waits at the end leaves the cores idle."""
    items.sort(key=lambda item: item.path.parent.name not in {"faults", "crash"})  # stable: the rest stays in its order
