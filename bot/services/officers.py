"""Officers put people on sheets and take them off."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.domain.errors import MusterError
from bot.domain.event import Event, SheetKind
from bot.domain.ids import GuildId, PlayerId
from bot.domain.mine import offered as offers_of
from bot.domain.names import folded
from bot.domain.notice import Notice
from bot.domain.officer_rules import Put, as_kept_there, check_kept_here, find_choice, put_on
from bot.domain.people import NotOnSheet, Person, check_name, find_on_sheet, listed
from bot.domain.permissions import Actor
from bot.domain.roster import Placed, SignUp, place
from bot.domain.sign_up import Pick
from bot.domain.spec_names import find_spec, offered
from bot.domain.template import Choice, Template
from bot.services.audit_trail import kept
from bot.services.officer_work import OfficerDesk, Work
from bot.services.raids import Raids
from bot.services.templates import Templates
from db import Database, Session
from db.players import Known


class WhoIsMeant(MusterError):
    """Say who: pick a `member` of this server, or give a `name` for somebody without Discord. One of the two."""


class OfferGone(MusterError):
    """They do not offer that any more, or play it already."""


@dataclass(frozen=True)
class Whom:
    """Somebody to put on a sheet: a member of the server, or a name."""

    member: Actor | None = None
    name: str | None = None


@dataclass(frozen=True)
class OnSheet:
    """Where somebody stands now. `entry_id` is what undoes it: None when nothing had to be changed."""

    event: Event
    template: Template
    placed: Placed
    was_there: bool
    entry_id: int | None


@dataclass(frozen=True)
class OffSheet:
    """Who is not on the sheet any more; `entry_id` is what undoes it."""

    event: Event
    sign_up: SignUp
    entry_id: int


class Officers:
    """The use cases behind `/raid add`, `/raid remove` and a person's panel."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._raids = raids
        self._desk = OfficerDesk(db, templates, raids, clock)

    async def add(
        self, actor: Actor, event: str, whom: Whom, status: str | None = None, spec: str | None = None
    ) -> OnSheet:
        """Put somebody on the sheet, or change their answer when they are there; they are told once.

        `event`, `status` and `spec` are as typed. Raises NotAnOfficer, UnknownEvent, RaidIsOver, WhoIsMeant,
        BadName, NotOffered, UnknownSpec, SpecNeeded; then nothing is written.
        """
        async with self._desk.open(actor, event) as work:
            choice = find_choice(work.template, status) if status else None
            pick = find_spec(work.template, spec) if spec else None
            person, known = await _who(work, whom)
            if person.user_id is None and pick and known.main is None:
                await work.tx.players.remember_main(person.id, work.template.game, pick)
            own = work.desk.own(person.id)
            wish = Put(person.id, person.name, person.user_id, choice, pick, known.main, known.character_id)
            wanted = put_on(work.template, own, wish, work.now)
            if work.event.sheet is SheetKind.RAID_HELPER:
                wanted = as_kept_there(work.template, own, wanted)
            return await self._put(work, own, wanted)

    async def answer_for(self, actor: Actor, event: str, player_id: PlayerId, choice: Choice) -> OnSheet:
        """Give somebody on the sheet another answer; they are told once.

        Raises NotAnOfficer, UnknownEvent, RaidIsOver, KeptElsewhere, NotOnSheet, NotOffered; then nothing is written.
        """
        async with self._desk.open(actor, event) as work:
            check_kept_here(work.event)
            own = _own(work, player_id)
            known = await work.tx.people.main(player_id, work.template.game)
            wish = Put(player_id, own.name, own.user_id, choice, None, known.main, known.character_id)
            return await self._put(work, own, put_on(work.template, own, wish, work.now))

    async def take_offer(self, actor: Actor, event: str, player_id: PlayerId, pick: Pick) -> OnSheet:
        """Have somebody play what they offered instead; their place in the order stays, they are told once.

        Raises NotAnOfficer, UnknownEvent, RaidIsOver, KeptElsewhere, NotOnSheet, OfferGone; then nothing is written.
        """
        async with self._desk.open(actor, event) as work:
            check_kept_here(work.event)
            own = _own(work, player_id)
            if pick not in offers_of(work.template, own):
                raise OfferGone
            wish = Put(player_id, own.name, own.user_id, None, pick, pick, await _who_plays(work, own, pick))
            wanted = put_on(work.template, own, wish, work.now)
            return await self._put(work, own, wanted, "switch", Notice.SWITCHED)

    async def remove(self, actor: Actor, event: str, who: str) -> OffSheet:
        """Take somebody off the sheet; they are told once. `who` is as `find_on_sheet` reads it.

        Raises NotAnOfficer, UnknownEvent, RaidIsOver, NotOnSheet; then nothing is written.
        """
        async with self._desk.open(actor, event) as work:
            own = find_on_sheet(await work.tx.sign_ups.of(work.event.id), who)
            work.desk.take_off(own.player_id)
            await work.write(Notice.REMOVED, own)
            entry_id = await work.note("remove", before=kept(own), after=None)
            return OffSheet(work.event, own, entry_id)

    async def statuses(self, guild_id: GuildId, event: str, typed: str) -> Sequence[tuple[str, str]]:
        """The answers the raid's sheet offers, as (label, value)."""
        labels = (await self._template(guild_id, event)).labels
        return [(label, choice.value) for choice, label in labels.items() if folded(typed) in folded(label)]

    async def specs(self, guild_id: GuildId, event: str, typed: str) -> Sequence[tuple[str, str]]:
        """The specs of the raid's game, as (name, value)."""
        return offered(await self._template(guild_id, event), typed)

    async def on_sheet(self, guild_id: GuildId, event: str, typed: str) -> Sequence[tuple[str, str]]:
        """Who is on the raid's sheet, in its order, as (number and name, what `remove` takes)."""
        found = await self._raids.find(guild_id, event)
        async with self._db.transaction() as tx:
            sign_ups = await tx.sign_ups.of(found.id)
            template = await self._templates.of(tx, found)
        roster = place(sign_ups, template, found.total_limit)
        placed = [one for sign_up in sign_ups if (one := roster.of(sign_up.player_id))]
        shown = [(f"#{one.number} {one.sign_up.name}", listed(one.sign_up.player_id)) for one in _by_number(placed)]
        return [one for one in shown if folded(typed) in folded(one[0])]

    async def names(self, guild_id: GuildId, typed: str) -> Sequence[str]:
        """The names of the server's people without Discord that hold `typed`."""
        async with self._db.transaction() as tx:
            known = await tx.people.all(guild_id)
        return [one.name for one in known if one.user_id is None and folded(typed) in folded(one.name)]

    async def _template(self, guild_id: GuildId, event: str) -> Template:
        found = await self._raids.find(guild_id, event)
        async with self._db.transaction() as tx:
            return await self._templates.of(tx, found)

    async def _put(
        self, work: Work, own: SignUp | None, wanted: SignUp, action: str = "add", notice: Notice | None = None
    ) -> OnSheet:
        entry_id = None
        if own is None or kept(own) != kept(wanted):
            work.desk.put(wanted)
            await work.write(notice or (Notice.MOVED if own else Notice.ADDED), wanted)
            entry_id = await work.note(action, before=kept(own), after=kept(wanted))
        placed = work.desk.placed(wanted.player_id)
        assert placed is not None  # noqa: S101 - put there a moment ago
        return OnSheet(work.event, work.template, placed, own is not None, entry_id)


