"""People by name, placeholders, and the trail's entries."""

from datetime import timedelta

from bot.domain.ids import PlayerId
from bot.domain.people import Person
from bot.domain.sign_up import Pick
from db import Database
from tests.factories import GUILD, NOW, OTHER_GUILD, member, officer


async def test_a_placeholder_is_found_by_name_in_its_server_alone(db: Database) -> None:
    async with db.transaction() as tx:
        made = await tx.people.write_down(GUILD, "Else Groß")
        assert await tx.people.named(GUILD, "ELSE groß") == made == Person(made.id, "Else Groß", None)
        assert await tx.people.named(OTHER_GUILD, "Else Groß") is None
        assert await tx.people.get(GUILD, made.id) == made
        assert await tx.people.get(OTHER_GUILD, made.id) is None
        assert await tx.people.get(GUILD, PlayerId(made.id + 1)) is None


async def test_of_one_name_the_placeholder_comes_first(db: Database) -> None:
    async with db.transaction() as tx:
        known = await tx.players.register(member(1), "wow")
        assert await tx.people.named(GUILD, "member 1") == Person(known.id, "Member 1", member(1).user_id)
        made = await tx.people.write_down(GUILD, "Member 1")
        assert await tx.people.named(GUILD, "member 1") == made
        assert [one.id for one in await tx.people.all(GUILD)] == [known.id, made.id]
        assert len(await tx.people.all(GUILD, most=1)) == 1
        assert await tx.people.all(OTHER_GUILD) == []


async def test_the_main_is_the_one_of_the_game_asked_for(db: Database) -> None:
    async with db.transaction() as tx:
        made = await tx.people.write_down(GUILD, "Gunther")
        assert (await tx.people.main(made.id, "wow")).main is None
        await tx.players.remember_main(made.id, "wow", Pick("Paladin", "Holy"))
        await tx.players.remember_main(made.id, "gw2", Pick("Guardian", "Firebrand"))
        assert (await tx.people.main(made.id, "wow")).main == Pick("Paladin", "Holy")
        assert (await tx.people.main(made.id, "gw2")).main == Pick("Guardian", "Firebrand")


async def test_an_entry_of_the_trail_is_its_servers(db: Database) -> None:
    async with db.transaction() as tx:
        entry_id = await tx.audit.note(GUILD, None, officer().user_id, "edit", NOW, before={"closed": False})
        assert await tx.audit.lock(OTHER_GUILD, entry_id) is None
        entry = await tx.audit.lock(GUILD, entry_id)
        assert entry is not None
        assert (entry.action, entry.details, entry.at, entry.undone_at) == (
            "edit",
            {"before": {"closed": False}},
            NOW,
            None,
        )
        await tx.audit.undone(entry_id, NOW + timedelta(minutes=1))
        again = await tx.audit.lock(GUILD, entry_id)
        assert again is not None
        assert again.undone_at == NOW + timedelta(minutes=1)
