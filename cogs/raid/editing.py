"""`/raid edit`, `move`, `close`, `reopen` and `copy`: officers change a raid that stands."""

import discord
from discord import app_commands

from bot.answers import answer, in_time
from bot.domain.ids import ChannelId, UserId
from bot.render import officer_texts
from bot.services.raid_edits import Edited, EditWish
from cogs.actors import Interaction, actor_of, require_postable
from cogs.copying import copy_raid
from cogs.raid import options
from cogs.raid.family import Family
from cogs.undo import undo_view

EVENT = "The raid: from the list, or its title or id"


@options.always
async def any_event(interaction: Interaction, typed: str) -> options.Choices:
    """The server's raids, past ones too; the value sent is the id."""
    return options.choices(await interaction.client.services.copies.offered(actor_of(interaction), typed))


class Editing(Family):
    """Raids that stand."""

    @app_commands.command()
    @app_commands.describe(
        event=EVENT,
        title="Its new title",
        description="New words above the list, or none",
        limit="How many seats, or none",
        minimum="How many it needs at least, or none",
        deadline="How long before the start sign-ups end, such as 24h, or none",
        duration="How long it takes, such as 3h",
        leader="Who leads it",
        reminders="Minutes before the start, such as 60,15; none, or server for the server's own",
        channel="Where its sheet goes",
    )
    @app_commands.autocomplete(event=options.event)
    async def edit(
        self,
        interaction: Interaction,
        event: str,
        title: str | None = None,
        description: str | None = None,
        limit: str | None = None,
        minimum: str | None = None,
        deadline: str | None = None,
        duration: str | None = None,
        leader: discord.Member | None = None,
        reminders: str | None = None,
        channel: discord.TextChannel | None = None,
    ) -> None:
        """Change a raid's settings."""
        leader_id, channel_id = UserId(leader.id) if leader else None, ChannelId(channel.id) if channel else None
        wish = EditWish(title, description, limit, minimum, deadline, duration, leader_id, reminders, channel_id)
        done = await in_time(interaction, self._edit_raid(interaction, event, wish))
        text = officer_texts.edited(done.before, done.event, done.promoted, done.demoted)
        await answer(interaction, text, undo_view(done.entry_id))

    @app_commands.command()
    @app_commands.describe(event=EVENT, when="Its new time, such as thu 20:00")
    @app_commands.autocomplete(event=options.event, when=options.when)
    async def move(self, interaction: Interaction, event: str, when: str) -> None:
        """Move a raid to another time."""
        done = await in_time(interaction, self.services.edits.move(actor_of(interaction), event, when))
        passed = done.event.deadline is not None and done.event.deadline <= self.services.clock.now()
        text = officer_texts.moved(done.before, done.event, deadline_passed=passed)
        await answer(interaction, text, undo_view(done.entry_id))

    @app_commands.command()
    @app_commands.describe(event=EVENT, when="Its time, such as thu 20:00", with_signups="The same people, too")
    @app_commands.autocomplete(event=any_event, when=options.when)
    async def copy(self, interaction: Interaction, event: str, when: str, with_signups: bool = False) -> None:
        """Plan a raid once more on another date."""
        done = await in_time(interaction, copy_raid(interaction, event, when, with_sign_ups=with_signups))
        await answer(interaction, officer_texts.copied(done.source, done.event, done.people))

    @app_commands.command()
    @app_commands.describe(event=EVENT)
    @app_commands.autocomplete(event=options.event)
    async def close(self, interaction: Interaction, event: str) -> None:
        """Let a sheet take no more answers."""
        done = await in_time(interaction, self.services.edits.close(actor_of(interaction), event))
        await answer(interaction, officer_texts.closed(done.event), undo_view(done.entry_id))

    @app_commands.command()
    @app_commands.describe(event=EVENT)
    @app_commands.autocomplete(event=options.event)
    async def reopen(self, interaction: Interaction, event: str) -> None:
        """Let a closed sheet take answers again."""
        done = await in_time(interaction, self.services.edits.reopen(actor_of(interaction), event))
        passed = done.event.deadline is not None and done.event.deadline <= self.services.clock.now()
        await answer(interaction, officer_texts.reopened(done.event, deadline_passed=passed), undo_view(done.entry_id))

    async def _edit_raid(self, interaction: Interaction, typed: str, wish: EditWish) -> Edited:
        actor, edits = actor_of(interaction), self.services.edits
        if wish.channel_id is not None:
            await edits.check_channel(
                actor, typed, wish.channel_id
            )  # whoever may not move it learns nothing of channels
            require_postable(interaction, wish.channel_id)
        return await edits.edit(actor, typed, wish)
