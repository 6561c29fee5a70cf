"""The repository's files, as the architecture tests read them."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PROGRAM = ("bot", "cogs", "db")
OURS = (*PROGRAM, "sandbox", "bench")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*folders: str) -> list[Path]:
    """The Python files below the folders; a folder that does not exist yet has none."""
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def name(path: Path) -> str:
    """How a test and its message call the file."""
    return path.relative_to(REPOSITORY).as_posix()


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of the file, nested ones included."""
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function))


def kept_files() -> list[Path]:
    """Every text file that is in the repository or about to be: what git knows or does not ignore."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listing, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    paths = [REPOSITORY / line for line in done.stdout.split("\0") if line]
    return [path for path in paths if path.is_file() and path.suffix not in {".png", ".gif", ".ico", ".woff2"}]
