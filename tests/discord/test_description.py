"""Whether the tests of this folder were held against Discord's own description of its API."""

import pytest
from raid_stage import PUBLISHED

from sandbox.discord.openapi import Spec


def test_the_bot_is_held_against_discords_description(description: Spec | None) -> None:
    if description is None:
        pytest.skip(f"Discord's description is not there: put it at ../shared/{PUBLISHED.name} beside the repository")
    assert description.check("POST", "/channels/1/messages", {"content": 5})
    assert not description.check("POST", "/channels/1/messages", {"content": "five"})
