import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import discord
import pytest
from discord_stage import EagerBot, Night

from bot.clock import SystemClock
from sandbox.clock import ManualClock
from sandbox.discord.server import DiscordServer


async def post(night: Night, session: aiohttp.ClientSession, text: str) -> aiohttp.ClientResponse:
    url = f"{night.discord.url}/api/v10/channels/{night.raids.id}/messages"
    headers = {"Authorization": f"Bot {night.discord.token}"}
    async with session.post(url, json={"content": text}, headers=headers) as response:
        await response.read()
        return response


async def test_sixth_message_in_five_seconds_is_refused(night: Night):
    night.discord.rate_limits = True
    async with aiohttp.ClientSession() as session:
        answers = [await post(night, session, str(number)) for number in range(6)]
        assert [each.status for each in answers] == [200] * 5 + [429]
        assert [each.headers["X-RateLimit-Remaining"] for each in answers[:5]] == list("43210")
        assert answers[0].headers["X-RateLimit-Limit"] == "5"
        assert answers[0].headers["X-RateLimit-Reset-After"] == "5.000"
        assert answers[5].headers["Retry-After"] == "6"
        assert await answers[5].json() == {
            "message": "You are being rate limited.",
            "retry_after": 5.0,
            "global": False,
        }
        assert answers[5].headers["X-RateLimit-Scope"] == "user"
        night.clock.advance(timedelta(seconds=5))
        assert (await post(night, session, "later")).status == 200
    assert [(each.status, each.code) for each in night.discord.violations] == [(429, 0)]


async def test_window_is_the_channels_own(night: Night):
    night.discord.rate_limits = True
    other = night.discord.add_text_channel(night.guild, "other")
    async with aiohttp.ClientSession() as session:
        for number in range(5):
            await post(night, session, str(number))
        night.raids = other
        assert (await post(night, session, "elsewhere")).status == 200


async def test_fifty_requests_a_second_in_all(night: Night):
    night.discord.rate_limits = True
    headers = {"Authorization": f"Bot {night.discord.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        statuses = []
        for _ in range(51):
            async with session.get(f"{night.discord.url}/api/v10/users/@me") as response:
                statuses.append(response.status)
                body = await response.json()
    assert (statuses.count(200), statuses[-1], body["global"]) == (50, 429, True)


async def test_switched_off_nothing_is_counted(night: Night, rest: EagerBot):
    async with asyncio.timeout(5):
        for number in range(60):
            await rest.get_partial_messageable(night.raids.id).send(str(number))
    assert len(night.discord.messages(night.raids)) == 60
    assert night.discord.violations == []


def test_switch_follows_the_clock():
    assert DiscordServer(SystemClock()).rate_limits
    assert not DiscordServer(ManualClock(datetime(2026, 11, 20, tzinfo=UTC))).rate_limits


async def test_planned_429_is_waited_for_by_the_library(night: Night, rest: EagerBot):
    night.discord.fail("POST", "/channels/*/messages", 429, retry_after=0.01)
    await rest.get_partial_messageable(night.raids.id).send("in the end")
    assert [call.status for call in night.discord.calls[-2:]] == [429, 200]
    assert night.discord.violations == []


async def test_planned_failures_pass_by(night: Night, rest: EagerBot):
    channel = rest.get_partial_messageable(night.raids.id)
    night.discord.fail("POST", "/channels/*/messages", 403, 50013, times=2)
    for _ in range(2):
        with pytest.raises(discord.Forbidden) as caught:
            await channel.send("x")
        assert caught.value.code == 50013
    await channel.send("at last")
    assert [message.content for message in night.discord.messages(night.raids)] == ["at last"]
    assert night.discord.violations == []


async def test_pattern_matches_segments(night: Night, rest: EagerBot):
    night.discord.fail("GET", "/channels/*", 503)
    night.discord.fail("PATCH", "/**", 503)
    sent = await rest.get_partial_messageable(night.raids.id).send("x")
    await sent.fetch()
    with pytest.raises(discord.DiscordServerError):
        await sent.edit(content="y")


async def test_standins_own_crash_is_seen_at_once(night: Night, rest: EagerBot):
    route = discord.http.Route("PUT", f"/applications/{night.discord.application_id}/commands")
    with pytest.raises(discord.DiscordServerError):
        await rest.http.request(route, json=["no command"])
    (violation,) = night.discord.take_violations()
    assert (violation.status, "Traceback" in violation.message) == (501, True)


async def test_lost_answer_is_carried_out(night: Night, rest: EagerBot):
    night.discord.lose_answer("POST", "/channels/*/messages")
    channel = rest.get_partial_messageable(night.raids.id)
    with pytest.raises(aiohttp.ClientConnectionError):
        await channel.send("posted", nonce=5)
    (posted,) = night.discord.messages(night.raids)
    assert (await channel.send("posted", nonce=5)).id == posted.id
    assert [call.status for call in night.discord.calls[-2:]] == [0, 200]


async def test_hold_lets_go(night: Night, rest: EagerBot):
    channel = rest.get_partial_messageable(night.raids.id)
    with night.discord.hold("POST", "/channels/*/messages") as held:
        sending = asyncio.create_task(channel.send("slow"))
        await held.waiting(1)
        assert night.discord.messages(night.raids) == []
        held.release()
        await sending
    assert len(night.discord.messages(night.raids)) == 1
    await channel.send("quick")


async def test_waiting_for_the_world(night: Night, rest: EagerBot):
    sending = asyncio.create_task(rest.get_partial_messageable(night.raids.id).send("x"))
    await night.discord.until(lambda: bool(night.discord.messages(night.raids)))
    await sending
    with pytest.raises(TimeoutError):
        await night.discord.until(lambda: len(night.discord.messages(night.raids)) == 2, timeout=0.05)


async def test_held_requests_end_with_the_server():
    server = DiscordServer(ManualClock(datetime(2026, 11, 20, tzinfo=UTC)))
    async with aiohttp.ClientSession() as session:
        async with server:
            held = server.hold("GET", "/gateway")
            asking = asyncio.create_task(session.get(f"{server.url}/api/v10/gateway"))
            await held.waiting()
        answer = await asking
        answer.close()
        assert answer.status == 200


async def test_library_addresses_are_restored():
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.asset.Asset.BASE
    async with DiscordServer(ManualClock(datetime(2026, 11, 20, tzinfo=UTC))) as server:
        with server.library_points_here():
            assert f"{server.url}/api/v10" == discord.http.Route.BASE
    after = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.asset.Asset.BASE
    assert after == before
