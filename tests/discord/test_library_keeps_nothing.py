"""Views are values: the library keeps none of them, and answers no click beside the bot."""

from datetime import timedelta

import pytest
from panel_hand import panel
from raid_stage import SECOND, Stage, event_id, messages

from sandbox.discord.world import Member


def kept(stage: Stage) -> list[object]:
    """What the library would answer or follow by itself."""
    store = stage.local.bot._connection._view_store
    return [*store._views.values(), *store._synced_message_views.values(), *store._dynamic_items.values()]


async def test_of_a_sheet_and_its_cards(stage: Stage) -> None:
    sheet = await stage.raid()
    answer = await stage.sign_up(stage.member, sheet)
    await stage.redraw()
    await stage.member.click(answer, "Change class or spec")
    await stage.member.click(await stage.member.click(sheet, "My sign-up"), "I can also play…")
    await stage.officer.click(sheet, "Late")
    assert kept(stage) == []


@pytest.mark.parametrize("patience", [2.0, 0.0], ids=["at once", "deferred"])
async def test_of_what_officers_open(stage: Stage, monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    monkeypatch.setattr("bot.answers.PATIENCE", patience)
    await stage.officer.click(await panel(stage, sheet), "Person…")
    comp = await stage.officer.slash("raid comp", event=str(event_id(sheet)))
    await stage.officer.click(comp, "Publish")
    await stage.officer.slash("raid remove", event=str(event_id(sheet)), member="#1 Mira")
    await stage.owner.click(await stage.owner.slash("raid setup"), "Look again")
    await stage.officer.slash("raid health")
    await stage.local.pass_time(SECOND)
    assert kept(stage) == []


async def test_of_what_is_sent_to_people_and_to_officers(stage: Stage) -> None:
    await stage.set_up(officer_channel=stage.officers)
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.officer.slash("raid move", event="Heroic", when="sat 20:00")
    await stage.local.pass_time(timedelta(seconds=2))
    assert isinstance(stage.member.actor, Member)
    [asked] = messages(stage.local.discord.dm_channel(stage.member.actor.user))
    assert asked.components
    stage.local.discord.delete_message(sheet)
    await stage.until("SELECT discord_message_id IS NULL FROM patt.raid_events")
    await stage.local.settle()
    assert any(one.components for one in messages(stage.officers))
    assert kept(stage) == []
