"""`/me characters`, typed by hand."""

from typing import Any

import pytest
from raid_stage import Stage, is_refusal

from sandbox.discord.answer import Answer


async def add(stage: Stage, name: str = "Arila", spec: str = "Holy Paladin", **given: Any) -> Answer:
    return await stage.member.slash("me characters add", name=name, spec=spec, **given)


async def listed(stage: Stage) -> list[str]:
    answer = await stage.member.slash("me characters list")
    assert answer.ephemeral
    return answer.text.splitlines()


async def test_characters_are_listed_by_game_with_their_mains(stage: Stage) -> None:
    added = await add(stage)
    assert added.ephemeral
    assert added.text == "**Arila** is written down as Holy Paladin. It is your main: what one click signs up with."
    assert "main" not in (await add(stage, "Bruna", "fire mage")).text
    await add(stage, "Gwen", "Arc Titan", game="destiny2")
    assert (await listed(stage))[:5] == [
        "**destiny2**",
        "⭐ Gwen · Arc Titan",
        "**wow**",
        "⭐ Arila · Holy Paladin",
        "▫️ Bruna · Fire Mage",
    ]


async def test_without_any_the_list_says_how_to_get_one(stage: Stage) -> None:
    assert "/me characters add" in (await listed(stage))[0]


async def test_one_click_signs_up_with_the_main(stage: Stage) -> None:
    await add(stage)
    await add(stage, "Bruna", "Fire Mage")
    told = await stage.member.click(await stage.raid(title="One"), "Sign up")
    assert told.text.startswith("You are in as **Holy Paladin**, #1.\n")
    edited = await stage.member.slash("me characters edit", character="Bruna", main=True)
    assert "It is your main" in edited.text
    told = await stage.member.click(await stage.raid(title="Two"), "Sign up")
    assert "**Fire Mage**" in told.text


async def test_a_character_is_renamed_respecced_and_removed(stage: Stage) -> None:
    await add(stage)
    await add(stage, "Bruna", "Fire Mage")
    edited = await stage.member.slash("me characters edit", character="arila", name="Arila II", spec="Holy Priest")
    assert "**Arila II** is now Holy Priest." in edited.text
    removed = await stage.member.slash("me characters remove", character="Arila II")
    assert removed.text.startswith("**Arila II** is forgotten. Your main is **Bruna** now.")
    assert (await listed(stage))[:2] == ["**wow**", "⭐ Bruna · Fire Mage"]


async def test_names_and_specs_are_offered_while_typing(stage: Stage) -> None:
    await add(stage)
    await add(stage, "Gwen", "Arc Titan", game="destiny2")
    [found] = await stage.member.autocomplete("me characters edit", "character", "gwen")
    assert found.name == "Gwen · Arc Titan · destiny2"
    edited = await stage.member.slash("me characters edit", character=found.value, name="Gwendolyn")
    assert "**Gwendolyn**" in edited.text
    specs = await stage.member.autocomplete("me characters edit", "spec", "void", character=found.value)
    assert [one.name for one in specs] == ["Void Titan", "Void Hunter", "Void Warlock"]
    specs = await stage.member.autocomplete("me characters add", "spec", "fire m")
    assert [one.name for one in specs] == ["Fire Mage"]
    specs = await stage.member.autocomplete("me characters add", "spec", "arc w", game="destiny2")
    assert [one.name for one in specs] == ["Arc Warlock"]
    games = await stage.member.autocomplete("me characters add", "game", "destiny")
    assert [one.value for one in games] == ["destiny2"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "x" * 33}, "1 to 32 characters"),
        ({"name": "@everyone"}, "no mention"),
        ({"name": "<@!123>"}, "no mention"),
        ({"name": "ARILA"}, "already"),
        ({"spec": "Fier Mage"}, "Did you mean `Fire Mage`"),
        ({"spec": "Mage"}, "Fire Mage"),
        ({"spec": "😀"}, "no spec"),
        ({"game": "chess"}, "no such template"),
        ({"game": "plain"}, "no classes"),
    ],
)
async def test_what_is_mistyped_is_told_and_nothing_stored(stage: Stage, given: dict[str, Any], words: str) -> None:
    await add(stage)
    before = await stage.rows()
    refused = await stage.member.slash("me characters add", **({"name": "Bruna", "spec": "Fire Mage"} | given))
    assert is_refusal(refused)
    assert words in refused.text
    assert await stage.rows() == before
    assert not stage.rung()


@pytest.mark.parametrize("command", ["edit", "remove"])
async def test_a_character_that_is_not_there(stage: Stage, command: str) -> None:
    await add(stage)
    for typed, words in (("Arilla", "Did you mean `Arila`"), ("#999", "no such character")):
        refused = await stage.member.slash(f"me characters {command}", character=typed)
        assert is_refusal(refused)
        assert words in refused.text


async def test_another_servers_characters_are_its_own(stage: Stage, night_off: Stage) -> None:
    await add(stage)
    number = await stage.value("SELECT id FROM guild_identity.wow_characters")
    refused = await night_off.owner.slash("me characters remove", character=f"#{number}")
    assert is_refusal(refused)
    assert await stage.value("SELECT count(*) FROM guild_identity.wow_characters") == 1


async def test_twenty_five_long_names_are_one_message(stage: Stage) -> None:
    for number in range(25):
        await add(stage, f"{'*' * 30}{number:02}")
    refused = await add(stage, "One more")
    assert is_refusal(refused)
    assert "25 characters" in refused.text
    assert (await listed(stage))[-2].endswith("more lines")
