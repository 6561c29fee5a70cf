import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.log import JsonFormatter, set_up_logging


@pytest.fixture(autouse=True)
def _handlers_restored() -> Iterator[None]:
    root, library = logging.getLogger(), logging.getLogger("discord")
    before = root.handlers[:], root.level, library.level
    yield
    root.handlers[:], level, library_level = before
    root.setLevel(level)
    library.setLevel(library_level)


def record(message: str, *args: object, failure: BaseException | None = None) -> logging.LogRecord:
    trace = (type(failure), failure, failure.__traceback__) if failure else None
    made = logging.LogRecord("bot.queue", logging.WARNING, "queue.py", 1, message, args, trace)
    made.created = datetime(2026, 11, 25, 19, 0, tzinfo=UTC).timestamp()
    return made


def test_a_record_is_one_line_of_json():
    line = JsonFormatter().format(record("raid=%s said\n%s", 7, "団長 🛡️"))
    assert "\n" not in line
    assert "団長" in line  # a person reads it too
    assert json.loads(line) == {
        "at": "2026-11-25T19:00:00+00:00",
        "level": "WARNING",
        "logger": "bot.queue",
        "message": "raid=7 said\n団長 🛡️",
    }


def test_a_failure_brings_its_trace_on_the_same_line():
    try:
        raise RuntimeError("the wall was hit")
    except RuntimeError as error:
        line = JsonFormatter().format(record("reference=%s", "ab12", failure=error))
    assert "\n" not in line
    assert json.loads(line)["message"] == "reference=ab12"
    assert json.loads(line)["trace"].startswith("Traceback")
    assert "RuntimeError: the wall was hit" in json.loads(line)["trace"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_logging_goes_to_standard_error_from_the_level_on(capsys: pytest.CaptureFixture[str], form: str):
    set_up_logging("WARNING", form)
    logging.getLogger("bot.test").info("raid=%s quiet", 1)
    logging.getLogger("bot.test").warning("raid=%s loud", 2)
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert "raid=2 loud" in line
    assert "WARNING" in line
    assert "bot.test" in line
    assert line.startswith("{") is (form == "json")


def test_setting_up_twice_does_not_say_everything_twice(capsys: pytest.CaptureFixture[str]):
    set_up_logging("INFO", "text")
    set_up_logging("INFO", "text")
    logging.getLogger("bot.test").info("once")
    assert capsys.readouterr().err.count("once") == 1


@pytest.mark.parametrize(
    ("level", "library"), [("DEBUG", logging.INFO), ("INFO", logging.INFO), ("ERROR", logging.ERROR)]
)
def test_the_library_never_chats_below_info(level: str, library: int):
    set_up_logging(level, "text")
    assert logging.getLogger("bot").getEffectiveLevel() == logging.getLevelName(level)
    assert logging.getLogger("discord.gateway").getEffectiveLevel() == library


def test_the_handler_writes_to_the_process_s_own_standard_error():
    set_up_logging("INFO", "text")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    assert handler.stream is sys.stderr
