"""The people a raid is created with: found, checked all at once, and put on its sheet before it is posted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.desk import Desk
from bot.domain.event import Event
from bot.domain.ids import UserId
from bot.domain.notice import Notice
from bot.domain.officer_rules import Put, put_on
from bot.domain.people import BadName, Person, UnknownParticipants, check_name, problem_with
from bot.domain.permissions import Actor
from bot.domain.template import Template
from bot.services import sheets
from db import Session
from db.players import Known

LONGEST_LIST = 1700  # a message has 2000 characters


@dataclass(frozen=True)
class Participants:
    """Whom an officer named: members of the server, names of registered players, and new people.

    `strangers` are mentions of whoever is no member, or a bot; `around` are names of members that can be seen.
    """

    members: tuple[Actor, ...] = ()
    names: tuple[str, ...] = ()
    newcomers: tuple[str, ...] = ()
    strangers: tuple[UserId, ...] = ()
    around: tuple[str, ...] = ()


async def seat(tx: Session, actor: Actor, event: Event, template: Template, wish: Participants, now: datetime) -> None:
    """Put everybody on the new sheet, host-added, and have them told once it stands.

    Raises UnknownParticipants naming all who are wrong; the caller's transaction then writes nothing.
    """
    people = await _people(tx, event, template, wish)
    desk = Desk(event, template, ())
    for person, known in people:
        put = Put(person.id, person.name, person.user_id, None, None, known.main, known.character_id)
        desk.put(put_on(template, None, put, now))
    await tx.sign_ups.put(event.id, desk.changed, "officer")
    told = [one for one in desk.changed if one.user_id != actor.user_id]
    # A little later, so that the notice links to the sheet.
    after = now + 2 * sheets.SPACING
    await tx.actions.enqueue(*(action for one in told for action in sheets.tell(event, Notice.ADDED, one, after)))


async def _people(tx: Session, event: Event, template: Template, wish: Participants) -> Sequence[tuple[Person, Known]]:
    """Each person once, in the order of their kinds: members, names, new people."""
    found: dict[int, tuple[Person, Known]] = {}
    for member in wish.members:
        known = await tx.players.register(member, template.game)
        found[known.id] = (Person(known.id, member.name, member.user_id), known)
    problems = [f"<@{one}> is no member of this server, or a bot." for one in wish.strangers]
    registered = [one.name for one in await tx.people.all(event.guild_id)] if wish.names else []
    for name in (*wish.names, *wish.newcomers):
        person = await _named(tx, event, name, new=name in wish.newcomers)
        if isinstance(person, Person):
            found[person.id] = (person, await tx.people.main(person.id, template.game))
        else:
            problems.append(person or problem_with(name, registered, wish.around))
    if problems:
        raise UnknownParticipants("\n".join(["Nothing was planned. Mend `participants`:", *_shortened(problems)]))
    return list(found.values())


async def _named(tx: Session, event: Event, name: str, *, new: bool) -> Person | str | None:
    """The player of that name, written down if `new`; what is wrong with the name, or None when nobody has it."""
    try:
        tidy = check_name(name)
    except BadName as error:
        return str(error)
    person = await tx.people.named(event.guild_id, tidy)
    return await tx.people.write_down(event.guild_id, tidy) if person is None and new else person


def _shortened(problems: Sequence[str]) -> Iterator[str]:
    length = 0
    for number, problem in enumerate(problems):
        length += len(problem) + 3
        if length > LONGEST_LIST:
            yield f"… and {len(problems) - number} more"
            return
        yield f"- {problem}"
