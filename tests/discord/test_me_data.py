"""`/me export` and `/me forget`, typed by hand."""

from raid_stage import Stage, fields
from test_restart import restarted

from bot.render import own_data_texts


async def test_the_file_says_what_is_kept_and_where_else(stage: Stage, night_off: Stage) -> None:
    await stage.sign_up(stage.member, await stage.raid())
    sent = await stage.member.slash("me export")
    assert sent.ephemeral
    assert "No other server" in sent.text
    [file] = sent.message.attachments
    assert file["filename"] == "muster-about-me.json"
    assert file["size"] > 300
    await night_off.owner.slash("me timezone", zone="Berlin")
    there = await night_off.owner.slash("me export")
    assert "No other server" in there.text


def test_the_answer_says_what_becomes_of_sign_ups_on_raid_helper() -> None:
    assert "Raid-Helper" not in own_data_texts.forgotten(2, 0)
    said = own_data_texts.forgotten(2, 1)
    assert "You are off 2 sheets ahead. 1 of them is Raid-Helper's: you come off there in a moment." in said
    assert "Muster reads it no more" in said


async def test_forgetting_asks_first_and_works_after_a_restart(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    asked = await stage.member.slash("me forget")
    assert asked.ephemeral
    assert "cannot be undone" in asked.text
    assert await stage.value("SELECT count(*) FROM guild_identity.players") == 1
    async with restarted(stage):
        done = await stage.member.click(asked, "Forget me")
        assert "You are off 1 sheet ahead" in done.text
        await stage.redraw()
        assert "Mira" not in str(sheet.embeds)
        assert fields(sheet) == {}
    assert await stage.value("SELECT count(*) FROM guild_identity.players") == 0
