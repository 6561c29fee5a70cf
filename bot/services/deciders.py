"""Whom to ask what somebody has to decide about a raid, and whom to warn."""

from collections.abc import Awaitable, Callable

from bot.domain.event import Event
from bot.domain.ids import ChannelId, UserId
from bot.services.messenger import Undeliverable


async def ask(
    event: Event,
    officers: ChannelId | None,
    ask_in: Callable[[ChannelId], Awaitable[None]],
    ask_leader: Callable[[UserId], Awaitable[None]],
) -> str:
    """Ask in the officer channel, else the leader, else in the raid's own channel; who was asked.

    Raises Undeliverable when there is nobody to ask.
    """
    if officers and await _reached(ask_in(officers)):
        return "asked the officers"
    if event.leader_id and await _reached(ask_leader(event.leader_id)):
        return "asked the leader"
    if event.channel_id is None:
        raise Undeliverable("no officer channel, no leader and no raid channel to ask in")
    await ask_in(event.channel_id)
    return "asked in the raid's channel"


async def warn(
    event: Event,
    officers: ChannelId | None,
    warn_in: Callable[[ChannelId], Awaitable[None]],
    warn_leader: Callable[[UserId], Awaitable[None]],
) -> str:
    """Warn in the officer channel, else the leader; who was warned. It is nothing for the raid's own channel.

    Raises Undeliverable when nobody could be.
    """
    if officers and await _reached(warn_in(officers)):
        return "warned the officers"
    if event.leader_id is None:
        raise Undeliverable("no officer channel and no leader to warn")
    await warn_leader(event.leader_id)
    return "warned the leader"


async def _reached(asking: Awaitable[None]) -> bool:
    try:
        await asking
    except Undeliverable:
        return False
    return True
