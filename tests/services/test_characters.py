"""`/me characters`: mains and alts, a game at a time."""

import asyncio
from typing import Any

import pytest

from bot.domain.character import BadCharacterName, NameTaken, TooManyCharacters, UnknownCharacter
from bot.domain.ids import EventId
from bot.domain.permissions import Actor
from bot.domain.sign_up import Pick
from bot.domain.spec_names import UnknownSpec
from bot.domain.template import Choice
from bot.services.characters import Characters, CharacterWish, NoClasses, NothingToChange, remember
from bot.services.clicking import SignedUp
from bot.services.officers import OfferGone
from bot.services.templates import UnknownTemplate
from tests.factories import OTHER_GUILD, member, officer
from tests.services.world import World, blocked

HOLY, FIRE = Pick("Paladin", "Holy"), Pick("Mage", "Fire")


@pytest.fixture
def desk(guild: World) -> Characters:
    return guild.first.characters


async def shown(desk: Characters, who: Actor | None = None) -> list[tuple[str, str, Pick | None, bool]]:
    return [(one.game, one.name, one.pick, one.is_main) for one in (await desk.of(who or member()))[0]]


async def test_the_first_of_a_game_is_its_main(desk: Characters) -> None:
    assert await desk.of(member()) == ([], {})
    await desk.add(member(), None, CharacterWish("Bruna", "Fire Mage"))
    await desk.add(member(), None, CharacterWish("Arila", "holy paladin"))
    await desk.add(member(), "destiny2", CharacterWish("Arila", "Arc Titan"))
    assert await shown(desk) == [
        ("destiny2", "Arila", Pick("Titan", "Arc"), True),
        ("wow", "Bruna", FIRE, True),
        ("wow", "Arila", HOLY, False),
    ]
    assert await desk.of(member(2)) == ([], {})
    assert await desk.of(member(guild_id=OTHER_GUILD)) == ([], {})


async def test_the_main_is_what_one_click_signs_up_with(guild: World, desk: Characters) -> None:
    for name, spec, main in (("Arila", "Holy Paladin", False), ("Bruna", "Fire Mage", True)):
        await desk.add(member(), None, CharacterWish(name, spec, main))
    outcome = await guild.first.sign_ups.answer(member(), await guild.raid(), Choice.ACCEPTED)
    assert isinstance(outcome, SignedUp)
    assert outcome.placed.sign_up.spec_name == "Fire"
    await desk.edit(member(), "arila", CharacterWish(main=True))
    assert [one[1:] for one in await shown(desk)] == [("Arila", HOLY, True), ("Bruna", FIRE, False)]
    outcome = await guild.first.sign_ups.answer(member(), await guild.raid(), Choice.ACCEPTED)
    assert isinstance(outcome, SignedUp)
    assert outcome.placed.sign_up.spec_name == "Holy"


async def test_the_origins_main_follows_within_its_game(guild: World, desk: Characters) -> None:
    await desk.add(member(), None, CharacterWish("Arila", "Holy Paladin"))
    bruna, _ = await desk.add(member(), None, CharacterWish("Bruna", "Fire Mage"))
    await desk.add(member(), "destiny2", CharacterWish("Gwen", "Arc Titan", main=True))
    main = """
        SELECT p.main_character_id, s.name FROM guild_identity.players p
        JOIN guild_identity.specializations s ON s.id = p.main_spec_id
    """
    assert (await guild.pool.fetchrow(main) or {})["name"] == "Holy"
    await desk.edit(member(), "Bruna", CharacterWish(main=True))
    await desk.edit(member(), "Bruna", CharacterWish(spec="Frost Mage"))
    assert tuple(await guild.pool.fetchrow(main) or ()) == (bruna.id, "Frost")


