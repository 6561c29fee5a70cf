from datetime import UTC, datetime, timedelta

import pytest

from sandbox.clock import ManualClock
from sandbox.local import local_world


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))


async def test_smoke(dsn, clock):
    async with local_world(dsn, clock) as local:
        guild = local.discord.add_guild("Night Watch")
        channel = local.discord.add_text_channel(guild, "raids")
        owner = local.discord.hand(guild.members[guild.owner_id])
        print(await owner.slash("raid setup", channel=channel, timezone="Europe/Berlin"))
        print(await owner.autocomplete("raid create", "when", typed="wed 20:00"))
        print(await owner.slash("raid create", title="Heroic", when="fri 20:00", limit=1))
        await local.settle()
        [sheet] = local.discord.messages(channel)
        m = local.discord.add_member(guild, "Arila")
        h = local.discord.hand(m)
        a = await h.click(sheet, "Sign up")
        print(a)
        a = await h.select(a, ["Paladin"])
        print(a)
        a = await h.select(a, ["Holy"])
        print(a)
        h2 = local.discord.hand(local.discord.add_member(guild, "Bo"))
        print(await h2.click(sheet, "Late"))
        a = await h2.click(sheet, "Sign up")
        a = await h2.select(a, ["Warlock"])
        print(await h2.select(a, ["Demonology"]))
        a = await h.click(sheet, "My sign-up")
        print(a)
        print(await h.click(a, "Withdraw"))
        await local.pass_time(timedelta(seconds=2))
        print(local.discord.messages(channel)[0].embeds)
        print(local.discord.dms(h2.actor))
        print(await owner.slash("raid series add", title="Weekly", weekday="Wednesday", time="20:00", sheet="native"))
        print(await owner.slash("raid list"))
        print(local.discord.violations)
        print("\n".join(map(str, local.discord.transcript.lines)))
