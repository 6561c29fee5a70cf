"""The shape of the code: sizes, clocks, words, and tests that test something."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections import Counter
from pathlib import Path

import pytest
from source import OURS, PROGRAM, REPOSITORY, Function, functions, kept_files, modules, name

from bot.domain.errors import MusterError
from bot.domain.health import LoopName

LONGEST_FUNCTION = 50
LONGEST_MODULE = 400
LAYERS = {
    "architecture",
    "bench",
    "db",
    "discord",
    "faults",
    "prefix",
    "process",
    "raid_helper",
    "render",
    "sandbox",
    "services",
    "unit",
}
TESTS = [path for path in modules("tests") if path.name.startswith("test_")]


@pytest.mark.parametrize("path", modules(*OURS), ids=name)
def test_no_function_is_longer_than_a_screen(path: Path):
    lines = {one.name: (one.end_lineno or one.lineno) - one.lineno + 1 for one in functions(path)}
    assert {each: count for each, count in lines.items() if count > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", modules(*PROGRAM), ids=name)
def test_no_module_is_too_long(path: Path):
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


# A loop that dies must show.


def test_every_loop_tells_when_it_came_through():
    cogs = "\n".join(path.read_text() for path in modules("bot/services", "cogs"))
    told = re.findall(r"(?:came_through\(|super\(\)\.__init__\(bot, )LoopName\.(\w+)", cogs)
    assert sorted(told) == sorted(one.name for one in LoopName)
    loops = cogs.count("@tasks.loop(") - 1 + cogs.count("(Ticking)")  # the base's is its heirs'
    assert loops + 1 == len(LoopName)  # the queue's worker waits for what is due by itself


# What is shown is a value: the library keeps nothing of it.

A_VIEW = re.compile(r"\b(Layout)?View\(|\((discord\.)?(ui\.)?(Layout)?View[,)]|DynamicItem")


@pytest.mark.parametrize("path", modules("bot", "cogs"), ids=name)
def test_views_are_made_in_one_place(path: Path):
    assert name(path) == "bot/components.py" or not A_VIEW.search(path.read_text())


def test_a_view_of_ones_own_would_be_seen():
    own = ("ui.View(timeout=None)", "LayoutView()", "class Own(ui.View):", "class Own(LayoutView, x=1):")
    assert all(A_VIEW.search(one) for one in (*own, "class Own(ui.DynamicItem[ui.Button]):"))
    assert A_VIEW.search((REPOSITORY / "bot" / "components.py").read_text())
    assert not A_VIEW.search("def own(view: ui.View | None) -> ui.Button[ui.View]: return view_of()")


# Time comes from the injected clock.

MACHINE_TIME = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("time", "sleep"),
    ("asyncio", "sleep"),
    ("utils", "utcnow"),
}


def asks_the_machine(source: str) -> list[str]:
    """The calls in `source` that read the machine's clock or wait on it."""
    attributes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    named = [(getattr(node.value, "attr", getattr(node.value, "id", "")), node.attr) for node in attributes]
    return [".".join(pair) for pair in named if pair in MACHINE_TIME]


@pytest.mark.parametrize("path", modules(*PROGRAM), ids=name)
def test_only_the_clock_asks_the_machine_for_time(path: Path):
    assert path.name == "clock.py" or not asks_the_machine(path.read_text())


def test_a_question_to_the_machine_would_be_seen():
    source = "import asyncio, datetime\nasyncio.sleep(1)\ndatetime.datetime.now()\nclock.now()"
    assert asks_the_machine(source) == ["asyncio.sleep", "datetime.now"]
    assert asks_the_machine((REPOSITORY / "bot" / "clock.py").read_text())


DATABASE_TIME = re.compile(r"(?<!DEFAULT )\b(now\(\)|current_(timestamp|date|time)\b|\w+_timestamp\(\))", re.IGNORECASE)


@pytest.mark.parametrize("path", [*modules("db"), *sorted((REPOSITORY / "sql" / "migrations").glob("*.sql"))], ids=name)
def test_the_databases_clock_decides_nothing(path: Path):
    text = path.read_text()
    found = [match[0] for match in DATABASE_TIME.finditer(text) if match[0] != "to_timestamp()"]
    assert found == []


def test_the_databases_clock_would_be_seen():
    assert DATABASE_TIME.search("WHERE wake_at <= now()")
    assert DATABASE_TIME.search("SELECT clock_timestamp()")
    assert not DATABASE_TIME.search("created_at timestamptz NOT NULL DEFAULT now()")


# An error is a sentence for the person who will read it.


