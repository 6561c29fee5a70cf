"""ruff and basedpyright have nothing to say about the repository."""

import subprocess
import sys
from pathlib import Path

import pytest
from source import REPOSITORY

TOOLS = Path(sys.executable).parent


@pytest.mark.timeout(300)  # the type checker reads everything
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("ruff", ("check",)), ("ruff", ("format", "--check")), ("basedpyright", ())],
    ids=["lint", "format", "types"],
)
def test_a_tool_finds_nothing(tool: str, arguments: tuple[str, ...]):
    done = subprocess.run([TOOLS / tool, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"
