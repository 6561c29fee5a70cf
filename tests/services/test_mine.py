"""My sign-up: what members change on their own answer, in one transaction with everything that follows."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.character import UnknownCharacter
from bot.domain.event import SheetClosed, UnknownEvent
from bot.domain.gates import NotForYou
from bot.domain.ids import EventId, MessageId
from bot.domain.mine import BadArrival, NoOtherCharacter, NotLate
from bot.domain.permissions import Actor
from bot.domain.sign_up import NotSignedUp, Pick, SpecStands
from bot.domain.template import Choice
from bot.services.characters import CharacterWish
from bot.services.clicking import SignedUp
from bot.services.mine import NoSheet, Own
from tests.factories import GUILD, NOW, OTHER_GUILD, START, member
from tests.services.world import World, blocked

ACCEPTED, LATE = Choice.ACCEPTED, Choice.LATE
HOLY, FIRE = ("Paladin", "Holy"), ("Mage", "Fire")
MINUTE = timedelta(minutes=1)
ROW = "SELECT * FROM patt.raid_attendance WHERE event_id = $1 ORDER BY id LIMIT 1"


async def sit(
    world: World, event_id: EventId, actor: Actor | None = None, choice: Choice = ACCEPTED, pick: Any = HOLY
) -> SignedUp:
    """Somebody (the first member) signs up, and the sheet is drawn; then it is a second later."""
    outcome = await world.first.sign_ups.answer(actor or member(), event_id, choice, pick)
    assert isinstance(outcome, SignedUp)
    await world.pass_time(timedelta(seconds=1))
    return outcome


async def alt(world: World, name: str = "Bruna", spec: str = "Fire Mage") -> int:
    """A further character of the first member; its id."""
    return (await world.first.characters.add(member(), None, CharacterWish(name, spec)))[0].id


# ---------------------------------------------------------------- what is shown


async def test_ones_own_sign_up_with_who_comes(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    bruna = await alt(guild)
    own = await guild.first.mine.look(member(), event_id)
    assert (own.event.id, own.placed.number) == (event_id, 1)
    assert own.character
    assert own.character.pick == Pick(*HOLY)
    assert [one.id for one in own.others] == [bruna]


async def test_it_is_found_by_the_sheets_message(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    await guild.pool.execute("UPDATE patt.raid_events SET discord_message_id = 77 WHERE id = $1", event_id)
    assert (await guild.first.mine.at(member(), MessageId(77))).event.id == event_id
    for who, message in ((member(), 78), (member(guild_id=OTHER_GUILD), 77)):
        with pytest.raises(NoSheet):
            await guild.first.mine.at(who, MessageId(message))
    with pytest.raises(NotSignedUp):
        await guild.first.mine.at(member(2), MessageId(77))


CHANGES: dict[str, Any] = {
    "look": lambda mine, who, event_id: mine.look(who, event_id),
    "respec": lambda mine, who, event_id: mine.may_respec(who, event_id),
    "note": lambda mine, who, event_id: mine.note(who, event_id, "ill"),
    "arrive": lambda mine, who, event_id: mine.arrive(who, event_id, 5 * MINUTE),
    "arrive at": lambda mine, who, event_id: mine.arrive_at(who, event_id, "20:15"),
    "offer": lambda mine, who, event_id: mine.offer(who, event_id, ["Paladin/Protection"]),
    "play": lambda mine, who, event_id: mine.play(who, event_id, 1),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_another_servers_raid_is_unknown_and_an_answer_is_needed(guild: World, what: str) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id, choice=LATE)
    before = await guild.pool.fetch("SELECT * FROM patt.raid_attendance")
    for who, there, refusal in (
        (member(guild_id=OTHER_GUILD), event_id, UnknownEvent),
        (member(), EventId(999), UnknownEvent),
        (member(2), event_id, NotSignedUp),
    ):
        with pytest.raises(refusal):
            await CHANGES[what](guild.first.mine, who, there)
    assert await guild.pool.fetch("SELECT * FROM patt.raid_attendance") == before
    assert await guild.open_actions() == []


# ---------------------------------------------------------------- note, arrival, offers


async def test_a_note_is_stored_and_has_the_sheet_drawn_once(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    before = await guild.pool.fetchrow(ROW, event_id)
    own = await guild.first.mine.note(member(), event_id, "  my cat\nis ill ")
    assert own.placed.sign_up.note == "my cat is ill"
    after = await guild.pool.fetchrow(ROW, event_id)
    assert {**dict(before or {}), "note": "my cat is ill"} == dict(after or {})
    assert await guild.open_actions() == ["sheet.refresh"]
    await guild.pass_time(timedelta(seconds=1))
    await guild.first.mine.note(member(), event_id, "my cat is ill")
    assert await guild.open_actions() == []  # the same again changes nothing


async def test_a_note_stays_with_a_new_answer_and_goes_with_a_withdrawal(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    await guild.first.mine.note(member(), event_id, "ill")
    assert (await sit(guild, event_id, choice=Choice.ABSENCE, pick=None)).placed.sign_up.note == "ill"
    assert (await guild.pool.fetchrow(ROW, event_id) or {})["note"] == "ill"
    await guild.first.sign_ups.withdraw(member(), event_id)
    assert (await sit(guild, event_id)).placed.sign_up.note == ""


async def test_an_officers_entry_stays_an_officers_after_a_note(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    await guild.pool.execute("UPDATE patt.raid_attendance SET source = 'officer', tier = 0")
    await guild.first.mine.note(member(), event_id, "ill")
    row = await guild.pool.fetchrow(ROW, event_id)
    assert row
    assert (row["source"], row["tier"], row["note"]) == ("officer", 0, "ill")


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("20:30", 30),
        ("8:15pm", 15),
        ("15", 15),
        ("15m", 15),
        ("1h", 60),
        ("22:59", 179),
        ("19", 19),
        ("24", 24),
        ("2115", 75),
        ("120", 120),
        ("20m after the start", 20),
        ("20 min late", 20),
        ("+10", 10),
        ("in 20 minutes", 20),
        ("<t:1795634400:t>", 20),
    ],
)
async def test_an_arrival_in_words_is_read_on_the_servers_clocks(guild: World, typed: str, minutes: int) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id, choice=LATE)
    typed = typed.replace("1795634400", str(int((START + 20 * MINUTE).timestamp())))
    own = await guild.first.mine.arrive_at(member(), event_id, typed)
    assert own.placed.sign_up.arrives_at == START + minutes * MINUTE
    row = await guild.pool.fetchrow(ROW, event_id)
    assert row
    assert row["arrives_at"] == START + minutes * MINUTE


async def test_a_number_that_may_be_an_hour_or_minutes_is_asked_about(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id, choice=LATE)
    with pytest.raises(BadArrival, match=r"Type `21:00`, or `21m` for 21 minutes after the start\."):
        await guild.first.mine.arrive_at(member(), event_id, " 21 ")


@pytest.mark.parametrize(
    "typed", ["", "soon", "19:30", "20:00", "23:00", "tomorrow 20:30", "4h", "0", "-5", "1930", "2400", "99999999999"]
)
async def test_an_arrival_outside_the_raid_is_refused(guild: World, typed: str) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id, choice=LATE)
    with pytest.raises(BadArrival):
        await guild.first.mine.arrive_at(member(), event_id, typed)


async def test_an_arrival_goes_with_late_and_with_late_it_goes(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    with pytest.raises(NotLate):
        await guild.first.mine.arrive(member(), event_id, 5 * MINUTE)
    await sit(guild, event_id, choice=LATE, pick=None)
    await guild.first.mine.arrive(member(), event_id, 5 * MINUTE)
    assert (await sit(guild, event_id, choice=LATE, pick=None)).placed.sign_up.arrives_at == START + 5 * MINUTE
    await sit(guild, event_id, choice=ACCEPTED, pick=None)
    assert (await guild.pool.fetchrow(ROW, event_id) or {})["arrives_at"] is None
    await sit(guild, event_id, choice=LATE, pick=None)
    own = await guild.first.mine.arrive(member(), event_id, None)
    assert own.placed.sign_up.arrives_at is None


async def test_what_is_offered_once_is_offered_on_the_next_raid(guild: World) -> None:
    first, second = await guild.raid(), await guild.raid()
    await sit(guild, first)
    await alt(guild)
    own = await guild.first.mine.offer(member(), first, ["Mage/Fire", "Paladin/Protection", "Jester/Jokes"])
    assert own.placed.sign_up.offers == ("Paladin/Protection", "Mage/Fire")
    assert (await sit(guild, second, pick=None)).placed.sign_up.offers == ("Paladin/Protection", "Mage/Fire")
    assert (await guild.pool.fetchrow(ROW, second) or {})["offers"] == ["Paladin/Protection", "Mage/Fire"]
    await guild.first.mine.offer(member(), second, [])
    assert (await guild.first.mine.look(member(), first)).placed.sign_up.offers != ()  # the other sheet keeps its own
    assert (await sit(guild, await guild.raid(), pick=None)).placed.sign_up.offers == ()


# ---------------------------------------------------------------- another character


async def test_switching_keeps_the_place_and_the_main(guild: World) -> None:
    event_id = await guild.raid(total_limit=2)
    for number in (1, 2, 3):
        await sit(guild, event_id, member(number))
    bruna = await alt(guild)
    await guild.pool.execute("UPDATE guild_identity.wow_characters SET offers = '{Paladin/Holy}' WHERE id = $1", bruna)
    own = await guild.first.mine.play(member(), event_id, bruna)
    assert (own.placed.number, own.placed.position) == (1, None)
    assert own.character
    assert own.character.name == "Bruna"
    row = await guild.pool.fetchrow(ROW, event_id)
    assert row
    assert (row["class_name"], row["spec_name"], row["character_id"], row["offers"]) == (*FIRE, bruna, ["Paladin/Holy"])
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_attendance") == 3
    again = await sit(guild, event_id, choice=LATE, pick=None)
    assert again.placed.sign_up.character_id == bruna  # another answer is the same character's
    assert (await sit(guild, await guild.raid(), pick=None)).placed.sign_up.spec_name == "Holy"


async def one_tank(world: World) -> EventId:
    """A raid with a seat for one tank."""
    await world.pool.execute(
        """
        INSERT INTO patt.templates (guild_discord_id, name, digest, definition)
        SELECT $1, 'one-tank', 'x', jsonb_set(definition #- '{roles,0,wanted}', '{roles,0,limit}', '1')
        FROM patt.templates WHERE name = 'wow-retail' AND is_current
        """,
        GUILD,
    )
    template_id = await world.pool.fetchval("SELECT id FROM patt.templates WHERE name = 'one-tank'")
    return await world.raid(template_id=template_id)


async def test_giving_up_a_role_moves_the_next_one_up_and_tells_them(guild: World) -> None:
    event_id = await one_tank(guild)
    tank = ("Paladin", "Protection")
    for number in (1, 2):
        await sit(guild, event_id, member(number), pick=tank)
    assert (await guild.first.mine.look(member(2), event_id)).placed.position == 1
    await guild.first.mine.play(member(), event_id, await alt(guild))
    await guild.pass_time(timedelta(seconds=1))
    assert (await guild.first.mine.look(member(2), event_id)).placed.position is None
    assert guild.discord.told == [member(2).user_id]


async def test_only_ones_own_other_characters_of_this_game_can_come(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    await sit(guild, event_id, member(2), pick=FIRE)
    with pytest.raises(NoOtherCharacter):
        await guild.first.mine.play(member(), event_id, 1)
    await alt(guild)
    others = await guild.pool.fetchval("SELECT character_id FROM patt.raid_attendance WHERE class_name = 'Mage'")
    for character_id in (others, 999):
        with pytest.raises(UnknownCharacter):
            await guild.first.mine.play(member(), event_id, character_id)
    assert (await guild.pool.fetchrow(ROW, event_id) or {})["class_name"] == "Paladin"


async def test_a_class_chosen_anew_is_the_character_of_that_class(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    bruna = await alt(guild)
    frost = await sit(guild, event_id, pick=("Mage", "Frost"))
    assert frost.placed.sign_up.character_id == bruna
    bard = await sit(guild, event_id, pick=("Warrior", "Arms"))
    assert bard.placed.sign_up.character_id is None  # nobody's: with several it is not guessed who changed class
    specs = [(one.name, one.pick) for one in (await guild.first.characters.of(member()))[0]]
    assert specs == [("Member 1", Pick(*HOLY)), ("Bruna", Pick("Mage", "Frost"))]


@pytest.mark.parametrize("spec", ["Holy", "Protection"])
async def test_of_two_alike_the_one_that_comes_is_who_is_meant(guild: World, spec: str) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    twin = await alt(guild, "Twin", "Holy Paladin")
    await guild.first.mine.play(member(), event_id, twin)
    assert (await sit(guild, event_id, pick=("Paladin", spec))).placed.sign_up.character_id == twin
    specs = [(one.name, one.pick) for one in (await guild.first.characters.of(member()))[0]]
    assert specs == [("Member 1", Pick(*HOLY)), ("Twin", Pick("Paladin", spec))]


# ---------------------------------------------------------------- until when, and for whom


async def test_after_the_deadline_note_arrival_and_offers_are_open_and_the_spec_stands(guild: World) -> None:
    event_id = await guild.raid(deadline=NOW + timedelta(hours=1))
    await sit(guild, event_id, choice=LATE)
    bruna = await alt(guild)
    guild.clock.set(NOW + timedelta(hours=1))
    for what in ("note", "arrive", "offer"):
        assert isinstance(await CHANGES[what](guild.first.mine, member(), event_id), Own)
    before = await guild.pool.fetchrow(ROW, event_id)
    refused = (
        guild.first.mine.play(member(), event_id, bruna),
        guild.first.mine.may_respec(member(), event_id),
        guild.first.sign_ups.answer(member(), event_id, LATE, FIRE),
    )
    for attempt in refused:
        with pytest.raises(SpecStands, match="since the deadline"):
            await attempt
    assert await guild.pool.fetchrow(ROW, event_id) == before
    newcomer = await guild.first.sign_ups.answer(member(2), event_id, LATE, FIRE)
    assert isinstance(newcomer, SignedUp)  # whoever answers only now still says what they bring


@pytest.mark.parametrize("what", [one for one in CHANGES if one != "look"])
@pytest.mark.parametrize("change", ["closed = TRUE", "status = 'CANCELLED'", "end_time_utc = start_time_utc"])
async def test_a_sheet_that_is_closed_takes_no_change(guild: World, what: str, change: str) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id, choice=LATE)
    await guild.pool.execute(f"UPDATE patt.raid_events SET {change}")  # noqa: S608 - the list above
    if change.startswith("end"):
        guild.clock.set(START)
    before = await guild.pool.fetchrow(ROW, event_id)
    with pytest.raises(SheetClosed):
        await CHANGES[what](guild.first.mine, member(), event_id)
    assert await guild.pool.fetchrow(ROW, event_id) == before


@pytest.mark.parametrize("what", [one for one in CHANGES if one != "look"])
async def test_whoever_lost_the_role_changes_nothing_but_may_leave(guild: World, what: str) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id, choice=LATE)
    await guild.pool.execute(
        """
        INSERT INTO patt.templates (guild_discord_id, name, digest, definition)
        SELECT $1, 'gated', 'x', definition || '{"name": "gated", "sign_ups": {"allowed_roles": ["41"]}}'
        FROM patt.templates WHERE name = 'wow-retail' AND is_current
        """,
        GUILD,
    )
    await guild.pool.execute("UPDATE patt.raid_events SET template_id = (SELECT max(id) FROM patt.templates)")
    with pytest.raises(NotForYou):
        await CHANGES[what](guild.first.mine, member(), event_id)
    await guild.first.sign_ups.withdraw(member(), event_id)


async def test_a_change_that_waited_for_the_cancelling_is_refused(guild: World) -> None:
    event_id = await guild.raid()
    await sit(guild, event_id)
    async with guild.first.db.transaction() as tx:
        await tx.events.lock(GUILD, event_id)
        await tx.events.cancel(event_id, None)
        noting = asyncio.create_task(guild.first.mine.note(member(), event_id, "too late"))
        await blocked(guild.pool, noting)
    with pytest.raises(SheetClosed, match="cancelled"):
        await noting
