"""`/raid comp`, its panel, and the published comp, over Discord."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import discord
import pytest
from raid_stage import FRIDAY, SECOND, Stage, event_id, is_refusal, messages

from bot.domain.comp import CompOver, NobodySeated, NotInComp, NotPublished
from bot.domain.event import UnknownEvent
from bot.domain.permissions import NotAnOfficer
from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.words import walk
from sandbox.discord.world import Message
from sandbox.local import Local, running_bot

NAMES = ("Ada", "Bran", "Cleo", "Dara", "Edda", "Finn", "Gwen")


class Crowd:
    """A raid of seven in two groups: Ada, Cleo, Edda, Gwen and Bran, Dara, Finn."""

    def __init__(self, stage: Stage, sheet: Message, hands: dict[str, Hand]) -> None:
        self.stage, self.sheet, self.hands = stage, sheet, hands
        self.id = event_id(sheet)

    async def panel(self) -> Answer:
        return await self.stage.officer.slash("raid comp", event=str(self.id))

    async def published(self) -> tuple[Answer, Message]:
        """The panel after `Publish`, and the comp it posted."""
        panel = await self.stage.officer.click(await self.panel(), "Publish")
        await self.stage.local.settle()
        return panel, messages(self.stage.raids)[-1]

    async def moved(self, panel: Answer, name: str, group: str) -> Answer:
        """What the officer sees after `Move…`, that person, that group."""
        officer = self.stage.officer
        panel = await officer.click(panel, "Move…")
        panel = await officer.select(panel, [option(panel, name)])
        return await officer.select(panel, [group])

    async def redrawn(self) -> None:
        """The second after which a change of the sheet has reached it, and the one after which it reached the comp."""
        await self.stage.redraw()
        await self.stage.redraw()


@pytest.fixture
async def crowd(stage: Stage) -> Crowd:
    await stage.set_up(officer_channel=stage.officers)
    sheet = await stage.raid(template="plain")
    hands = {name: stage.joins(name) for name in NAMES}
    for hand in hands.values():
        await hand.click(sheet, "Yes")
        stage.local.clock.advance(SECOND)
    return Crowd(stage, sheet, hands)


@asynccontextmanager
async def restarted(stage: Stage) -> AsyncIterator[None]:
    """The process is gone, with everything it had in memory; another one takes its place."""
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        yield


def option(panel: Answer, name: str) -> str:
    """The value of the person of that name in the panel's select."""
    rows: Sequence[Any] = [item for row in panel.components for item in row["components"]]
    options = [one for item in rows for one in item.get("options", [])]
    return next(one["value"] for one in options if one["label"].endswith(f" · {name}"))


def labels(panel: Answer) -> list[str]:
    """Everybody in the panel's selects."""
    return [one["label"] for row in panel.components for item in row["components"] for one in item.get("options", [])]


def groups(shown: Answer | Message) -> dict[str, list[str]]:
    """Group → lines, as the embed of a panel or a comp shows them."""
    embeds = shown.message.embeds if isinstance(shown, Answer) else shown.embeds
    return {one["name"]: one["value"].replace("**", "").splitlines() for one in embeds[0]["fields"]}


PROPOSED = {"Group 1 (4)": ["▫️ Ada", "▫️ Cleo", "▫️ Edda", "▫️ Gwen"], "Group 2 (3)": ["▫️ Bran", "▫️ Dara", "▫️ Finn"]}


# ---------------------------------------------------------------- the panel


async def test_an_officer_gets_a_proposal_only_they_see(crowd: Crowd) -> None:
    panel = await crowd.panel()
    assert panel.ephemeral
    assert groups(panel) == PROPOSED
    assert panel.labels == ["Propose anew", "Move…", "Publish"]
    assert len(messages(crowd.stage.raids)) == 1


async def test_somebody_is_moved_and_removed(crowd: Crowd) -> None:
    officer = crowd.stage.officer
    panel = await crowd.moved(await crowd.panel(), "Ada", "Group 2 (3)")
    assert groups(panel)["Group 2 (4)"] == ["▫️ Bran", "▫️ Dara", "▫️ Finn", "▫️ Ada"]
    panel = await officer.click(panel, "Move…")
    panel = await officer.select(panel, [option(panel, "Cleo")])
    panel = await officer.click(panel, "Remove from comp")
    assert groups(panel)["Group 1 (2)"] == ["▫️ Edda", "▫️ Gwen"]
    assert "Without a group: **Cleo**" in panel.text
    panel = await officer.click(panel, "Propose anew")
    assert groups(panel) == PROPOSED
    actions = await crowd.stage.local.db.fetch("SELECT action FROM patt.audit WHERE action LIKE 'comp.%' ORDER BY id")
    assert [row["action"] for row in actions] == ["comp.propose", "comp.move", "comp.take_out", "comp.propose"]


