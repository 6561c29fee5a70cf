"""The use cases in one bundle: the one object the cogs receive."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.services.absences import Absences
from bot.services.alert_desk import AlertDesk
from bot.services.announcements import Announcements
from bot.services.booking import AutoBooker
from bot.services.booking_desk import BookingDesk
from bot.services.breaks import Breaks
from bot.services.bringing import Bringing
from bot.services.characters import Characters
from bot.services.comps import Comps
from bot.services.copying import Copies
from bot.services.dead_letters import DeadLetters
from bot.services.first_steps import FirstSteps
from bot.services.following import Following
from bot.services.health import HealthDesk
from bot.services.linking import Linking
from bot.services.lost_sheets import LostSheets
from bot.services.mine import Mine
from bot.services.mirrors import Mirrors
from bot.services.my_raids import MyRaids
from bot.services.officers import Officers
from bot.services.own_data import OwnData
from bot.services.own_zone import OwnZone
from bot.services.panel import Panel
from bot.services.people_desk import PeopleDesk
from bot.services.pulse import Pulse
from bot.services.raid_edits import RaidEdits
from bot.services.raid_helper_import import RaidHelperImport
from bot.services.raids import Raids
from bot.services.reminders import Reminders
from bot.services.series import SeriesDesk
from bot.services.series_edits import SeriesEdits
from bot.services.series_ledger import SeriesLedger
from bot.services.series_rests import SeriesRests
from bot.services.servers import Servers
from bot.services.settings_desk import SettingsDesk
from bot.services.sign_ups import SignUps
from bot.services.staying import Staying
from bot.services.template_desk import TemplateDesk
from bot.services.templates import Templates
from bot.services.undo import Undo
from bot.services.unplanned import Unplanned
from bot.services.unsigned import UnsignedDesk


@dataclass(frozen=True)
class Services:
    """Every use case, and the clock they share."""

    clock: Clock
    servers: Servers
    templates: Templates
    template_desk: TemplateDesk
    raids: Raids
    officers: Officers
    edits: RaidEdits
    copies: Copies
    dead_letters: DeadLetters
    undo: Undo
    series: SeriesDesk
    series_edits: SeriesEdits
    bringing: Bringing
    series_rests: SeriesRests
    series_ledger: SeriesLedger
    breaks: Breaks
    sign_ups: SignUps
    mine: Mine
    characters: Characters
    own_zone: OwnZone
    own_data: OwnData
    absences: Absences
    people: PeopleDesk
    linking: Linking
    following: Following
    my_raids: MyRaids
    booker: AutoBooker
    bookings: BookingDesk
    alerts: AlertDesk
    comps: Comps
    panel: Panel
    lost_sheets: LostSheets
    mirrors: Mirrors
    announcements: Announcements
    settings: SettingsDesk
    unplanned: Unplanned
    first_steps: FirstSteps
    health: HealthDesk
    pulse: Pulse
    raid_helper_import: RaidHelperImport
    reminders: Reminders
    unsigned: UnsignedDesk
    stay: Staying