async def test_a_character_is_renamed_and_plays_something_else(desk: Characters) -> None:
    one, _ = await desk.add(member(), None, CharacterWish("Arila", "Holy Paladin"))
    edited, _ = await desk.edit(member(), f"#{one.id}", CharacterWish("ARILA", "Fire Mage"))
    assert (edited.id, edited.name, edited.pick, edited.is_main) == (one.id, "ARILA", FIRE, True)


async def test_names_are_a_games_own(desk: Characters) -> None:
    await desk.add(member(), None, CharacterWish("Arila", "Holy Paladin"))
    await desk.add(member(), "destiny2", CharacterWish("Gwen", "Arc Titan"))
    assert (await desk.edit(member(), "Gwen", CharacterWish("Arila")))[0].name == "Arila"


async def test_a_removed_main_makes_room_for_the_next(guild: World, desk: Characters) -> None:
    event_id = await guild.raid()
    for name, spec in (("Arila", "Holy Paladin"), ("Bruna", "Fire Mage"), ("Cleo", "Frost Mage")):
        await desk.add(member(), None, CharacterWish(name, spec))
    await guild.first.sign_ups.answer(member(), event_id, Choice.ACCEPTED)
    gone, main = await desk.remove(member(), "Arila")
    assert (gone.name, main and main.name, main and main.is_main) == ("Arila", "Bruna", True)
    assert (await desk.remove(member(), "Cleo"))[1] is None  # an alt leaves the main as it is
    assert [one[1:] for one in await shown(desk)] == [("Bruna", FIRE, True)]
    own = await guild.first.mine.look(member(), event_id)
    assert (own.placed.sign_up.spec_name, own.character) == ("Holy", None)  # the sheet keeps what was said


async def offering(world: World, event_id: EventId, *offers: str) -> tuple[str, ...]:
    return (await world.first.mine.offer(member(), event_id, offers)).placed.sign_up.offers


async def test_a_character_that_is_gone_is_offered_nowhere(guild: World, desk: Characters) -> None:
    for name, spec in (("Arila", "Holy Paladin"), ("Bruna", "Fire Mage"), ("Cora", "Arms Warrior")):
        await desk.add(member(), None, CharacterWish(name, spec))
    first, bystander = await guild.raid(), member(2)
    await guild.first.sign_ups.answer(member(), first, Choice.ACCEPTED)
    await guild.first.sign_ups.answer(bystander, first, Choice.ACCEPTED, ("Mage", "Fire"))
    await guild.first.mine.offer(bystander, first, ["Mage/Frost"])
    said = ("Paladin/Protection", "Mage/Fire", "Warrior/Arms")
    assert await offering(guild, first, *said) == said
    await desk.remove(member(), "Bruna")
    await desk.edit(member(), "Cora", CharacterWish(spec="Shadow Priest"))
    outcome = await guild.first.sign_ups.answer(member(), await guild.raid(), Choice.ACCEPTED)
    assert isinstance(outcome, SignedUp)
    assert outcome.placed.sign_up.offers == ("Paladin/Protection",)
    here = await guild.first.mine.look(member(), first)
    assert (here.placed.number, here.placed.sign_up.class_name) == (1, "Paladin")
    assert here.placed.sign_up.offers == ("Paladin/Protection",)
    with pytest.raises(OfferGone):
        await guild.first.officers.take_offer(officer(), str(first), here.placed.sign_up.player_id, FIRE)
    assert (await guild.first.mine.look(bystander, first)).placed.sign_up.offers == ("Mage/Frost",)
    again = await guild.first.sign_ups.answer(member(), first, Choice.LATE)
    assert isinstance(again, SignedUp)
    assert again.placed.sign_up.offers == ("Paladin/Protection",)  # nor does what the worker remembers bring it back