async def test_a_full_group_asks_with_whom_to_change_places(crowd: Crowd) -> None:
    stage = crowd.stage
    for name in ("Hugo", "Iris", "Jan"):
        await stage.joins(name).click(crowd.sheet, "Yes")
        stage.local.clock.advance(SECOND)
    panel = await crowd.moved(await crowd.panel(), "Ada", "Group 2 (5)")
    assert "full" in panel.text
    panel = await stage.officer.select(panel, [option(panel, "Dara")])
    assert groups(panel)["Group 1 (5)"][0] == "▫️ Dara"
    assert groups(panel)["Group 2 (5)"][:2] == ["▫️ Bran", "▫️ Ada"]


async def test_one_can_go_back_without_a_change(crowd: Crowd) -> None:
    panel = await crowd.stage.officer.click(await crowd.panel(), "Move…")
    panel = await crowd.stage.officer.click(panel, "Back")
    assert groups(panel) == PROPOSED
    assert "Propose anew" in panel.labels


async def test_the_panel_outlives_a_restart(crowd: Crowd) -> None:
    panel = await crowd.panel()
    async with restarted(crowd.stage):
        panel = await crowd.moved(panel, "Ada", "Group 3 (new)")
    assert groups(panel)["Group 3 (1)"] == ["▫️ Ada"]


async def test_a_stale_panel_is_told_what_is(crowd: Crowd) -> None:
    officer = crowd.stage.officer
    panel = await officer.click(await crowd.panel(), "Move…")
    step = await officer.select(panel, [option(panel, "Ada")])
    await crowd.hands["Ada"].click(await crowd.hands["Ada"].click(crowd.sheet, "My sign-up"), "Withdraw")
    refused = await officer.select(step, ["Group 2 (3)"])
    assert is_refusal(refused)
    assert "no seat" in refused.text
    panel = await officer.click(await crowd.panel(), "Move…")
    panel = await officer.select(panel, [option(panel, "Ada")])
    panel = await officer.click(panel, "Remove from comp")
    assert groups(panel)["Group 1 (3)"] == ["▫️ Cleo", "▫️ Edda", "▫️ Gwen"]


async def test_a_plain_member_arranges_nothing(crowd: Crowd) -> None:
    refused = await crowd.stage.member.slash("raid comp", event=str(crowd.id), force=True)
    assert refused.text == str(NotAnOfficer())
    assert await crowd.stage.value("SELECT count(*) FROM patt.comps") == 0


async def test_another_servers_raid_is_unknown(crowd: Crowd, night_off: Stage) -> None:
    refused = await night_off.officer.slash("raid comp", event=str(crowd.id))
    assert refused.text == str(UnknownEvent())


async def test_a_raid_nobody_has_a_seat_in(stage: Stage) -> None:
    sheet = await stage.raid(template="plain")
    refused = await stage.officer.slash("raid comp", event=str(event_id(sheet)))
    assert refused.text == str(NobodySeated())


# ---------------------------------------------------------------- published


async def test_a_comp_is_posted_with_its_buttons_and_rings_its_people(crowd: Crowd) -> None:
    panel, comp = await crowd.published()
    assert "Update" in panel.labels
    assert "Unpublish" in panel.labels
    assert groups(comp) == PROPOSED
    assert comp.pings.who == {crowd.hands[name].actor.id for name in NAMES}


async def test_people_confirm_and_decline_for_themselves(crowd: Crowd) -> None:
    _, comp = await crowd.published()
    confirmed = await crowd.hands["Ada"].click(comp, "Confirm")
    assert confirmed.ephemeral
    assert "Group 1".casefold() in confirmed.text.casefold()
    declined = await crowd.hands["Bran"].click(comp, "Decline")
    assert declined.ephemeral
    assert "declined" in declined.text
    await crowd.redrawn()
    assert groups(comp)["Group 1 (4)"][0] == "✅ Ada"
    assert groups(comp)["Group 2 (3)"][0] == "❌ Bran"


