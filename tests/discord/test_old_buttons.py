"""A button no version of the bot knows any more is answered, not left to fail without a word."""

from discord import ui
from raid_stage import Stage, is_refusal


async def test_a_button_of_old_is_answered(stage: Stage) -> None:
    view = ui.View(timeout=None)
    view.add_item(ui.Button(label="Join", custom_id="raid:12:join"))
    channel = stage.local.bot.get_partial_messageable(stage.raids.id)
    sent = await channel.send("an old sheet", view=view)
    view.stop()  # as after a restart: nobody in memory knows it
    told = await stage.member.click(sent.id, "Join")
    assert is_refusal(told)
    assert "does nothing any more" in told.text
