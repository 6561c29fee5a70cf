"""The stage of the click benchmark: a server, members with remembered mains, and the sheets they click on."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bench.party import PATIENCE, Party, Seat
from sandbox.discord import posting
from sandbox.discord.hand import Hand
from sandbox.discord.world import Channel, Guild, Message

IN_THREE_DAYS = timedelta(days=3)
SHEETS_EACH = 3
"""How many of the sheets each member stands on: with 64 members on eight sheets, 24 on each."""


@dataclass
class Stage:
    """One server on one party's Discord; a channel a sheet, as servers with many raids have it."""

    party: Party
    guild: Guild
    owner: Hand
    members: Sequence[Hand]
    sheets: list[Message] = field(default_factory=list[Message])

    def seats(self, count: int) -> Sequence[Seat]:
        """`count` members, spread evenly over the sheets."""
        return [Seat(hand, self.sheets[number % len(self.sheets)]) for number, hand in enumerate(self.members[:count])]

    async def post_sheet(self) -> Message:
        """`/raid create` in a channel of its own; the sheet it posts."""
        discord = self.party.discord
        channel = discord.add_text_channel(self.guild, f"raid-{len(self.guild.channels)}")
        when = str(int(time.time() + IN_THREE_DAYS.total_seconds()))
        await self.owner.slash("raid create", title="Heroic night", when=when, channel=channel)
        await discord.until(lambda: bool(discord.messages(channel)), timeout=PATIENCE)
        return discord.messages(channel)[0]

    def copy_sheets(self, other: "Stage") -> None:
        """Stand the same sheets here as there: the same embeds and buttons, without anybody drawing them."""
        for sheet in other.sheets:
            channel = self.party.discord.add_text_channel(self.guild, sheet.channel.name)
            self.sheets.append(self._copy(sheet, channel))

    def follow(self, other: "Stage") -> None:
        """Show on the copies what the sheets say by now: who has signed up is part of every click's payload."""
        for own, sheet in zip(self.sheets, other.sheets, strict=True):
            own.embeds, own.components = sheet.embeds, sheet.components

    def _copy(self, sheet: Message, channel: Channel) -> Message:
        discord = self.party.discord
        body = {"embeds": sheet.embeds, "components": sheet.components}
        return posting.place(discord, posting.compose(discord, channel, discord.bot_user, body, []))


def build(party: Party, members: int) -> Stage:
    """A server with its members; nobody is known to the bot yet."""
    discord = party.discord
    guild = discord.add_guild("Night Watch")
    lobby = discord.add_text_channel(guild, "lobby")
    owner = discord.hand(guild.members[guild.owner_id], lobby)
    hands = [discord.hand(discord.add_member(guild, f"Raider {number}"), lobby) for number in range(members)]
    for hand in (owner, *hands):
        hand.patience = PATIENCE
    return Stage(party, guild, owner, hands)


async def set_up(stage: Stage, sheets: int, regulars: int) -> None:
    """Post the sheets, have everybody choose a main once, and the regulars answer their sheets."""
    lobby = stage.owner.channel
    await stage.owner.slash("raid setup", channel=lobby, timezone="Europe/Berlin")
    first = await stage.post_sheet()
    for hand in stage.members:
        answer = await hand.select(await hand.click(first, "Sign up"), ["Paladin"])
        await hand.select(answer, ["Holy"])
    stage.sheets += [await stage.post_sheet() for _ in range(sheets)]
    for number, hand in enumerate(stage.members[:regulars]):
        for step in range(min(SHEETS_EACH, sheets)):
            await hand.click(stage.sheets[(number + step) % sheets], "Sign up")
