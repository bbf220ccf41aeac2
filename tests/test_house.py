"""The conventions of the house, as far as a machine can tell."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
TOP_LEVEL = {
    *("bot", "cogs", "tests", "benchmarks", "docs", "pyproject.toml", "requirements.lock", "config.example.toml"),
    *("README.md", "CHANGELOG.md", "LICENSE"),
}
LONGEST_MODULE = 400  # lines; DESIGN asks for 300, and a reason for more
INDEX_ADDRESS = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links", re.IGNORECASE)


def sources() -> Iterator[Path]:
    for folder in ("bot", "cogs", "tests", "benchmarks"):
        yield from (ROOT / folder).rglob("*.py")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_dependencies_point_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_the_top_level_holds_only_what_belongs_there() -> None:
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(git, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("this is no git checkout, so it can't be told which files are a user's own")
    top = {line.split("/")[0] for line in done.stdout.splitlines() if (ROOT / line).exists()}
    assert {name for name in top - TOP_LEVEL if not name.startswith(".")} == set()


def test_every_package_says_what_lives_in_it() -> None:
    folders = {path.parent for path in sources()}
    silent = [
        name_of(folder)
        for folder in folders
        if not (folder / "__init__.py").exists()
        or (folder.parts[len(ROOT.parts)] in ("bot", "cogs") and not docstring_of(folder / "__init__.py"))
    ]
    assert silent == []


def test_every_module_of_the_bot_begins_with_what_it_is_for() -> None:
    modules = [path for path in sources() if path.is_relative_to(ROOT / "bot") or path.is_relative_to(ROOT / "cogs")]
    assert [name_of(path) for path in modules if not docstring_of(path)] == []


def docstring_of(path: Path) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_module_is_too_long_to_read() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_file_that_the_documents_name_is_there() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
    named = {
        path
        for page in pages
        for path in re.findall(r"`((?:bot|cogs|tests|docs|benchmarks)/[^`\s]*)`", page.read_text(encoding="utf-8"))
    }
    assert [path for path in sorted(named) if not any(ROOT.glob(path.rstrip("/")))] == []


# ── requirements.lock ────────────────────────────────────────────────────────────────────────────────────────────────


def locked() -> dict[str, list[str]]:
    """The versions that requirements.lock pins for each name."""
    pins: dict[str, list[str]] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([\w.-]+)==([^\s;]+)", line):
            pins.setdefault(canonicalize_name(found[1]), []).append(found[2])
    return pins


def test_the_lock_holds_a_fitting_version_of_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = locked()
    for requirement in map(Requirement, project["dependencies"]):
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert any(requirement.specifier.contains(version) for version in versions), f"{requirement}: run .ci/run lock"


def test_the_lock_has_a_hash_for_every_version_and_names_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in blocks[1:])
    assert not INDEX_ADDRESS.search(text)
