"""Characters: what `/me characters` shows and changes, and what a sign-up remembers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.character import Character, UnknownCharacter, check_name, check_room, find, which_plays
from bot.domain.errors import MusterError
from bot.domain.event import Event
from bot.domain.ids import GuildId, PlayerId
from bot.domain.mine import of_these
from bot.domain.permissions import Actor
from bot.domain.sign_up import Pick
from bot.domain.spec_names import find_spec, offered
from bot.domain.template import Template
from bot.services.templates import Templates
from db import Database, Session

Games = Mapping[str, Template]
"""A template by the game it is of."""


class NoClasses(MusterError):
    """That game's template has no classes, so it needs no characters. Pick another with `game`."""


class NothingToChange(MusterError):
    """Say what to change: a new `name`, another `spec`, or `main:True`."""


@dataclass(frozen=True)
class CharacterWish:
    """What a member typed about a character; None was left out, `spec` is like "Holy Paladin"."""

    name: str | None = None
    spec: str | None = None
    main: bool = False


class Characters:
    """The use cases behind `/me characters`."""

    def __init__(self, db: Database, templates: Templates) -> None:
        self._db = db
        self._templates = templates

    async def of(self, actor: Actor) -> tuple[Sequence[Character], Games]:
        """The member's characters in this server, by game, mains first, and the games' templates."""
        async with self._db.transaction() as tx:
            player_id = await tx.characters.player(actor.guild_id, actor.user_id)
            if player_id is None:
                return [], {}
            return await tx.characters.of(player_id), await games_of(tx, self._templates, actor.guild_id)

    async def add(self, actor: Actor, game: str | None, wish: CharacterWish) -> tuple[Character, Template]:
        """Write a character down; the first of its game is the main. `game` is a template's name, else the server's.

        Raises UnknownTemplate, NoClasses, UnknownSpec, BadCharacterName, NameTaken, TooManyCharacters.
        """
        async with self._db.transaction() as tx:
            template = await self._template(tx, actor.guild_id, game)
            pick = find_spec(template, wish.spec or "")
            player_id = (await tx.players.register(actor, template.game)).id
            known = await tx.characters.of(player_id, template.game)
            check_room(known)
            name = check_name(wish.name or "", known)
            character_id = await tx.characters.add(player_id, template.game, name, pick)
            if wish.main or not known:
                await tx.characters.make_main(player_id, character_id)
            return await _found(tx, player_id, character_id), template

    async def edit(self, actor: Actor, typed: str, wish: CharacterWish) -> tuple[Character, Template | None]:
        """Rename a character, change its spec, or make it the main: what one click signs up with.

        Raises UnknownCharacter, NothingToChange, BadCharacterName, NameTaken, UnknownSpec, NoClasses.
        """
        async with self._db.transaction() as tx:
            ahead = await _sheets_ahead(tx, actor) if wish.spec is not None else ()
            player_id, character, known = await _own(tx, actor, typed)
            if wish == CharacterWish():
                raise NothingToChange
            rest = [one for one in known if one.game == character.game and one.id != character.id]
            name = check_name(wish.name, rest) if wish.name is not None else character.name
            template = (await games_of(tx, self._templates, actor.guild_id)).get(character.game)
            if wish.spec is not None and template is None:
                raise NoClasses
            pick = find_spec(template, wish.spec) if template and wish.spec is not None else None
            await tx.characters.change(character, name, pick)
            if wish.main:
                await tx.characters.make_main(player_id, character.id)
            if template and pick:
                await drop_offers(tx, player_id, template)
                await self._drop_on_sheets(tx, player_id, ahead)
            return await _found(tx, player_id, character.id), template

    async def remove(self, actor: Actor, typed: str) -> tuple[Character, Character | None]:
        """Forget a character; with a main gone, another of its game is the main, which is told too.

        Sheets the character is on keep its class and spec. Raises UnknownCharacter.
        """
        async with self._db.transaction() as tx:
            ahead = await _sheets_ahead(tx, actor)
            player_id, character, known = await _own(tx, actor, typed)
            await tx.characters.remove(character.id)
            if template := (await games_of(tx, self._templates, actor.guild_id)).get(character.game):
                await drop_offers(tx, player_id, template)
            await self._drop_on_sheets(tx, player_id, ahead)
            rest = [one for one in known if one.game == character.game and one.id != character.id]
            if not character.is_main or not rest:
                return character, None
            await tx.characters.make_main(player_id, rest[0].id)
            return character, await _found(tx, player_id, rest[0].id)

    async def specs(
        self, actor: Actor, game: str | None, typed: str, *, of: str | None = None
    ) -> list[tuple[str, str]]:
        """Up to 25 specs whose name holds `typed`, as (name, value): of the game, or of the game of the character `of`.

        Raises UnknownTemplate, NoClasses, UnknownCharacter.
        """
        async with self._db.transaction() as tx:
            if of is None:
                template = await self._template(tx, actor.guild_id, game)
            else:
                found = (await games_of(tx, self._templates, actor.guild_id)).get((await _own(tx, actor, of))[1].game)
                if found is None:
                    raise NoClasses
                template = found
        return list(offered(template, typed))[:25]

    async def _drop_on_sheets(self, tx: Session, player_id: PlayerId, events: Sequence[Event]) -> None:
        """Take back what the player offers on these sheets of a class that none of their characters has any more."""
        for event in events:
            template = await self._templates.of(tx, event)
            own = next((one for one in await tx.sign_ups.of(event.id) if one.player_id == player_id), None)
            if own and own.offers:
                known = await tx.characters.of(player_id, template.game)
                kept = of_these(template, own.offers, [own.class_name, *classes_of(known)])
                await tx.clicks.amend(event.id, replace(own, offers=kept))

    async def _template(self, tx: Session, guild_id: GuildId, name: str | None) -> Template:
        wanted = name or (await tx.servers.get(guild_id)).default_template
        template = (await self._templates.named(tx, guild_id, wanted))[1]
        if not template.classes:
            raise NoClasses
        return template


