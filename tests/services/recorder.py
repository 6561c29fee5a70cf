"""A Messenger that writes down what a channel would show, and fails when told to.

Like Discord it posts a message of a known nonce once, whatever happened to the answer.
"""

from collections import deque
from collections.abc import Sequence

from bot.domain.action import Kind
from bot.domain.alerts import Short
from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, MessageId, UserId
from bot.domain.notice import Notice
from bot.domain.roster import Placed, SignUp
from bot.domain.sheet import Sheet
from bot.render import alert_texts, texts
from tests.factories import BOT


class Recorder:
    """What was posted, redrawn, deleted and said, in order."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self.edits: list[Sheet] = []
        self.deleted: list[tuple[ChannelId, MessageId]] = []
        self.said: list[tuple[ChannelId, str]] = []
        self.told: list[UserId | None] = []
        self.warned: list[tuple[ChannelId | None, EventId, Kind]] = []
        self.notices: list[tuple[UserId, Notice]] = []
        self.asked: list[tuple[ChannelId | UserId, str]] = []
        self.called: list[Sequence[UserId | None]] = []
        self.emoji: set[int] = set()
        self._by_nonce: dict[str, MessageId] = {}
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
        self._afterwards("post_sheet")
        return self._by_nonce[nonce]

    async def edit_sheet(self, sheet: Sheet) -> None:
        self._before("edit_sheet")
        self.edits.append(sheet)

    async def delete_message(self, channel_id: ChannelId, message_id: MessageId) -> None:
        self._before("delete_message")
        self.deleted.append((channel_id, message_id))

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

    async def tell_member(
        self, user_id: UserId, notice: Notice, sheet: Sheet, placed: Placed | None, nonce: str
    ) -> None:
        if self._first("tell_member", nonce):
            self.told.append(user_id)
            self.notices.append((user_id, notice))
        self._afterwards("tell_member")

    async def ask_in(self, channel_id: ChannelId, sheet: Sheet, nonce: str) -> None:
        if self._first("ask_in", nonce):
            self.asked.append((channel_id, alert_texts.below_minimum(sheet)))
        self._afterwards("ask_in")

    async def ask_leader(self, user_id: UserId, sheet: Sheet, nonce: str) -> None:
        if self._first("ask_leader", nonce):
            self.asked.append((user_id, alert_texts.below_minimum(sheet)))
        self._afterwards("ask_leader")

    async def warn_roles(self, channel_id: ChannelId, sheet: Sheet, short: Sequence[Short], nonce: str) -> None:
        if self._first("warn_roles", nonce):
            self.asked.append((channel_id, alert_texts.roles_short(sheet, short)))
        self._afterwards("warn_roles")

    async def ask_substitutes(self, sheet: Sheet, short: Sequence[Short], who: Sequence[SignUp], nonce: str) -> None:
        if self._first("ask_substitutes", nonce):
            self.called.append([one.user_id for one in who])
        self._afterwards("ask_substitutes")

    def _first(self, method: str, nonce: str) -> bool:
        self._before(method)
        known = nonce in self._by_nonce
        self.emoji: set[int] = set()
        self._by_nonce.setdefault(nonce, MessageId(500_000_000_000_000_000 + len(self._by_nonce)))
        return not known

    def _before(self, method: str) -> None:
        self._raise_next(method, after=False)

    def _afterwards(self, method: str) -> None:
        self._raise_next(method, after=True)

    def _raise_next(self, method: str, *, after: bool) -> None:
        waiting = self._troubles.get(method)
        if waiting and waiting[0][1] is after:
            raise waiting.popleft()[0]
