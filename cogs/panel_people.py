"""The control panel's people: who is on the sheet, what they are down as, and what they offer to play."""

from abc import abstractmethod

from discord import ui

from bot.answers import in_time
from bot.components import chosen
from bot.domain.ids import PlayerId
from bot.domain.mine import as_offer, offered
from bot.domain.panel import Overview
from bot.domain.people import GoneFromSheet, listed
from bot.domain.roster import Placed
from bot.domain.template import Choice
from bot.render import custom_ids, officer_texts
from bot.services.officers import OfferGone, OnSheet, Whom
from cogs import panel_views as views
from cogs.actors import Interaction, actor_of, members_chosen
from cogs.panel_base import PanelItem, look, redraw, services_of, turn
from cogs.panel_views import Said


def placed_in(found: Overview, player_id: PlayerId) -> Placed:
    """Somebody on the sheet. Raises GoneFromSheet."""
    placed = next((one for one in found.people if one.sign_up.player_id == player_id), None)
    if placed is None:
        raise GoneFromSheet
    return placed


class PeopleButton(PanelItem, template=custom_ids.PANEL_PEOPLE):
    """`Person…`, and the pages of people."""

    async def act(self, interaction: Interaction) -> None:
        """Ask who it is about."""
        found = await in_time(interaction, look(interaction, self.event_id), update=True)
        await turn(interaction, views.people(found, int(self.match["page"])))


class OffButton(PanelItem, template=custom_ids.PANEL_OFF):
    """`Remove`."""

    async def act(self, interaction: Interaction) -> None:
        """Take them off the sheet."""
        await redraw(interaction, self.event_id, self._remove(interaction))

    async def _remove(self, interaction: Interaction) -> Said:
        officers = services_of(interaction).officers
        done = await officers.remove(actor_of(interaction), str(self.event_id), listed(self.player_id))
        return Said(officer_texts.removed(done.event, done.sign_up), done.entry_id)


class PersonButton(PanelItem):
    """A button that changes somebody's sign-up, and shows them again."""

    async def act(self, interaction: Interaction) -> None:
        """Do it, and show where they stand then."""
        await turn(interaction, await in_time(interaction, self._done(interaction), update=True))

    @abstractmethod
    async def change(self, interaction: Interaction) -> Said:
        """What the button does."""

    async def _done(self, interaction: Interaction) -> ui.LayoutView:
        said = await self.change(interaction)
        found = await look(interaction, self.event_id)
        return views.person(found, placed_in(found, self.player_id), said)


class PutButton(PersonButton, template=custom_ids.PANEL_PUT):
    """Gives somebody another answer."""

    async def change(self, interaction: Interaction) -> Said:
        """Change the answer; they are told once."""
        officers, choice = services_of(interaction).officers, Choice(self.match["choice"])
        done = await officers.answer_for(actor_of(interaction), str(self.event_id), self.player_id, choice)
        return Said(_added(done), done.entry_id)


class OfferButton(PersonButton, template=custom_ids.PANEL_OFFER):
    """Has somebody play what they offered."""

    async def change(self, interaction: Interaction) -> Said:
        """Take the offer up; they are told once. Raises OfferGone."""
        found = await look(interaction, self.event_id)
        picks = offered(found.sheet.template, placed_in(found, self.player_id).sign_up)
        pick = next((one for one in picks if custom_ids.digest(as_offer(one)) == self.match["offer"]), None)
        if pick is None:
            raise OfferGone
        officers = services_of(interaction).officers
        done = await officers.take_offer(actor_of(interaction), str(self.event_id), self.player_id, pick)
        return Said(officer_texts.switched(done.event, done.template, done.placed), done.entry_id)


class WhoSelect(PanelItem, template=custom_ids.PANEL_WHO):
    """Who it is about."""

    async def act(self, interaction: Interaction) -> None:
        """Show them."""
        found = await in_time(interaction, look(interaction, self.event_id), update=True)
        placed = placed_in(found, PlayerId(int(chosen(interaction)[0])))
        await turn(interaction, views.person(found, placed))


class NewSelect(PanelItem, template=custom_ids.PANEL_NEW):
    """Whom to put on the sheet."""

    async def act(self, interaction: Interaction) -> None:
        """Put them on the sheet, one after the other."""
        await redraw(interaction, self.event_id, self._add(interaction))

    async def _add(self, interaction: Interaction) -> Said:
        officers, actor = services_of(interaction).officers, actor_of(interaction)
        done = [await officers.add(actor, str(self.event_id), Whom(one)) for one in members_chosen(interaction)]
        entry_id = done[0].entry_id if len(done) == 1 else None
        return Said("\n".join(_added(one) for one in done), entry_id)


def _added(done: OnSheet) -> str:
    changed = done.entry_id is not None
    return officer_texts.added(done.event, done.template, done.placed, was_there=done.was_there, changed=changed)


PERSISTENT = (PeopleButton, OffButton, PutButton, OfferButton, WhoSelect, NewSelect)