async def test_the_officers_hear_once_of_a_decline_and_who_could_replace(crowd: Crowd) -> None:
    stage = crowd.stage
    _, comp = await crowd.published()
    for press in ("Decline", "Confirm", "Decline"):
        await crowd.hands["Bran"].click(comp, press)
        await crowd.redrawn()
    [told] = messages(stage.officers)
    assert "**Bran** declined a place in group 2" in told.content
    assert not told.pings


async def test_the_buttons_outlive_a_restart(crowd: Crowd) -> None:
    _, comp = await crowd.published()
    async with restarted(crowd.stage):
        await crowd.hands["Ada"].click(comp, "Confirm")
        await crowd.redrawn()
    assert groups(comp)["Group 1 (4)"][0] == "✅ Ada"


async def test_who_has_no_place_gets_a_sentence(crowd: Crowd) -> None:
    _, comp = await crowd.published()
    refused = await crowd.stage.member.click(comp, "Confirm")
    assert refused.ephemeral
    assert refused.text == str(NotInComp())


async def test_an_update_rings_only_whose_place_changed(crowd: Crowd) -> None:
    panel, comp = await crowd.published()
    panel = await crowd.moved(panel, "Ada", "Group 2 (3)")
    assert "`Update` tells 1 person" in panel.text
    await crowd.stage.officer.click(panel, "Update")
    await crowd.redrawn()
    *_, ring = messages(crowd.stage.raids)
    assert ring.pings.who == {crowd.hands["Ada"].actor.id}
    assert f"/{comp.id}" in ring.content
    assert len(messages(crowd.stage.raids)) == 3
    assert groups(comp)["Group 2 (4)"][-1] == "▫️ Ada"


async def test_a_withdrawal_leaves_an_open_place(crowd: Crowd) -> None:
    _, comp = await crowd.published()
    await crowd.hands["Ada"].click(await crowd.hands["Ada"].click(crowd.sheet, "My sign-up"), "Withdraw")
    await crowd.redrawn()
    assert groups(comp)["Group 1 (3 of 4)"] == ["▫️ *open place*", "▫️ Cleo", "▫️ Edda", "▫️ Gwen"]
    refused = await crowd.hands["Ada"].click(comp, "Confirm")
    assert refused.text == str(NotInComp())


async def test_an_officers_removal_leaves_an_open_place(crowd: Crowd) -> None:
    _, comp = await crowd.published()
    await crowd.stage.officer.slash("raid remove", event=str(crowd.id), member="Ada")
    await crowd.redrawn()
    assert groups(comp)["Group 1 (3 of 4)"][0] == "▫️ *open place*"


async def test_unpublish_takes_the_comp_down(crowd: Crowd) -> None:
    panel, comp = await crowd.published()
    panel = await crowd.stage.officer.click(panel, "Unpublish")
    await crowd.stage.local.settle()
    assert comp not in messages(crowd.stage.raids)
    assert "Publish" in panel.labels
    assert groups(panel) == PROPOSED


async def test_a_button_of_a_comp_being_taken_down_says_so(crowd: Crowd) -> None:
    _, comp = await crowd.published()
    await crowd.stage.local.db.execute("UPDATE patt.comps SET published_at = NULL")
    refused = await crowd.hands["Ada"].click(comp, "Confirm")
    assert refused.text == str(NotPublished())


async def test_a_cancelled_raids_buttons_are_dead_with_a_sentence(crowd: Crowd) -> None:
    panel, comp = await crowd.published()
    await crowd.stage.officer.slash("raid cancel", event=str(crowd.id))
    pressed = await crowd.hands["Ada"].click(comp, "Confirm")
    assert pressed.text == str(CompOver())
    refused = await crowd.stage.officer.click(panel, "Propose anew")
    assert is_refusal(refused)
    await crowd.redrawn()
    assert "CANCELLED" in comp.embeds[0]["title"]
    assert all(button["disabled"] for row in comp.components for button in row["components"])


