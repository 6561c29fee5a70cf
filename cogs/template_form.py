"""The form for a template from scratch, and the way back to it when something was mistyped."""

import re
from dataclasses import astuple
from typing import Any, Self

from discord import TextStyle, ui

from bot.answers import in_time, named_roles
from bot.components import AnsweringModal, Persistent, view_of
from bot.domain.template import BadTemplate
from bot.render import custom_ids, template_texts
from bot.services.template_desk import LONGEST_LINES, BadName, NameTaken, Typed
from cogs.actors import Interaction, actor_of, guild_of


class NewTemplate(AnsweringModal, title=template_texts.NEW_TITLE):
    """The form for a template from scratch."""

    name = ui.Label[ui.View](
        text=template_texts.NAME,
        description=template_texts.NAME_HINT,
        component=ui.TextInput[ui.View](custom_id="name", max_length=50),
    )
    label = ui.Label[ui.View](
        text=template_texts.TITLE,
        description=template_texts.TITLE_HINT,
        component=ui.TextInput[ui.View](custom_id="title", max_length=100),
    )
    emoji = ui.Label[ui.View](
        text=template_texts.EMOJI,
        description=template_texts.EMOJI_HINT,
        component=ui.TextInput[ui.View](custom_id="emoji", max_length=60, required=False, placeholder="📅"),
    )
    roles = ui.Label[ui.View](
        text=template_texts.ROLES,
        description=template_texts.ROLES_HINT,
        component=ui.TextInput[ui.View](
            custom_id="roles",
            style=TextStyle.paragraph,
            max_length=LONGEST_LINES,
            required=False,
            placeholder=template_texts.ROLES_EXAMPLE,
        ),
    )
    classes = ui.Label[ui.View](
        text=template_texts.CLASSES,
        description=template_texts.CLASSES_HINT,
        component=ui.TextInput[ui.View](
            custom_id="classes",
            style=TextStyle.paragraph,
            max_length=LONGEST_LINES,
            required=False,
            placeholder=template_texts.CLASSES_EXAMPLE,
        ),
    )

    def __init__(self, typed: Typed | None = None) -> None:
        super().__init__()
        for field, text in zip(self._fields, astuple(typed) if typed else (), strict=False):
            _input(field).default = text or None

    @property
    def _fields(self) -> tuple[ui.Label[ui.View], ...]:
        return (self.name, self.label, self.emoji, self.roles, self.classes)

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override] - our bot's interaction
        """Write the template down, or say what is wrong with a way back to what was typed."""
        typed = Typed(*(_input(field).value for field in self._fields))
        services = interaction.client.services
        try:
            template = await in_time(interaction, services.template_desk.create(actor_of(interaction), typed))
        except (BadTemplate, BadName, NameTaken) as refusal:
            await say(interaction, str(refusal), view=view_of(TryAgain()))
            return
        embed = template_texts.preview(template, guild_of(interaction), services.clock.now())
        await say(interaction, template_texts.created(template), embed=embed)


class TryAgain(Persistent, ui.Button[ui.View], template=custom_ids.TEMPLATE_FORM):
    """Below a refused form: opens it again as it was typed."""

    def __init__(self) -> None:
        super().__init__(label=template_texts.TRY_AGAIN, emoji="✏️", custom_id=custom_ids.template_form())

    @classmethod
    def of(cls, _match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls()

    async def act(self, interaction: Interaction) -> None:
        """Open the form with the officer's own text."""
        actor, services = actor_of(interaction), interaction.client.services
        await services.template_desk.check(actor)
        await NewTemplate(services.template_desk.draft(actor)).open(interaction)


def _input(label: ui.Label[ui.View]) -> ui.TextInput[ui.View]:
    assert isinstance(label.component, ui.TextInput)  # noqa: S101 - declared above
    return label.component


async def say(interaction: Interaction, text: str | None = None, **extra: Any) -> None:
    """Answer ephemerally, with an embed, a file or a view."""
    text = named_roles(interaction, text) if text else text
    if interaction.response.is_done():
        await interaction.followup.send(text or "", ephemeral=True, **extra)
    else:
        await interaction.response.send_message(text, ephemeral=True, **extra)
