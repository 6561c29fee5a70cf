"""A button no version of the bot knows any more, or that says nonsense, is answered, not left without a word."""

from discord import ui
from raid_stage import Stage, is_refusal, reference

from bot.components import view_of
from sandbox.discord.answer import Answer


async def pressed(stage: Stage, custom_id: str) -> Answer:
    """A member presses a button with that id which the bot posted once."""
    channel = stage.local.bot.get_partial_messageable(stage.raids.id)
    sent = await channel.send("an old sheet", view=view_of(ui.Button(label="Join", custom_id=custom_id)))
    return await stage.member.click(sent.id, "Join")


async def test_a_button_of_old_is_answered(stage: Stage) -> None:
    told = await pressed(stage, "raid:12:join")
    assert is_refusal(told)
    assert "does nothing any more" in told.text


async def test_a_button_about_a_day_there_never_was_is_answered(stage: Stage) -> None:
    told = await pressed(stage, "muster:series:1:night:20261399:booked")
    assert reference(told)
