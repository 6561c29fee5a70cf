"""Why a call to Raid-Helper failed, each in the sentence its reader needs.

What a failure means for the caller: after `OutcomeUnknown` look before doing it again, after every other error
nothing has happened on Raid-Helper's side. `Unavailable` and `RateLimited` pass by themselves; the rest need a person.
"""

from bot.domain.errors import MusterError


class RaidHelperError(MusterError):
    """Raid-Helper could not be used. Try again, and use `/raidhelper test` to see what is wrong."""


class InvalidKey(RaidHelperError):
    """Raid-Helper does not accept this server's API key.
    Copy it anew from Raid-Helper's `/apikey` command and give it to `/raidhelper connect`.
    """


class LockedTemplate(RaidHelperError):
    """Raid-Helper does not know this template, or does not allow it on this server.
    Choose another Raid-Helper template, for example `wowretail2`.
    """


class NoAccess(RaidHelperError):
    """Raid-Helper cannot post there.
    Invite it to the server and allow it View Channel, Send Messages, Embed Links and Add Reactions in that channel.
    """


class UnknownEvent(RaidHelperError):
    """Raid-Helper has no such event or sign-up on this server; somebody deleted it.
    Create a new one if it is still needed.
    """


class Moved(RaidHelperError):
    """What answers at Raid-Helper's address is not its API.
    Ask whoever runs this bot to check `RAID_HELPER_BASE_URL`.
    """


class Rejected(RaidHelperError):
    """Raid-Helper refused the request. Check the event's settings and try again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Raid-Helper refused: “{reason}”. Check the event's settings and try again.")
        self.reason = reason


class RateLimited(RaidHelperError):
    """Raid-Helper takes no more requests for a while. Try again later.

    `retry_after` is that while in seconds, as Raid-Helper named it.
    """

    def __init__(self, retry_after: float) -> None:
        pause = f"{retry_after / 60:.0f} minutes" if retry_after > 90 else f"{retry_after:.0f} seconds"
        super().__init__(f"Raid-Helper takes no more requests for about {pause}. Try again after that.")
        self.retry_after = retry_after


class OutOfBudget(RateLimited):
    """Raid-Helper takes 1000 requests a day, and the ones that are left are kept for bookings. It goes on by itself."""

    def __init__(self, retry_after: float) -> None:
        hours = retry_after / 3600
        pause = f"{hours:.0f} hours" if hours > 1.5 else f"{max(1, retry_after / 60):.0f} minutes"
        RaidHelperError.__init__(
            self,
            "Raid-Helper takes 1000 requests a day from one server, and what is left is kept for bookings. "
            f"Try again in about {pause}.",
        )
        self.retry_after = retry_after


class Unavailable(RaidHelperError):
    """Raid-Helper does not answer right now. Nothing was changed; try again in a few minutes."""


class Unreadable(Unavailable):
    """Raid-Helper answered with something Muster cannot read. Nothing was changed; try again in a few minutes."""


class OutcomeUnknown(RaidHelperError):
    """Raid-Helper did not confirm the change, so it may or may not have happened.
    Look in the channel before you try again.
    """
