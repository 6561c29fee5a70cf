"""People in officers' hands: who they are, which rank they have, and what bookings make of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.clock import Clock
from bot.domain.away import Away, check_span
from bot.domain.character import Character
from bot.domain.event import Event
from bot.domain.ids import GuildId, RoleId
from bot.domain.names import folded
from bot.domain.people import Person, Profile, find_person
from bot.domain.permissions import Actor
from bot.domain.rank import Rank, check_rank, find_rank
from bot.domain.template import Template
from bot.services import places
from bot.services.absences import SteppedBack, raids_of, read_day, step_back_in, today
from bot.services.characters import games_of
from bot.services.new_sheets import begun_anew
from bot.services.templates import Templates
from db import Database, Session


@dataclass(frozen=True)
class Shown:
    """A player with everything officers may see of them; `games` are the templates of their characters' games."""

    profile: Profile
    characters: Sequence[Character]
    games: Mapping[str, Template]
    away: Sequence[Away]


@dataclass(frozen=True)
class OnHiatus:
    """Who is away until further notice, or for the days of `away`, and what became of their raids."""

    person: Person
    away: Away | None
    raids: SteppedBack


@dataclass(frozen=True)
class BackFromHiatus:
    """Who is back, and the raids whose sheets still have them as absent."""

    person: Person
    raids: Sequence[Event]


class PeopleDesk:
    """The use cases behind `/player`. Every method raises NotAnOfficer, and UnknownPerson for whom it cannot find."""

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock

    async def offered(self, guild_id: GuildId, typed: str) -> Sequence[tuple[str, str]]:
        """The server's players whose name holds `typed`, as (name, "#id")."""
        async with self._db.transaction() as tx:
            people = await tx.people.everybody(guild_id)
        found = [one for one in people if folded(typed).removeprefix("@") in folded(one.name)]
        return [(one.name if one.user_id else f"{one.name} (no Discord)", f"#{one.id}") for one in found]

    async def show(self, actor: Actor, typed: str) -> Shown:
        """Everything officers may see of a player."""
        async with self._db.transaction() as tx:
            person = await _meant(tx, actor, typed)
            day = await today(tx, actor, self._clock.now())
            characters = await tx.characters.of(person.id)
            games = await games_of(tx, self._templates, actor.guild_id)
            return Shown(await tx.people.profile(person), characters, games, await tx.away.of(person.id, day))

    async def invite(self, actor: Actor, typed: str, *, invited: bool) -> Profile:
        """Whether booked sheets have somebody as coming, with a core rank and a main character."""
        async with self._db.transaction() as tx:
            person = await _meant(tx, actor, typed)
            await tx.people.set_auto_invite(person.id, invited)
            await self._note(tx, actor, "player.invite", person, invited=invited)
            return await tx.people.profile(person)

    async def activate(self, actor: Actor, typed: str, *, active: bool) -> Profile:
        """Whether somebody still belongs: else they are on no list and no sheet is filled in with them."""
        async with self._db.transaction() as tx:
            person = await _meant(tx, actor, typed)
            await tx.people.set_active(person.id, active)
            await self._note(tx, actor, "player.active", person, active=active)
            return await tx.people.profile(person)

    async def hiatus(self, actor: Actor, typed: str, until: str | None) -> OnHiatus:
        """Somebody is away: on the sheets of those days they are absent from now on, and hear of it.

        `until` is the last day as typed; None is until further notice. Raises BadDay, SpanOver, SpanTooLong.
        """
        return await begun_anew(partial(self._hiatus, actor, typed, until))

    async def _hiatus(self, actor: Actor, typed: str, until: str | None) -> OnHiatus:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            person = await _meant(tx, actor, typed)
            day = await today(tx, actor, now)
            last = read_day(until, day) if until else None
            raids = await step_back_in(tx, self._templates, (day, last), person.id, actor, now, officer=True)
            away = None
            if last is None:
                await tx.people.set_hiatus(person.id, on_hiatus=True)
            else:
                check_span(day, last, "", (), day)
                away = await tx.away.add(person.id, day, last, "")
            await self._note(tx, actor, "player.hiatus", person, until=last.isoformat() if last else None)
            return OnHiatus(person, away, raids)

    async def back(self, actor: Actor, typed: str) -> BackFromHiatus:
        """Somebody is back, whatever kept them away today; answers that became Absence stay so."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            person = await _meant(tx, actor, typed)
            day = await today(tx, actor, now)
            await tx.people.set_hiatus(person.id, on_hiatus=False)
            await tx.away.end(person.id, day)
            await self._note(tx, actor, "player.back", person)
            found = await tx.away.sheets(person.id, day, None, now, absent=True)
            return BackFromHiatus(person, await raids_of(tx, found))

    # ------------------------------------------------------------ ranks

    async def ranks(self, actor: Actor) -> Sequence[tuple[Rank, int]]:
        """The server's ranks, the highest first, each with how many active players have it."""
        async with self._db.transaction() as tx:
            await places.require_officer(tx, actor)
            holders = await tx.ranks.holders(actor.guild_id)
            return [(one, holders.get(one.id, 0)) for one in await tx.ranks.all(actor.guild_id)]

    async def set_rank(self, actor: Actor, name: str, level: int, role_id: RoleId | None) -> Rank:
        """Write a rank down, or change the one of that name; without a role it keeps its own.

        Raises BadRank, TooManyRanks.
        """
        async with self._db.transaction() as tx:
            await places.require_officer(tx, actor)
            known = await tx.ranks.all(actor.guild_id)
            name = check_rank(name, level, known)
            same = next((one for one in known if folded(one.name) == folded(name)), None)
            if same is None:
                await tx.ranks.add(actor.guild_id, name, level, role_id)
            else:
                await tx.ranks.change(replace(same, name=name, level=level, role_id=role_id or same.role_id))
            await self._note(tx, actor, "rank.set", None, rank=name, level=level, role=role_id)
            return find_rank(await tx.ranks.all(actor.guild_id), name)

    async def remove_rank(self, actor: Actor, typed: str) -> tuple[Rank, int]:
        """Forget a rank; how many had it and have none now. Raises UnknownRank."""
        async with self._db.transaction() as tx:
            await places.require_officer(tx, actor)
            rank = find_rank(await tx.ranks.all(actor.guild_id), typed)
            had = (await tx.ranks.holders(actor.guild_id)).get(rank.id, 0)
            await tx.ranks.remove(rank.id)
            await self._note(tx, actor, "rank.remove", None, rank=rank.name)
            return rank, had

    async def give_rank(self, actor: Actor, typed: str, rank: str | None) -> Profile:
        """Give somebody a rank by hand, or take theirs away; whom a role ranks has that one again at the next click.

        Raises UnknownRank.
        """
        async with self._db.transaction() as tx:
            person = await _meant(tx, actor, typed)
            found = find_rank(await tx.ranks.all(actor.guild_id), rank) if rank else None
            await tx.ranks.give(person.id, found.id if found else None)
            await self._note(tx, actor, "rank.give", person, rank=found.name if found else None)
            return await tx.people.profile(person)

    async def _note(self, tx: Session, actor: Actor, action: str, person: Person | None, **details: object) -> None:
        about = {"player_id": person.id, **details} if person else details
        await tx.audit.note(actor.guild_id, None, actor.user_id, action, self._clock.now(), **about)


async def _meant(tx: Session, actor: Actor, typed: str) -> Person:
    """The player an officer means. Raises NotAnOfficer, UnknownPerson."""
    await places.require_officer(tx, actor)
    return find_person(await tx.people.everybody(actor.guild_id), typed)
