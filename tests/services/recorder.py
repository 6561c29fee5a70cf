"""A Messenger that writes down what a channel would show, and fails when told to.

Like Discord it posts a message of a known nonce once, whatever happened to the answer, for a few minutes.
"""

import itertools
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.action import Kind
from bot.domain.alerts import Short
from bot.domain.booking import News, Question
from bot.domain.comp import LineUp
from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, MessageId, RoleId, UserId
from bot.domain.notice import Notice, Tidings
from bot.domain.roster import SignUp
from bot.domain.series import Series
from bot.domain.sheet import Sheet
from bot.render import alert_texts, texts
from bot.services.messenger import CannotLook
from bot.services.notices import DmClosed
from sandbox.clock import ManualClock
from tests.factories import BOT

NONCE_LASTS = timedelta(minutes=5)


class Killed(BaseException):
    """The worker dies here: nobody catches it, and nothing that comes after is done."""


class Recorder:
    """What was posted, redrawn, deleted and said, in order."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.may_look = True
        """Whether the bot has Read Message History."""
        self.sheets: list[Sheet] = []
        self.edits: list[Sheet] = []
        self.deleted: list[tuple[ChannelId, MessageId]] = []
        self.comps: list[LineUp] = []
        self.said: list[tuple[ChannelId, str]] = []
        self.told: list[UserId | None] = []
        self.warned: list[tuple[ChannelId | None, EventId, Kind]] = []
        self.notices: list[tuple[UserId, Notice]] = []
        self.tidings: list[tuple[UserId, Tidings]] = []
        self.named: list[tuple[list[UserId], Tidings]] = []
        self.closed: set[UserId] = set()
        self.left: set[UserId] | None = set()
        """Who has left the server; None while Discord cannot be asked."""
        self.role_holders: Mapping[UserId, str] | None = None
        self.asked: list[tuple[ChannelId | UserId, str]] = []
        self.called: list[Sequence[UserId | None]] = []
        self.emoji: set[int] = set()
        self.news: list[tuple[ChannelId | UserId, News]] = []
        self.questions: list[tuple[ChannelId | UserId, Question]] = []
        self._by_nonce: dict[str, tuple[datetime, MessageId]] = {}
        self._standing: dict[tuple[EventId, ChannelId | None], list[MessageId]] = {}
        self._ids = itertools.count(500_000_000_000_000_000)
        self._troubles: dict[str, deque[tuple[BaseException, bool]]] = {}

    def fail(self, method: str, error: BaseException, *, after: bool = False, times: int = 1) -> None:
        """Make the next `times` calls of `method` raise, before or `after` Discord has shown the message."""
        self._troubles.setdefault(method, deque()).extend([(error, after)] * times)

    async def usable(self, _guild_id: GuildId) -> set[int]:
        return self.emoji

    @property
    def own_id(self) -> UserId:
        return BOT

    async def post_sheet(self, sheet: Sheet, nonce: str) -> MessageId:
        if self._first("post_sheet", nonce):
            self.sheets.append(sheet)
            self._standing.setdefault(_place(sheet), []).append(self._by_nonce[nonce][1])
        self._afterwards("post_sheet")
        return self._by_nonce[nonce][1]

    async def find_sheet(self, sheet: Sheet) -> MessageId | None:
        self._look()
        return next(iter(self._standing.get(_place(sheet), ())), None)

    def standing(self, event_id: EventId) -> list[tuple[ChannelId | None, MessageId]]:
        """Where the raid's sheets stand, with their messages."""
        found = [(place, one) for (event, place), ids in self._standing.items() if event == event_id for one in ids]
        return sorted(found, key=lambda one: one[1])

    async def is_announced(self, channel_id: ChannelId, link: str) -> bool:
        self._look()
        return any(where == channel_id and link in text for where, text in self.said)

    async def tell_in(self, channel_id: ChannelId, news: News, nonce: str) -> None:
        if self._first("tell_in", nonce):
            self.news.append((channel_id, news))
        self._afterwards("tell_in")

    async def tell_leader(self, user_id: UserId, news: News, nonce: str) -> None:
        if self._first("tell_leader", nonce):
            self.news.append((user_id, news))
        self._afterwards("tell_leader")

    async def ask_in(self, channel_id: ChannelId, *rest: Any) -> None:
        """A series' question, or (of a raid below its minimum) a sheet."""
        *about, nonce = rest
        if self._first("ask_in", nonce):
            self._asked(channel_id, *about)
        self._afterwards("ask_in")

    async def ask_leader(self, user_id: UserId, *rest: Any) -> None:
        *about, nonce = rest
        if self._first("ask_leader", nonce):
            self._asked(user_id, *about)
        self._afterwards("ask_leader")

    def _asked(self, where: ChannelId | UserId, about: Sheet | Series, question: Question | None = None) -> None:
        if question is not None:
            self.questions.append((where, question))
        elif isinstance(about, Sheet):
            self.asked.append((where, alert_texts.below_minimum(about)))

    async def edit_sheet(self, sheet: Sheet) -> None:
        self._before("edit_sheet")
        self.edits.append(sheet)

    async def delete_message(self, channel_id: ChannelId, message_id: MessageId) -> None:
        self._before("delete_message")
        self.deleted.append((channel_id, message_id))
        for standing in self._standing.values():
            standing[:] = [one for one in standing if one != message_id]

    async def post_comp(self, line_up: LineUp, rung: Sequence[UserId], nonce: str) -> MessageId:
        assert not rung
        if self._first("post_comp", nonce):
            self.comps.append(line_up)
        self._afterwards("post_comp")
        return self._by_nonce[nonce][1]

    async def announce_booking(self, channel_id: ChannelId, link: str, nonce: str) -> None:
        if self._first("announce_booking", nonce):
            self.said.append((channel_id, texts.booked(link)))
        self._afterwards("announce_booking")

    async def warn_unannounced(self, officer_channel_id: ChannelId, link: str, nonce: str) -> None:
        if self._first("warn_unannounced", nonce):
            self.said.append((officer_channel_id, texts.unannounced(link)))
        self._afterwards("warn_unannounced")

    async def tell_officers(
        self, officer_channel_id: ChannelId | None, event: Event, what: Kind, why: str, nonce: str
    ) -> None:
        if self._first("tell_officers", nonce):
            self.warned.append((officer_channel_id, event.id, what))
        self._afterwards("tell_officers")

    async def tell(self, user_id: UserId, news: Tidings, nonce: str) -> None:
        self._before("tell")
        if user_id in self.closed:
            raise DmClosed("Cannot send messages to this user")
        if self._first("tell", nonce):
            self.told.append(user_id)
            self.notices.append((user_id, news.notice))
            self.tidings.append((user_id, news))
        self._afterwards("tell")

    async def name(self, users: Sequence[UserId], news: Tidings, nonce: str) -> None:
        if self._first("name", nonce):
            self.named.append((list(users), news))
        self._afterwards("name")

    async def seen(self, guild_id: GuildId, users: Collection[UserId]) -> Mapping[UserId, bool]:
        return {} if self.left is None else {one: one not in self.left for one in users}

    async def with_roles(self, guild_id: GuildId, role_ids: Sequence[RoleId]) -> Mapping[UserId, str] | None:
        return self.role_holders

    async def warn_in(self, channel_id: ChannelId, sheet: Sheet, short: Sequence[Short], nonce: str) -> None:
        if self._first("warn_in", nonce):
            self.asked.append((channel_id, alert_texts.roles_short(sheet, short)))
        self._afterwards("warn_in")

    async def warn_leader(self, user_id: UserId, sheet: Sheet, short: Sequence[Short], nonce: str) -> None:
        if self._first("warn_leader", nonce):
            self.asked.append((user_id, alert_texts.roles_short(sheet, short)))
        self._afterwards("warn_leader")

    async def ask_substitutes(self, sheet: Sheet, short: Sequence[Short], who: Sequence[SignUp], nonce: str) -> None:
        if self._first("ask_substitutes", nonce):
            self.called.append([one.user_id for one in who])
        self._afterwards("ask_substitutes")

    def _first(self, method: str, nonce: str) -> bool:
        self._before(method)
        at, _ = self._by_nonce.get(nonce, (None, 0))
        if at is not None and self._clock.now() - at <= NONCE_LASTS:
            return False
        self._by_nonce[nonce] = (self._clock.now(), MessageId(next(self._ids)))
        return True

    def _look(self) -> None:
        self._before("look")
        if not self.may_look:
            raise CannotLook("Read Message History is missing")

    def _before(self, method: str) -> None:
        self._raise_next(method, after=False)

    def _afterwards(self, method: str) -> None:
        self._raise_next(method, after=True)

    def _raise_next(self, method: str, *, after: bool) -> None:
        waiting = self._troubles.get(method)
        if waiting and waiting[0][1] is after:
            raise waiting.popleft()[0]


def _place(sheet: Sheet) -> tuple[EventId, ChannelId | None]:
    return sheet.event.id, sheet.event.channel_id
