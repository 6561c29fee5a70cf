"""A wrong sentence is a bug: what the README shows and names is held to the program."""

import re
from pathlib import Path

import pytest

from bot.settings import Settings
from sandbox.gallery import picture

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


async def test_the_sheet_in_the_readme_is_the_sheet():
    assert await picture() in README


async def test_the_phone_in_the_readme_begins_as_a_phone_shows_it():
    shown = README.split("```text\n")[2].split("\n▌ …")[0]
    assert (await picture(phone=True)).startswith(shown)
    assert shown.count("\n") > 15


def test_the_readme_explains_every_setting():
    named = set(re.findall(r"`([A-Z_]{5,})`", README.split("| variable |")[1].split("\n\n")[0]))
    assert named == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z]+)\b", README))))
def test_every_make_target_of_the_readme_exists(target: str):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
