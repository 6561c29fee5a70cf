"""`/raid copy`, and `participants` of `/raid create`, as Discord shows them."""

from datetime import timedelta

from raid_stage import FRIDAY, Stage, event_id, fields, is_refusal, messages

from sandbox.discord.world import Member
from sandbox.local import running_bot

WHERE = "SELECT count(*) FROM patt.raid_events"


async def test_a_copy_with_its_people(stage: Stage) -> None:
    sheet = await stage.raid(limit=10)
    await stage.sign_up(stage.member, sheet)
    options = {"event": str(event_id(sheet)), "when": "fri 21:30", "with_signups": True}
    answer = await stage.officer.slash("raid copy", **options)
    await stage.redraw()
    assert answer.ephemeral
    assert "**Heroic** is planned once more" in answer.text
    assert "with 1 person" in answer.text
    [_, copy] = stage.local.discord.messages(stage.raids)
    assert f"<t:{int((FRIDAY + timedelta(minutes=90)).timestamp())}:F>" in copy.embeds[0]["description"]
    assert "Mira" in "".join(fields(copy).values())
    assert isinstance(stage.member.actor, Member)
    assert messages(stage.local.discord.dm_channel(stage.member.actor.user)) == []


async def test_last_weeks_raid_is_offered_for_a_copy(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.local.pass_time(timedelta(days=4))
    [offered] = await stage.officer.autocomplete("raid copy", "event", typed="hero")
    assert offered.value == str(event_id(sheet))
    assert "is planned once more" in (await stage.officer.slash("raid copy", event="Heroic", when="fri 20:00")).text


async def test_a_raid_whose_channel_was_deleted_is_copied_into_the_servers(stage: Stage) -> None:
    other = stage.local.discord.add_text_channel(stage.guild, "other")
    old = event_id(await stage.raid(channel=other))
    await stage.local.pass_time(timedelta(days=4))
    stage.local.discord.delete_channel(other)
    await stage.local.settle()
    answer = await stage.officer.slash("raid copy", event=str(old), when="fri 20:00")
    await stage.local.settle()
    assert f"The sheet appears in <#{stage.raids.id}>" in answer.text
    [copy] = messages(stage.raids)
    assert event_id(copy) != old


async def test_members_and_strangers_copy_nothing(stage: Stage, night_off: Stage) -> None:
    sheet, theirs = await stage.raid(), await night_off.raid(title="Theirs")
    answer = await stage.member.slash("raid copy", event=str(event_id(sheet)), when="sat 20:00")
    assert is_refusal(answer)
    assert "for officers" in answer.text
    answer = await stage.officer.slash("raid copy", event=str(event_id(theirs)), when="sat 20:00")
    assert "no such raid in this server" in answer.text
    assert await night_off.officer.autocomplete("raid copy", "event", typed="Heroic") == []
    assert await stage.value(WHERE) == 2


async def test_participants_by_mention_by_name_and_new(stage: Stage) -> None:
    nils = stage.joins("Nils")
    await stage.sign_up(nils, await stage.raid(title="Earlier"))
    sheet = await stage.raid(participants=f"<@{stage.member.actor.id}> @Nils, +Gunther Groß")
    await stage.redraw()
    shown = "".join(fields(sheet).values())
    assert all(name in shown for name in ("Mira", "Nils", "Gunther Groß"))
    await stage.redraw()
    assert isinstance(stage.member.actor, Member)
    [told] = messages(stage.local.discord.dm_channel(stage.member.actor.user))
    assert f"/{sheet.id}" in told.content


async def test_a_member_named_without_a_mention_is_suggested_where_members_are_seen(stage: Stage) -> None:
    stage.joins("Nils")
    await stage.local.bot.close()
    settings = stage.local.settings.model_copy(update={"members_intent": True})
    async with running_bot(stage.local.discord, settings, stage.local.clock):
        answer = await stage.officer.slash("raid create", title="Heroic", when="fri 20:00", participants="Nils")
    assert "`Nils` is not registered here. Did you mean `@Nils`? Type `@` and pick them" in answer.text


async def test_wrong_participants_are_all_named_and_nothing_is_planned(stage: Stage, night_off: Stage) -> None:
    bot, stranger = stage.local.discord.bot_user.id, night_off.owner.actor.id
    before = await stage.rows()
    participants = f"<@{stage.member.actor.id}> <@{stranger}> <@{bot}>, Cassia"
    with stage.local.discord.expect_refusal(10007):
        answer = await stage.officer.slash("raid create", title="Heroic", when="fri 20:00", participants=participants)
    assert is_refusal(answer)
    assert all(part in answer.text for part in (f"<@{stranger}>", f"<@{bot}>", "`Cassia`", "Nothing was planned"))
    assert f"<@{stage.member.actor.id}>" not in answer.text
    assert await stage.rows() == before
    assert not stage.rung()
