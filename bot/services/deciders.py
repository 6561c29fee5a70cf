"""Whom to ask what somebody has to decide about a raid, and whom to tell of what is in its way."""

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


async def tell(
    officers: ChannelId | None,
    leader: UserId | None,
    tell_in: Callable[[ChannelId], Awaitable[None]],
    tell_leader: Callable[[UserId], Awaitable[None]],
) -> str:
    """Tell them in the officer channel, else the leader; who was told. It is nothing for the raid's own channel.

    Raises Undeliverable when the last of them cannot be reached.
    """
    if officers is not None:
        try:
            await tell_in(officers)
        except Undeliverable:
            if leader is None:
                raise
        else:
            return "told the officers"
    if leader is None:
        return "nobody to tell"
    await tell_leader(leader)
    return "told the leader"


async def _reached(asking: Awaitable[None]) -> bool:
    try:
        await asking
    except Undeliverable:
        return False
    return True
