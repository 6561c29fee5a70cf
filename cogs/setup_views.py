"""The setup's message: Components V2, drawn anew at every choice.

The components here are plain ones: whoever uses them is answered by the class in `cogs/setup.py`, by their ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.components import layout_of
from bot.domain.first_steps import Steps
from bot.domain.ids import RoleId
from bot.domain.needs import Lack
from bot.render import custom_ids, setup_texts
from bot.render.sheet import cut

MOST_ROLES = 25
LONGEST_OPTION = 100
ROOMS = [discord.ChannelType.text, discord.ChannelType.news]

Item = ui.Item[Any]


@dataclass(frozen=True)
class Seen:
    """What Discord shows of what is set.

    `raids` and `officers` are what the bot lacks in those channels, None for one that is not set. `blind` are officer
    roles that do not see the commands `hidden`; `roles` those that are still there.
    """

    raids: Lack | None
    officers: Lack | None
    roles: frozenset[RoleId]
    blind: frozenset[RoleId]
    hidden: Sequence[str]


@dataclass(frozen=True)
class Offered:
    """What there is to choose from: zones by name, games as (title, name)."""

    zones: Sequence[str]
    games: Sequence[tuple[str, str]]


def wizard(steps: Steps, seen: Seen, offered: Offered, said: str = "") -> ui.LayoutView:
    """Every step with what is set and what is missing, and the select that sets it."""
    server = steps.server
    officers, gone = server.officer_roles & seen.roles, bool(server.officer_roles - seen.roles)
    done = [_stands(seen.raids), bool(officers), _stands(seen.officers), bool(server.timezone), True]
    postable = seen.raids is not None and not seen.raids
    parts: Sequence[tuple[str, Item]] = [
        (setup_texts.raid_channel(seen.raids), _room("channel", setup_texts.CHOOSE_CHANNEL, seen.raids)),
        (setup_texts.officer_role(officers, gone, seen.blind, seen.hidden), _roles(steps, seen)),
        (setup_texts.officer_channel(seen.officers), _room("officers", setup_texts.CHOOSE_OFFICERS, seen.officers)),
        (setup_texts.time_zone(steps), _zones(steps, offered)),
        (setup_texts.game(steps), _games(steps, offered)),
    ]
    container: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(setup_texts.head(server, sum(done))))
    for text, select in parts:
        container.add_item(ui.TextDisplay(text)).add_item(ui.ActionRow(select))
    ends = [setup_texts.nights(steps), setup_texts.next_step(steps, postable=postable), said]
    container.add_item(ui.Separator()).add_item(ui.TextDisplay("\n".join(one for one in ends if one)))
    return layout_of(container, _buttons(steps, postable=postable))


def _stands(found: Lack | None) -> bool:
    """Whether a channel is set that is there; what the bot lacks in it is another matter."""
    return found is not None and not found.gone


def _buttons(steps: Steps, *, postable: bool) -> "ui.ActionRow[ui.LayoutView]":
    tested = steps.test is not None
    style = discord.ButtonStyle
    return ui.ActionRow(
        _button("test", setup_texts.TEST, style.primary, disabled=tested or not postable),
        *([_button("drop", setup_texts.DROP, style.danger)] if tested else []),
        _button("elsewhere", setup_texts.ELSEWHERE, style.secondary),
        _button("look", setup_texts.LOOK, style.secondary),
    )


def _button(do: str, label: str, style: discord.ButtonStyle, *, disabled: bool = False) -> "ui.Button[ui.LayoutView]":
    return ui.Button(label=label, custom_id=custom_ids.set_up(do), style=style, disabled=disabled)


def _room(do: str, placeholder: str, found: Lack | None) -> Item:
    """A select of channels; Discord takes no channel for chosen that is gone."""
    chosen = [found.channel_id] if found is not None and found.channel_id and not found.gone else []
    return ui.ChannelSelect(
        custom_id=custom_ids.set_up(do),
        placeholder=placeholder,
        channel_types=ROOMS,
        default_values=[
            discord.SelectDefaultValue(id=one, type=discord.SelectDefaultValueType.channel) for one in chosen
        ],
    )


def _roles(steps: Steps, seen: Seen) -> Item:
    chosen = sorted(steps.server.officer_roles & seen.roles)[:MOST_ROLES]
    return ui.RoleSelect(
        custom_id=custom_ids.set_up("role"),
        placeholder=setup_texts.CHOOSE_ROLE,
        min_values=0,
        max_values=MOST_ROLES,
        default_values=[discord.SelectDefaultValue(id=one, type=discord.SelectDefaultValueType.role) for one in chosen],
    )


def _zones(steps: Steps, offered: Offered) -> Item:
    described = [(one, *setup_texts.zone_option(one, steps.now)) for one in offered.zones]
    options = [
        discord.SelectOption(label=label, description=shown, value=zone, default=zone == steps.server.timezone)
        for zone, label, shown in described
    ]
    return ui.Select(custom_id=custom_ids.set_up("zone"), placeholder=setup_texts.CHOOSE_ZONE, options=options)


def _games(steps: Steps, offered: Offered) -> Item:
    options = [
        discord.SelectOption(
            label=cut(title, LONGEST_OPTION), value=name, default=name == steps.server.default_template
        )
        for title, name in offered.games
    ]
    return ui.Select(custom_id=custom_ids.set_up("game"), placeholder=setup_texts.CHOOSE_GAME, options=options)
