"""Views without emoji that were deleted: for one of them Discord refuses the whole list."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import discord
from discord import ui

INVALID_BODY = 50035


async def shown(
    interaction: discord.Interaction[Any], view: ui.View | None, show: Callable[[], Awaitable[Any]]
) -> None:
    """Show the view; where Discord refuses one of its custom emoji, show it without them, and have that looked into."""
    used = frozenset(one.emoji.id for one in _with_emoji(view))
    if used in interaction.client.refused_emoji:
        _leave_out(view)
        used = frozenset()
    try:
        await show()
    except discord.HTTPException as error:
        if not used or error.code != INVALID_BODY or "Invalid emoji" not in error.text:
            raise
        _leave_out(view)
        await show()
        interaction.client.refused_emoji.add(used)
        interaction.client.dispatch("emoji_refused", interaction.guild_id, _event_id(view))


def _with_emoji(view: ui.View | None) -> Iterator[Any]:
    """What of the view has an emoji that is not Unicode's: buttons, and options of selects."""
    for child in view.children if view else ():
        item: Any = child.item if isinstance(child, ui.DynamicItem) else child
        for one in (item, *getattr(item, "options", ())):
            emoji = getattr(one, "emoji", None)
            if emoji is not None and emoji.id is not None:
                yield one


def _leave_out(view: ui.View | None) -> None:
    for one in _with_emoji(view):
        one.emoji = None


def _event_id(view: ui.View | None) -> int | None:
    """The raid that the view is about."""
    return next((found for one in (view.children if view else ()) if (found := getattr(one, "event_id", None))), None)
