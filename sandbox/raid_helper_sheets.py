"""Raid-Helper's own sheets in the local Discord: its bot posts an event's message, and keeps it up to date."""

from typing import Any

from bot.clock import Clock
from sandbox.discord import posting
from sandbox.discord.server import DiscordServer
from sandbox.discord.world import Message, User
from sandbox.raid_helper.server import RaidHelperStandIn

STATUSES = ("Late", "Bench", "Tentative", "Absence")


def raid_helper_in(discord: DiscordServer, clock: Clock) -> RaidHelperStandIn:
    """A Raid-Helper that writes into the local Discord; an event's id is its message's, as in the real one."""
    shown = _Sheets(discord)
    return RaidHelperStandIn(
        clock,
        servers={},
        users={},
        new_id=discord.snowflakes.next,
        on_post=shown.post,
        on_edit=shown.edit,
        on_delete=shown.delete,
    )


class _Sheets:
    """What Raid-Helper's bot does in Discord's channels."""

    def __init__(self, discord: DiscordServer) -> None:
        self._discord = discord
        self._author: User | None = None

    async def post(self, event: dict[str, Any]) -> None:
        channel = self._discord.world.channels[int(event["channelId"])]
        author = self._author = self._author or self._discord.add_user("Raid-Helper", bot=True)
        message = Message(int(event["id"]), channel, author, self._discord.clock.now(), embeds=[_embed(event)])
        posting.place(self._discord, message)

    async def edit(self, event: dict[str, Any]) -> None:
        if message := self._message(event):
            message.embeds = [_embed(event)]
            posting.announce_edit(self._discord, message)

    async def delete(self, event: dict[str, Any]) -> None:
        if message := self._message(event):
            posting.remove(self._discord, message)

    def _message(self, event: dict[str, Any]) -> Message | None:
        channel = self._discord.world.channels.get(int(event["channelId"]))
        return channel.messages.get(int(event["id"])) if channel else None


def _embed(event: dict[str, Any]) -> dict[str, Any]:
    start = event["startTime"]
    return {
        "type": "rich",
        "title": event["title"],
        "description": f"{event['description']}\n<t:{start}:F> · <t:{start}:R>",
        "color": 0x71368A,
        "fields": [_field(button, event["signUps"]) for button in event["classes"] if _members(button, event)],
        "footer": {"text": f"Raid-Helper · {event['id']}"},
    }


def _members(button: dict[str, Any], event: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in event["signUps"] if one["className"] == button["name"]]


def _field(button: dict[str, Any], sign_ups: list[dict[str, Any]]) -> dict[str, Any]:
    members = [one for one in sign_ups if one["className"] == button["name"]]
    names = [f"`{one['position']}` {one['name']} {one.get('specName', '')}".strip() for one in members]
    inline = button["name"] not in STATUSES
    glue = "\n" if inline else ", "
    return {"name": f"{button['name']} ({len(members)})", "value": glue.join(names), "inline": inline}
