"""Views without emoji that were deleted: for one of them Discord refuses the whole list."""

import contextlib
import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Set
from typing import Any

import discord
from discord import ui

INVALID_BODY = 50035
WHERE = re.compile(r"components\.(\d+)\.components\.(\d+)(?:\.options\.(\d+))?\.emoji\S*: .*Invalid emoji")
"""How a refusal names an emoji: the row, the button or select in it, and the option of that."""


async def shown(
    interaction: discord.Interaction[Any], view: ui.View | None, show: Callable[[], Awaitable[Any]]
) -> None:
    """Show the view; where Discord refuses custom emoji of it, show it without them, and have that looked into."""
    spare(interaction, view)
    for _ in range(2):  # it names all there are; if not, the list matters more than its emoji
        try:
            await show()
        except discord.HTTPException as error:
            dead = refused(view, error)
            if not dead:
                raise
        else:
            return
        _leave_out(view, dead)
        interaction.client.refused_emoji |= dead
        interaction.client.dispatch("emoji_refused", interaction.guild_id, _event_id(view))
    _leave_out(view, custom_emoji(view))
    await show()


def spare(interaction: discord.Interaction[Any], view: ui.View | None) -> None:
    """Leave out of the view what Discord has refused before."""
    if known := interaction.client.refused_emoji:
        _leave_out(view, known)


def refused(view: ui.View | None, error: discord.HTTPException) -> Set[int]:
    """The custom emoji of the view that Discord refuses, all of them where it does not say which; none else."""
    if view is None or error.code != INVALID_BODY or "Invalid emoji" not in error.text:
        return frozenset()
    rows, found = view.to_components(), set[int]()
    for row, item, option in (one.groups() for one in WHERE.finditer(error.text)):
        with contextlib.suppress(IndexError, KeyError, TypeError):  # it speaks of something else, or of Unicode's
            blamed: Any = rows[int(row)]["components"][int(item)]
            found.add(int((blamed["options"][int(option)] if option else blamed)["emoji"]["id"]))
    return found or custom_emoji(view)


def custom_emoji(view: ui.View | None) -> Set[int]:
    """The ids of those the view has."""
    return frozenset(one.emoji.id for one in _with_emoji(view))


def _with_emoji(view: ui.View | None) -> Iterator[Any]:
    """What of the view has an emoji that is not Unicode's: buttons, and options of selects."""
    for child in view.children if view else ():
        for one in (child, *getattr(child, "options", ())):
            emoji = getattr(one, "emoji", None)
            if emoji is not None and emoji.id is not None:
                yield one


def _leave_out(view: ui.View | None, emoji: Collection[int]) -> None:
    for one in _with_emoji(view):
        if one.emoji.id in emoji:
            one.emoji = None


def _event_id(view: ui.View | None) -> int | None:
    """The raid that the view is about."""
    return next((found for one in (view.children if view else ()) if (found := getattr(one, "event_id", None))), None)