def every_error() -> list[type[Exception]]:
    """The exceptions the program defines."""
    found: set[type[Exception]] = set()
    for package in PROGRAM:
        for module in pkgutil.walk_packages([str(REPOSITORY / package)], f"{package}."):
            if module.name == "bot.__main__":
                continue
            members = vars(importlib.import_module(module.name)).values()
            found |= {one for one in members if inspect.isclass(one) and issubclass(one, Exception)}
    return sorted((one for one in found if one.__module__.split(".")[0] in PROGRAM), key=lambda one: one.__qualname__)


BLAME = re.compile(r"\b(invalid|illegal|you (forgot|failed)|your (fault|mistake|error)|stupid|oops)\b", re.IGNORECASE)


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.__qualname__)
def test_an_error_says_a_sentence(error: type[Exception]):
    words = inspect.getdoc(error) or ""
    paragraph = words.split("\n\n")[0]
    assert paragraph.endswith((".", "?")), paragraph
    assert paragraph[0].isupper()
    if issubclass(error, MusterError):  # the paragraph is what a member reads
        assert not BLAME.search(paragraph), paragraph


def test_the_errors_are_found():
    assert MusterError in every_error()
    assert len(every_error()) > 30


# Tests that test something, each in its place.


def _called(function: Function) -> set[str]:
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {getattr(call, "attr", getattr(call, "id", "")) for call in calls}


def _asserts(function: Function) -> bool:
    looks = any(isinstance(node, ast.Assert) for node in ast.walk(function))
    # A check_… of the stand-ins raises what Discord would have refused.
    calls = {"raises", "warns", "fail", "timeout", "wait_for"} & _called(function)
    return looks or bool(calls) or any(each.startswith("check_") for each in _called(function))


def asserting_helpers() -> set[str]:
    """The names of the tests' helpers that assert, themselves or by a helper of theirs."""
    helpers = [one for path in modules("tests") for one in functions(path) if not one.name.startswith("test_")]
    found = {one.name for one in helpers if _asserts(one)}
    while more := {one.name for one in helpers if one.name not in found and _called(one) & found}:
        found |= more
    return found


HELPERS = asserting_helpers()


def test_a_test_without_an_assertion_would_be_seen():
    empty, full = ast.parse("def test_a(): print(1)\ndef test_b(): assert 1").body
    assert isinstance(empty, ast.FunctionDef)
    assert isinstance(full, ast.FunctionDef)
    assert (_asserts(empty), _asserts(full)) == (False, True)


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_every_test_asserts(path: Path):
    tests = [one for one in functions(path) if one.name.startswith("test_")]
    assert tests
    assert [one.name for one in tests if not _asserts(one) and not _called(one) & HELPERS] == []


@pytest.mark.parametrize("path", modules("tests"), ids=name)
def test_a_test_file_is_in_its_place(path: Path):
    place = path.relative_to(REPOSITORY / "tests").parts
    assert len(place) == 1 or place[0] in LAYERS
    assert len(place) > 1 or not path.name.startswith("test_")
    has_tests = any(
        one.name.startswith("test_") for one in ast.parse(path.read_text()).body if isinstance(one, Function)
    )
    assert not has_tests or path.name.startswith("test_")  # else pytest passes it by


def test_no_two_files_of_the_tests_are_one_module():
    loose = [path.stem for path in modules("tests") if not (path.parent / "__init__.py").exists()]
    assert [each for each, count in Counter(loose).items() if count > 1 and each != "conftest"] == []


# What must not be in any file.

HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "regis" + "try.", "crates" + ".io")
OPTIONS = re.compile(r"(?<!no-emit-)index[-]url|trusted[-]host|find[-]links")


def forbidden_in(text: str) -> list[str]:
    """What a file with this text must not say."""
    small = text.lower()
    machine = [each for each in (f"{REPOSITORY}/".lower(), f"{Path.home()}/".lower()) if each in small]
    return [*(each for each in HOSTS if each in small), *OPTIONS.findall(small), *machine]


def test_no_file_names_a_registry_or_this_machine():
    said = {name(path): forbidden_in(path.read_text(errors="replace")) for path in kept_files()}
    assert len(said) > 100
    assert {path: words for path, words in said.items() if words} == {}


def test_a_registry_or_this_machine_would_be_seen():
    assert forbidden_in(f"--{'index'}-url https://{HOSTS[0]}/simple") == [HOSTS[0], "index" + "-url"]
    assert forbidden_in(f"see {REPOSITORY}/bot")
    assert forbidden_in("uv pip compile --no-emit-index" + "-url") == []
