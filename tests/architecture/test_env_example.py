"""What a host copies and installs is in step with the program: `.env.example`, requirements files, pyproject."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from source import REPOSITORY

from bot.settings import Settings

LINE = re.compile(r"^([A-Z_]+)=(.*)$", re.MULTILINE)
PIN = re.compile(
    r"(?P<package>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ?;[^-]+)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*"
)
FILES = ("requirements.txt", "requirements-dev.txt")


def example() -> dict[str, str]:
    return dict(LINE.findall((REPOSITORY / ".env.example").read_text()))


def test_the_example_has_every_setting_and_no_other():
    assert set(example()) == {field.upper() for field in Settings.model_fields}


def test_every_setting_of_the_example_is_explained():
    lines = (REPOSITORY / ".env.example").read_text().splitlines()
    above = {line.split("=")[0]: before for before, line in itertools.pairwise(lines) if "=" in line}
    silent = [name for name in example() if not above[name].startswith("#")]
    assert silent == ["LOG_FORMAT", "SHARD_IDS"]  # explained together with the line above them


def test_the_example_as_it_is_means_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in example():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)  # no developer's .env
    assert Settings(_env_file=REPOSITORY / ".env.example") == Settings(_env_file=None)


def test_the_example_holds_no_secret():
    secrets = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    assert secrets == ["discord_token", "database_url", "encryption_key"]
    assert [example()[name.upper()] for name in secrets] == ["", "", ""]


def requirements(file: str) -> list[str]:
    """The file's entries, a line each."""
    joined = (REPOSITORY / file).read_text().replace("\\\n", " ").splitlines()
    return [line for line in joined if line and not line.startswith("#")]


def pins(file: str) -> dict[str, str]:
    """The pinned version of every package in the file."""
    found = filter(None, map(PIN.fullmatch, requirements(file)))
    return {canonicalize_name(match["package"]): match["version"] for match in found}


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_a_version_with_its_hash(file: str):
    assert requirements(file)
    assert [line[:60] for line in requirements(file) if not PIN.fullmatch(line)] == []  # so no index, no loose one


PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
EXTRAS = [one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra]
DEVELOPMENT = [one for one in PROJECT["dependency-groups"]["dev"] if isinstance(one, str)]


@pytest.mark.parametrize(
    ("file", "wanted"), [("requirements.txt", RUNTIME), ("requirements-dev.txt", [*RUNTIME, *EXTRAS, *DEVELOPMENT])]
)
def test_the_pins_are_what_the_project_asks_for(file: str, wanted: list[str]):
    pinned = pins(file)
    for requirement in map(Requirement, wanted):
        assert pinned[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_both_files_pin_the_same_versions():
    host, developer = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {package: developer.get(package) for package in host} == host
