"""One Discord server's settings, as `/raid setup` and `/raidhelper` leave them."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.ids import ChannelId, GuildId, RoleId


@dataclass(frozen=True)
class Server:
    """A server. A server nobody has set up has the defaults: UTC, no channels, no officer roles."""

    id: GuildId
    raid_channel_id: ChannelId | None = None
    officer_channel_id: ChannelId | None = None
    officer_roles: frozenset[RoleId] = frozenset()
    timezone: str | None = None
    default_template: str = "wow-retail"
    raid_helper_key: str | None = None
    """Encrypted; `bot.services.secrets` opens it."""
    left_at: datetime | None = None
    """Since when (UTC) the bot is not in it any more."""

    @property
    def zone(self) -> ZoneInfo:
        """The server's time zone; UTC until it has set one."""
        return ZoneInfo(self.timezone or "UTC")
