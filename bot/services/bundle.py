"""The use cases in one bundle: the one object the cogs receive."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.services.booking import AutoBooker
from bot.services.raids import Raids
from bot.services.series import SeriesDesk
from bot.services.servers import Servers
from bot.services.sign_ups import SignUps
from bot.services.templates import Templates


@dataclass(frozen=True)
class Services:
    """Every use case, and the clock they share."""

    clock: Clock
    servers: Servers
    templates: Templates
    raids: Raids
    series: SeriesDesk
    sign_ups: SignUps
    booker: AutoBooker