async def games_of(tx: Session, templates: Templates, guild_id: GuildId) -> Games:
    """The server's template of each game that has classes, its default before any other."""
    default = (await tx.servers.get(guild_id)).default_template
    stored = await tx.templates.current(guild_id)
    found = [await templates.by_id(tx, one.id) for one in stored]
    in_order = sorted(found, key=lambda one: one.name != default)
    return {one.game: one for one in reversed(in_order) if one.classes}


async def remember(tx: Session, player_id: PlayerId, game: str, pick: Pick, comes: int | None = None) -> int | None:
    """Write down that the player plays `pick`; the character that does, None when it is none of several they have.

    `comes` is the one that came so far.
    """
    await tx.characters.lock(player_id)  # before anything of theirs, as `register` does: two who differ would deadlock
    known = await tx.characters.of(player_id, game)
    if not known:
        return await tx.players.remember_main(player_id, game, pick)
    character = which_plays(known, pick, comes)
    if character is None:
        return None
    await tx.characters.change(character, character.name, pick)
    if not any(one.is_main for one in known):  # rows written by hand
        await tx.characters.make_main(player_id, character.id)
    return character.id


async def drop_offers(tx: Session, player_id: PlayerId, template: Template) -> None:
    """Remember no offers any more of a class that none of the player's characters has."""
    known = await tx.characters.of(player_id, template.game)
    for one in known:
        kept = of_these(template, one.offers, classes_of(known))
        if kept != one.offers:
            await tx.characters.remember_offers(one.id, kept)


def classes_of(characters: Sequence[Character]) -> Sequence[str]:
    """The classes they are of."""
    return [one.pick.class_name for one in characters if one.pick]


async def _sheets_ahead(tx: Session, actor: Actor) -> Sequence[Event]:
    """The raids to come that the member is on, locked: raids before people, as clicks do."""
    person = await tx.people.of_user(actor.guild_id, actor.user_id)
    ahead = await tx.people.open_sheets([person.id]) if person else ()
    return [event for one in ahead if (event := await tx.events.lock(actor.guild_id, one))]


async def _own(tx: Session, actor: Actor, typed: str) -> tuple[PlayerId, Character, Sequence[Character]]:
    """The player, the character they mean, and all they have. Raises UnknownCharacter."""
    player_id = await tx.characters.player(actor.guild_id, actor.user_id)
    if player_id is None:
        raise UnknownCharacter
    known = await tx.characters.of(player_id)
    return player_id, find(known, typed), known


async def _found(tx: Session, player_id: PlayerId, character_id: int) -> Character:
    return next(one for one in await tx.characters.of(player_id) if one.id == character_id)
