"""What an officer may still do to a raid, and what putting somebody on its sheet means."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import MusterError
from bot.domain.event import Event, EventStatus, SheetKind
from bot.domain.gates import Tier
from bot.domain.ids import PlayerId, SignUpId, UserId
from bot.domain.names import folded, shown
from bot.domain.roster import SignUp
from bot.domain.sign_up import NotOffered, Pick
from bot.domain.template import Choice, Template

UNDO_WITHIN = timedelta(minutes=10)


class RaidIsOver(MusterError):
    """This raid is over, so its sheet stays as it is. `/raid copy` plans another one like it."""


class RaidIsCancelled(RaidIsOver):
    """This raid was cancelled, so its sheet stays as it is. `/raid copy` plans another one like it."""


class KeptElsewhere(MusterError):
    """Raid-Helper keeps this raid's sheet: do that on the sheet itself."""


class SpecNeeded(MusterError):
    """Raid-Helper's sheet has them come as something: give a `spec`, or a `status` such as Bench."""


class AlreadyClosed(MusterError):
    """This sheet is closed already. `/raid reopen` opens it again."""


class AlreadyOpen(MusterError):
    """This sheet is open already. `/raid close` closes it."""


class TooLateToUndo(MusterError):
    """That was more than ten minutes ago, so it cannot be undone any more. Change it by hand."""


class AlreadyUndone(MusterError):
    """Somebody has undone that already."""


class ChangedSince(MusterError):
    """That has been changed again since then, so undoing it would undo the later change, too. Change it by hand."""


def check_changeable(event: Event, now: datetime) -> None:
    """Raise RaidIsCancelled or RaidIsOver when officers cannot change anything any more."""
    if event.status is EventStatus.CANCELLED:
        raise RaidIsCancelled
    if event.status not in (EventStatus.SCHEDULED, EventStatus.IN_PROGRESS) or now >= event.ends_at:
        raise RaidIsOver


def check_kept_here(event: Event) -> None:
    """Raise KeptElsewhere for a sheet that Raid-Helper keeps."""
    if event.sheet is SheetKind.RAID_HELPER:
        raise KeptElsewhere


def as_kept_there(template: Template, own: SignUp | None, wanted: SignUp) -> SignUp:
    """The sign-up as Raid-Helper's sheet takes it: in its own order, and coming as something. Raises SpecNeeded."""
    if template.classes and wanted.choice is Choice.ACCEPTED and wanted.spec_name is None:
        raise SpecNeeded
    return replace(wanted, tier=own.tier if own else Tier.SELF, slot=own.slot if own else None)


@dataclass(frozen=True)
class Put:
    """Somebody to put on a sheet; `choice` None keeps their answer (a newcomer is accepted), `pick` None their spec."""

    player_id: PlayerId
    name: str
    user_id: UserId | None
    choice: Choice | None = None
    pick: Pick | None = None
    main: Pick | None = None
    character_id: int | None = None


def put_on(template: Template, own: SignUp | None, put: Put, now: datetime) -> SignUp:
    """The sign-up that an officer's word makes of `own`. Raises NotOffered.

    Whom an officer puts in goes before those who signed up themselves; a change of spec alone changes no order.
    """
    choice = put.choice or (own.choice if own else Choice.ACCEPTED)
    if choice not in template.labels:
        raise NotOffered
    respec = own is not None and put.choice is None and put.pick is not None
    stays = own is not None and own.choice.holds_seat == choice.holds_seat
    pick = put.pick or _known(template, own, put.main)
    start = own or SignUp(SignUpId(0), put.player_id, put.name, put.user_id, choice, now)
    return replace(
        start,
        choice=choice,
        class_name=pick.class_name if pick else None,
        spec_name=pick.spec_name if pick else None,
        character_id=_character(own, pick, put),
        tier=own.tier if own and respec else Tier.HOST_ADDED,
        slot=own.slot if own and respec else None,
        signed_at=own.signed_at if own and stays else now,
    )


def _character(own: SignUp | None, pick: Pick | None, put: Put) -> int | None:
    if own and pick and (own.class_name, own.spec_name) == (pick.class_name, pick.spec_name):
        return own.character_id
    return put.character_id if pick == put.main else None


def _known(template: Template, own: SignUp | None, main: Pick | None) -> Pick | None:
    """What the person plays on this sheet, else their main, when this template has it."""
    if own and template.spec(own.class_name, own.spec_name):
        return Pick(own.class_name or "", own.spec_name or "")
    return main if main and template.spec(main.class_name, main.spec_name) else None


def find_choice(template: Template, typed: str) -> Choice:
    """The answer meant by its word ("bench") or by the template's label for it. Raises NotOffered."""
    wanted = folded(typed)
    for choice, label in template.labels.items():
        if wanted in (choice.value, folded(label)):
            return choice
    raise NotOffered(f"{shown(typed)} is no answer of this sheet: {', '.join(template.labels.values())}.")
