"""The repository's files, as the architecture tests read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PROGRAM = ("bot", "cogs", "db")
BINARY = {".gif", ".ico", ".png", ".woff2"}
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
    """Every text file that ships or tests, with or without git at hand."""
    folders = [REPOSITORY / each for each in (*OURS, "sql", "tests", ".ci", "docs")]
    found = [path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts]
    top = [path for path in REPOSITORY.iterdir() if path.name not in {".env", ".git"}]
    return [path for path in [*found, *top] if path.is_file() and path.suffix not in BINARY]
