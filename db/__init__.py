"""The database: the only code that knows asyncpg. One repository an aggregate, SQL in the method that runs it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from db.actions import ActionRepository
from db.alerts import AlertRepository
from db.audit import AuditRepository
from db.away import AwayRepository
from db.bookings import BookingRepository
from db.breaks import BreakRepository
from db.characters import CharacterRepository
from db.clicks import ClickRepository
from db.comps import CompRepository
from db.dead_letters import DeadLetterRepository
from db.events import EventRepository
from db.habits import HabitRepository
from db.history import HistoryRepository
from db.leavers import LeaverRepository
from db.lost_rights import LostRightRepository
from db.merging import MergeRepository
from db.mirrors import MirrorRepository
from db.own_data import OwnDataRepository
from db.people import PersonRepository
from db.players import PlayerRepository
from db.pool import Pool
from db.pulse import PulseRepository
from db.questions import QuestionRepository
from db.raid_helper import RaidHelperRepository
from db.ranks import RankRepository
from db.rows import Connection
from db.series import SeriesRepository
from db.servers import ServerRepository
from db.settings import SettingRepository
from db.sign_ups import SignUpRepository
from db.state import StateRepository
from db.templates import TemplateRepository
from db.told import ToldRepository
from db.work import Work

Made = TypeVar("Made")


class _On(Generic[Made]):
    """A repository on the session's connection, made when it is asked for: few of a session's are."""

    def __init__(self, make: "Callable[[Connection], Made]") -> None:
        self._make = make

    def __set_name__(self, _owner: object, name: str) -> None:
        self._name = name

    def __get__(self, session: "Session", _owner: object) -> Made:
        made = session.__dict__[self._name] = self._make(session.connection)
        return made


class Session:
    """Every repository on one connection, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.actions = ActionRepository(connection)
        self.clicks = ClickRepository(connection, self.actions)

    alerts = _On(AlertRepository)
    audit = _On(AuditRepository)
    away = _On(AwayRepository)
    bookings = _On(BookingRepository)
    breaks = _On(BreakRepository)
    characters = _On(CharacterRepository)
    comps = _On(CompRepository)
    dead_letters = _On(DeadLetterRepository)
    events = _On(EventRepository)
    history = _On(HistoryRepository)
    leavers = _On(LeaverRepository)
    lost_rights = _On(LostRightRepository)
    merging = _On(MergeRepository)
    mirrors = _On(MirrorRepository)
    habits = _On(HabitRepository)
    own_data = _On(OwnDataRepository)
    people = _On(PersonRepository)
    players = _On(PlayerRepository)
    pulse = _On(PulseRepository)
    questions = _On(QuestionRepository)
    raid_helper = _On(RaidHelperRepository)
    ranks = _On(RankRepository)
    series = _On(lambda connection: SeriesRepository(connection, BreakRepository(connection)))
    servers = _On(ServerRepository)
    settings = _On(SettingRepository)
    sign_ups = _On(SignUpRepository)
    state = _On(StateRepository)
    templates = _On(TemplateRepository)
    told = _On(ToldRepository)


class Database:
    """Hands out transactions. `work` is set after a commit that enqueued something: an accelerator, no more."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._on_their_way = set[asyncio.Future[None]]()
        self.work = Work()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Session]:
        """One transaction: committed on leaving, rolled back on an exception."""
        async with self._pool.acquire() as connection:
            async with connection.transaction():
                session = Session(connection)
                yield session
            if session.actions.soonest is not None:
                self.work.due(session.actions.soonest)

    @asynccontextmanager
    async def statements(self, *, hurried: bool = False) -> AsyncGenerator[Session]:
        """The same without a transaction around it: each statement is committed by itself, in one round trip.

        Whoever is `hurried` does not wait until the connection is back in the pool: what they do next comes first.
        """
        connection = await self._pool.acquire()
        session = Session(connection)
        try:
            yield session
        finally:
            if session.actions.soonest is not None:  # whatever came after is no part of what that statement wrote
                self.work.due(session.actions.soonest)
            if hurried:
                asyncio.get_running_loop().call_soon(self._give_back, connection)
            else:
                await self._pool.release(connection)

    def _give_back(self, connection: Connection) -> None:
        back = asyncio.create_task(self._pool.release(connection))
        self._on_their_way.add(back)
        back.add_done_callback(self._on_their_way.discard)

    async def answers(self) -> bool:
        """Whether the database answers a trivial question."""
        return bool(await self._pool.fetchval("SELECT TRUE"))
