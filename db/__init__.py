"""The database: the only code that knows asyncpg. One repository an aggregate, SQL in the method that runs it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

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


class Session:
    """Every repository on one connection, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.actions = ActionRepository(connection)
        self.alerts = AlertRepository(connection)
        self.audit = AuditRepository(connection)
        self.away = AwayRepository(connection)
        self.bookings = BookingRepository(connection)
        self.breaks = BreakRepository(connection)
        self.characters = CharacterRepository(connection)
        self.clicks = ClickRepository(connection, self.actions)
        self.comps = CompRepository(connection)
        self.dead_letters = DeadLetterRepository(connection)
        self.events = EventRepository(connection)
        self.history = HistoryRepository(connection)
        self.lost_rights = LostRightRepository(connection)
        self.merging = MergeRepository(connection)
        self.mirrors = MirrorRepository(connection)
        self.habits = HabitRepository(connection)
        self.own_data = OwnDataRepository(connection)
        self.people = PersonRepository(connection)
        self.players = PlayerRepository(connection)
        self.pulse = PulseRepository(connection)
        self.questions = QuestionRepository(connection)
        self.raid_helper = RaidHelperRepository(connection)
        self.ranks = RankRepository(connection)
        self.series = SeriesRepository(connection, self.breaks)
        self.servers = ServerRepository(connection)
        self.settings = SettingRepository(connection)
        self.sign_ups = SignUpRepository(connection)
        self.state = StateRepository(connection)
        self.templates = TemplateRepository(connection)
        self.told = ToldRepository(connection)


class Database:
    """Hands out transactions. `work` is set after a commit that enqueued something: an accelerator, no more."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
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
    async def statements(self) -> AsyncGenerator[Session]:
        """The same without a transaction around it: each statement is committed by itself, in one round trip."""
        async with self._pool.acquire() as connection:
            session = Session(connection)
            yield session
        if session.actions.soonest is not None:
            self.work.due(session.actions.soonest)

    async def answers(self) -> bool:
        """Whether the database answers a trivial question."""
        return bool(await self._pool.fetchval("SELECT TRUE"))
