"""Which custom emoji a server's sheets can show, without knowing Discord."""

from collections.abc import Set as AbstractSet
from typing import Protocol

from bot.domain.ids import GuildId
from bot.domain.template import Template
from bot.domain.template_emoji import check_emoji, custom_emoji


class EmojiBook(Protocol):
    """Looks emoji up in Discord."""

    async def usable(self, guild_id: GuildId) -> AbstractSet[int]:
        """The ids of the server's own emoji and of the bot's."""
        ...


async def require_shown(book: EmojiBook, guild_id: GuildId, template: Template) -> None:
    """Raise BadTemplate for an emoji of another server; Discord is asked only when there is a custom one at all."""
    if any(True for _ in custom_emoji(template)):
        check_emoji(template, await book.usable(guild_id))
