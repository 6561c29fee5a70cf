"""What the queue's work needs of Discord, without knowing Discord."""

from typing import Protocol

from bot.domain.action import Kind
from bot.domain.event import Event
from bot.domain.ids import ChannelId, MessageId, UserId
from bot.domain.sheet import Sheet


class Undeliverable(Exception):
    """Discord refused for good (no permission, no such channel): trying again changes nothing."""


class CannotLook(Undeliverable):
    """The bot may not read what it wrote in the channel: Read Message History is missing."""


class SheetGone(Undeliverable):
    """The sheet's message was deleted."""


class Messenger(Protocol):
    """Writes to Discord. A `nonce` is the same at every attempt, so a message appears once.

    Every method raises Undeliverable when trying again is pointless and anything else when it is not.
    """

    @property
    def own_id(self) -> UserId:
        """The bot's own user id."""
        ...

    async def post_sheet(self, sheet: Sheet, nonce: str) -> MessageId:
        """Post the sheet with its buttons into its event's channel."""
        ...

    async def find_sheet(self, sheet: Sheet) -> MessageId | None:
        """The sheet as it stands in its channel, whoever of our processes posted it. Raises CannotLook."""
        ...

    async def is_announced(self, channel_id: ChannelId, link: str) -> bool:
        """Whether the channel has a word of ours about `link`. Raises CannotLook."""
        ...

    async def edit_sheet(self, sheet: Sheet) -> None:
        """Redraw the posted sheet. Raises SheetGone when its message was deleted."""
        ...

    async def delete_message(self, channel_id: ChannelId, message_id: MessageId) -> None:
        """Delete a message of ours; one that is gone already is fine."""
        ...

    async def announce_booking(self, channel_id: ChannelId, link: str, nonce: str) -> None:
        """Say that next week's raid is posted."""
        ...

    async def warn_unannounced(self, officer_channel_id: ChannelId, link: str, nonce: str) -> None:
        """Tell the officers that no raid channel is set for the announcement."""
        ...

    async def tell_officers(
        self, officer_channel_id: ChannelId | None, event: Event, what: Kind, why: str, nonce: str
    ) -> None:
        """Say what was given up for a raid and why: in the officer channel, else to the raid's leader by DM."""
        ...
