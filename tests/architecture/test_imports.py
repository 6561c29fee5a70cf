"""Imports point one way; the contracts in pyproject.toml hold, and each of them would notice."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from source import REPOSITORY, modules, name

LINTER = Path(sys.executable).with_name("lint-imports")
ROOTS = ("bot", "cogs", "db", "sandbox", "bench")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, env={"COLUMNS": "200"}
    )


def broken(output: str) -> list[str]:
    return [line.removesuffix(" BROKEN").strip() for line in output.splitlines() if line.rstrip().endswith(" BROKEN")]


def test_the_contracts_are_kept():
    done = lint(REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 10 kept, 0 broken." in done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for root in ROOTS:
        shutil.copytree(REPOSITORY / root, tmp_path / root, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


VIOLATIONS = [
    ("bot/domain/roster.py", "import discord", "The domain knows nothing but the standard library"),
    ("bot/domain/roster.py", "from bot.services import zones", "The domain knows nothing but the standard library"),
    ("bot/services/raids.py", "import asyncpg", "Only db knows asyncpg"),
    ("cogs/sheet.py", "import asyncpg", "Only db knows asyncpg"),
    ("bot/services/raids.py", "import discord", "Use cases and the database do not know Discord"),
    ("db/events.py", "import bot.render.texts", "Use cases and the database do not know Discord"),
    ("db/events.py", "import bot.services.zones", "The database does not know the use cases"),
    ("cogs/sheet.py", "import db.events", "Cogs reach the database through use cases"),
    ("bot/render/sheet.py", "import bot.services.zones", "Rendering sees the domain only"),
    ("bot/raid_helper/pace.py", "import discord", "The Raid-Helper client sees the domain and the clock only"),
    ("cogs/sheet.py", "import bot.app", "The composition root is for the commands and the sandbox"),
    ("bot/client.py", "import sandbox.clock", "The program does not know the sandbox"),
    ("sandbox/local.py", "import bench.clicks", "Nobody needs the benchmarks"),
]


@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS)
def test_a_planted_violation_breaks_its_contract(copy: Path, file: str, line: str, contract: str):
    path = copy / file
    path.write_text(f"{path.read_text()}\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1
    assert contract in broken(done.stdout)


def imported(path: Path) -> set[str]:
    """The modules a file imports, in full."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", modules("bot/domain"), ids=name)
def test_the_domain_imports_the_standard_library_only(path: Path):
    foreign = {module for module in imported(path) if module.split(".")[0] not in sys.stdlib_module_names}
    assert all(module.startswith("bot.domain") for module in foreign), foreign


@pytest.mark.parametrize("path", modules("bot", "cogs", "db", "sandbox", "bench"), ids=name)
def test_nothing_that_ships_imports_the_tests(path: Path):
    assert not {"tests", "pytest", "hypothesis"} & {module.split(".")[0] for module in imported(path)}