async def test_whoever_changes_their_class_on_a_sheet_offers_nothing_of_the_old_one(
    guild: World, desk: Characters
) -> None:
    await desk.add(member(), None, CharacterWish("Arila", "Holy Paladin"))
    first = await guild.raid()
    await guild.first.sign_ups.answer(member(), first, Choice.ACCEPTED)
    await offering(guild, first, "Paladin/Protection")
    for event_id, spec in ((first, "Fire"), (await guild.raid(), None)):
        pick = ("Mage", spec) if spec else None
        outcome = await guild.first.sign_ups.answer(member(), event_id, Choice.ACCEPTED, pick)
        assert isinstance(outcome, SignedUp)
        assert (outcome.placed.sign_up.class_name, outcome.placed.sign_up.offers) == ("Mage", ())
        assert (await guild.first.mine.look(member(), event_id)).placed.sign_up.offers == ()


async def test_without_any_the_sheet_asks_again(guild: World, desk: Characters) -> None:
    await desk.add(member(), None, CharacterWish("Arila", "Holy Paladin"))
    assert (await desk.remove(member(), "Arila"))[1] is None
    outcome = await guild.first.sign_ups.answer(member(), await guild.raid(), Choice.ACCEPTED)
    assert not isinstance(outcome, SignedUp)