async def _who(work: Work, whom: Whom) -> tuple[Person, Known]:
    """The person meant, written down if they are new, with what they play in the raid's game."""
    game = work.template.game
    if (whom.member is None) == (whom.name is None):
        raise WhoIsMeant
    if whom.member:
        return await registered(work.tx, whom.member, game)
    name = check_name(whom.name or "")
    person = await work.tx.people.named(work.actor.guild_id, name)
    person = person or await work.tx.people.write_down(work.actor.guild_id, name)
    return person, await work.tx.people.main(person.id, game)


async def registered(tx: Session, member: Actor, game: str) -> tuple[Person, Known]:
    """A member of the server as a player, with what they play in `game`."""
    known = await tx.players.register(member, game)
    return Person(known.id, member.name, member.user_id), known


def _own(work: Work, player_id: PlayerId) -> SignUp:
    """The sign-up of somebody on the sheet. Raises NotOnSheet."""
    own = work.desk.own(player_id)
    if own is None:
        raise NotOnSheet("They are not on this sheet any more.")
    return own


async def _who_plays(work: Work, own: SignUp, pick: Pick) -> int | None:
    """The character that plays `pick`: the one that comes, when it is of that class, else one that has the spec."""
    if pick.class_name == own.class_name:
        return own.character_id
    characters = await work.tx.characters.of(own.player_id, work.template.game)
    return next((one.id for one in characters if one.pick == pick), None)


def _by_number(placed: Sequence[Placed]) -> Sequence[Placed]:
    return sorted(placed, key=lambda one: one.number)