@pytest.mark.parametrize("delete", [True, False])
async def test_a_comp_goes_and_comes_back_with_its_raids_sheet(crowd: Crowd, *, delete: bool) -> None:
    stage = crowd.stage
    await crowd.published()
    await crowd.hands["Ada"].click(messages(stage.raids)[-1], "Confirm")
    cancelled = await stage.officer.slash("raid cancel", event=str(crowd.id), delete=delete)
    await crowd.redrawn()
    assert len(messages(stage.raids)) == (0 if delete else 2)
    await stage.officer.click(cancelled, "Undo")
    await crowd.redrawn()
    sheet, comp = sorted(messages(stage.raids), key=lambda one: "Comp" in one.embeds[0]["title"])
    assert event_id(sheet) == crowd.id
    assert groups(comp)["Group 1 (4)"][0] == "✅ Ada"
    assert (comp.pings.who == set()) is delete  # where it stood all the time, its own message still rings
    confirmed = await crowd.hands["Bran"].click(comp, "Confirm")
    assert "group 2" in confirmed.text.casefold()


async def test_nothing_is_published_where_the_bot_cannot_post(crowd: Crowd, local: Local) -> None:
    panel = await crowd.panel()
    me = local.discord.bot_member(crowd.stage.guild)
    local.discord.overwrite(crowd.stage.raids, {me: (0, discord.Permissions(embed_links=True))})
    refused = await crowd.stage.officer.click(panel, "Publish")
    assert "I need **Embed Links**" in refused.text
    assert await crowd.stage.value("SELECT published_at FROM patt.comps") is None


async def test_forty_people_with_long_names_fit(stage: Stage) -> None:
    sheet = await stage.raid(template="plain")
    for number in range(40):
        await stage.joins(f"{'勇者' * 15}{number:02}").click(sheet, "Yes")
    panel = await stage.officer.slash("raid comp", event=str(event_id(sheet)))
    assert len(groups(panel)) == 8
    panel = await stage.officer.click(panel, "Move…")
    assert sum(len(item.get("options", [])) for row in panel.components for item in row["components"]) == 40
    await stage.officer.click(panel, "Back")
    await stage.officer.click(panel, "Publish")
    await stage.local.settle()
    assert sum(len(lines) for lines in groups(messages(stage.raids)[-1]).values()) == 40


async def test_of_more_than_a_hundred_everybody_can_be_moved(stage: Stage) -> None:
    sheet = await stage.raid(template="plain")
    await stage.local.db.execute(
        """
        WITH people AS (
            INSERT INTO guild_identity.players (guild_discord_id, display_name)
            SELECT $1, 'Mate ' || to_char(n, 'FM000') FROM generate_series(1, 104) n RETURNING id, display_name
        )
        INSERT INTO patt.raid_attendance (event_id, player_id, status)
        SELECT $2, id, 'accepted' FROM people ORDER BY display_name
        """,
        stage.guild.id,
        event_id(sheet),
    )
    officer = stage.officer
    panel = await officer.click(await officer.slash("raid comp", event=str(event_id(sheet))), "Move…")
    assert "Page 1 of 2" in panel.text
    panel = await officer.click(panel, "▶")
    assert panel.labels == ["◀", "Back"]
    found = {label.rpartition(" · ")[2] for label in labels(panel)}
    found |= {label.rpartition(" · ")[2] for label in labels(await officer.click(panel, "◀"))}
    assert found == {f"Mate {number:03}" for number in range(1, 105)}


# ---------------------------------------------------------------- when the raid is over


@pytest.mark.parametrize("how", ["delete", "repost"])
async def test_archived_the_comp_goes_with_the_sheet_and_its_buttons_are_dead(crowd: Crowd, how: str) -> None:
    stage = crowd.stage
    archive = stage.local.discord.add_text_channel(stage.guild, "archive")
    await stage.owner.slash("settings server", setting="archive_channel", value=archive.mention)
    await stage.owner.slash("settings server", setting="archive", value=how)
    _, comp = await crowd.published()
    embeds = comp.embeds
    await stage.local.settle()
    for moment in (FRIDAY, FRIDAY + timedelta(hours=3), FRIDAY + timedelta(hours=28)):
        stage.local.clock.set(moment)
        await stage.local.settle()
    assert messages(stage.raids) == []
    if how == "delete":
        assert messages(archive) == []
        return
    sheet, there = messages(archive)
    assert event_id(sheet) == crowd.id
    assert there.embeds[0]["fields"] == embeds[0]["fields"]
    assert there.content == ""
    buttons = [one for one in walk(there.components) if one["type"] == discord.ComponentType.button.value]
    assert [one["disabled"] for one in buttons] == [True, True]