BAD: dict[str, tuple[str | None, CharacterWish, type[Exception], str]] = {
    "no name": (None, CharacterWish(" ", "Fire Mage"), BadCharacterName, "1 to 32"),
    "long name": (None, CharacterWish("x" * 33, "Fire Mage"), BadCharacterName, "1 to 32"),
    "nothing to see": (None, CharacterWish("\u200b\u2800", "Fire Mage"), BadCharacterName, "something to see"),
    "ping": (None, CharacterWish("@here", "Fire Mage"), BadCharacterName, "no mention"),
    "twice": (None, CharacterWish("arila", "Fire Mage"), NameTaken, "already"),
    "no spec": (None, CharacterWish("Bruna", None), UnknownSpec, "spec"),
    "misspelt": (None, CharacterWish("Bruna", "Fier Mage"), UnknownSpec, "Did you mean `Fire Mage`"),
    "another game's": (None, CharacterWish("Bruna", "Arc Titan"), UnknownSpec, "no spec of"),
    "several": (None, CharacterWish("Bruna", "Protection"), UnknownSpec, "several"),
    "no game": ("chess", CharacterWish("Bruna", "Fire Mage"), UnknownTemplate, "no such template"),
    "no classes": ("plain", CharacterWish("Bruna", "Fire Mage"), NoClasses, "no classes"),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_cannot_be_added(guild: World, desk: Characters, case: str) -> None:
    game, wish, refusal, words = BAD[case]
    await desk.add(member(), None, CharacterWish("Arila", "Holy Paladin"))
    before = await guild.counts()
    with pytest.raises(refusal, match=words):
        await desk.add(member(), game, wish)
    assert await guild.counts() == before


@pytest.mark.parametrize(
    ("typed", "wish", "refusal"),
    [
        ("Zed", CharacterWish("Bruna"), UnknownCharacter),
        ("#999", CharacterWish("Bruna"), UnknownCharacter),
        ("Arila", CharacterWish(), NothingToChange),
        ("Arila", CharacterWish("cleo"), NameTaken),
        ("Arila", CharacterWish(""), BadCharacterName),
        ("Arila", CharacterWish(spec="Baker"), UnknownSpec),
    ],
)
async def test_what_cannot_be_changed(desk: Characters, typed: str, wish: CharacterWish, refusal: Any) -> None:
    for name in ("Arila", "Cleo"):
        await desk.add(member(), None, CharacterWish(name, "Holy Paladin"))
    before = await shown(desk)
    with pytest.raises(refusal):
        await desk.edit(member(), typed, wish)
    assert await shown(desk) == before


async def test_nobody_reaches_the_characters_of_others(desk: Characters) -> None:
    one, _ = await desk.add(member(), None, CharacterWish("Arila", "Holy Paladin"))
    for who in (member(2), member(guild_id=OTHER_GUILD)):
        await desk.add(who, "wow-retail", CharacterWish("Own", "Fire Mage"))
        with pytest.raises(UnknownCharacter):
            await desk.edit(who, f"#{one.id}", CharacterWish("Stolen"))
        with pytest.raises(UnknownCharacter):
            await desk.remove(who, f"#{one.id}")
    assert [each[1] for each in await shown(desk)] == ["Arila"]


async def test_twenty_five_are_enough_even_at_once(guild: World, desk: Characters) -> None:
    async with guild.worker() as second:
        desks = (desk, second.characters)
        adding = (desks[n % 2].add(member(), None, CharacterWish(f"Alt {n}", "Fire Mage")) for n in range(30))
        done = await asyncio.gather(*adding, return_exceptions=True)
    assert sum(isinstance(one, TooManyCharacters) for one in done) == 5
    found, _ = await desk.of(member())
    assert (len(found), sum(one.is_main for one in found)) == (25, 1)


async def test_a_main_written_by_hand_is_the_main(guild: World, desk: Characters) -> None:
    await desk.add(member(), None, CharacterWish("Arila", "Holy Paladin"))
    await guild.pool.execute("UPDATE guild_identity.wow_characters SET is_main = FALSE, spec_id = NULL")
    assert await shown(desk) == [("wow", "Arila", HOLY, True)]


@pytest.mark.parametrize(
    ("game", "typed", "first"),
    [(None, "holy p", "Holy Paladin"), ("destiny2", "arc t", "Arc Titan"), (None, "xyz", None)],
)
async def test_specs_are_offered_as_they_are_typed(desk: Characters, game: Any, typed: str, first: str | None) -> None:
    found = await desk.specs(member(), game, typed)
    assert next((name for name, _ in found), None) == first
    assert len(await desk.specs(member(), None, "")) == 25


async def test_the_specs_of_a_characters_own_game_are_offered(desk: Characters) -> None:
    await desk.add(member(), "destiny2", CharacterWish("Gwen", "Arc Titan"))
    found = await desk.specs(member(), None, "arc t", of="Gwen")
    assert [name for name, _ in found] == ["Arc Titan"]


async def test_without_any_main_the_first_choice_makes_one(guild: World, desk: Characters) -> None:
    for name, spec in (("Arila", "Holy Paladin"), ("Bruna", "Fire Mage")):
        await desk.add(member(), None, CharacterWish(name, spec))
    await guild.pool.execute("UPDATE guild_identity.wow_characters SET is_main = FALSE")
    await guild.pool.execute("UPDATE guild_identity.players SET main_character_id = NULL, main_spec_id = NULL")
    sign_ups = guild.first.sign_ups
    assert not isinstance(await sign_ups.answer(member(), await guild.raid(), Choice.ACCEPTED), SignedUp)
    await sign_ups.answer(member(), await guild.raid(), Choice.ACCEPTED, ("Mage", "Frost"))
    assert isinstance(await sign_ups.answer(member(), await guild.raid(), Choice.ACCEPTED), SignedUp)
    assert next(one[1:] for one in await shown(desk)) == ("Bruna", Pick("Mage", "Frost"), True)


async def test_a_first_sign_up_waits_for_a_character_that_is_being_added(guild: World) -> None:
    db, pick = guild.first.db, Pick("Paladin", "Holy")
    async with db.transaction() as tx:
        player_id = (await tx.players.register(member(), "wow")).id

    async def sign_up() -> int | None:
        async with db.transaction() as tx:
            return await remember(tx, player_id, "wow", pick)

    async with db.transaction() as adding:
        await adding.players.register(member(), "wow")
        waiting = asyncio.create_task(sign_up())
        await blocked(guild.pool, waiting)
        bruna = await adding.characters.add(player_id, "wow", "Bruna", pick)
        await adding.characters.make_main(player_id, bruna)
    assert await waiting == bruna
    assert await shown(guild.first.characters) == [("wow", "Bruna", pick, True)]
