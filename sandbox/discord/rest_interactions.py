"""REST: answering an interaction, and following it up through its webhook."""

from typing import Any

from sandbox.discord import posting, wire
from sandbox.discord.interactions import Callback, Interaction, Sent
from sandbox.discord.refusal import Refusal, invalid
from sandbox.discord.routing import Request, routes
from sandbox.discord.world import EPHEMERAL, JSON, LOADING, Message

_DELETED = (404, 10008, "Unknown Message")


@routes.on("POST", "/interactions/{interaction_id}/{token}/callback")
async def answer(request: Request) -> JSON | None:
    """The one callback of an interaction."""
    interaction = request.discord.interactions.to_answer(request.id("interaction_id"), request.args["token"])
    callback, data = _callback(interaction, request.json), request.json.get("data") or {}
    _ANSWERS[callback](request, interaction, data)
    interaction.answer(callback)
    request.discord.transcript.answered(interaction)
    return _callback_response(request, interaction) if request.query.get("with_response") in ("1", "true") else None


def _callback(interaction: Interaction, body: JSON) -> Callback:
    """The callback's type, if this interaction can be answered so."""
    allowed = {
        Sent.COMMAND: {Callback.MESSAGE, Callback.DEFER, Callback.MODAL},
        Sent.COMPONENT: {*Callback} - {Callback.PONG, Callback.CHOICES},
        Sent.AUTOCOMPLETE: {Callback.CHOICES},
        Sent.MODAL: {Callback.MESSAGE, Callback.DEFER}
        | ({Callback.UPDATE, Callback.DEFER_UPDATE} if interaction.message else set[Callback]()),
    }[interaction.sent]
    kind = body.get("type")
    if kind not in {int(each) for each in allowed}:
        raise invalid("type", "INTERACTION_TYPE_INVALID", f"cannot answer {interaction.sent.name} with {kind}")
    return Callback(kind)


def _reader(interaction: Interaction, flags: int) -> int | None:
    return interaction.user.id if flags & EPHEMERAL else None


def _message(request: Request, interaction: Interaction, data: JSON) -> None:
    seen_by = _reader(interaction, data.get("flags") or 0)
    interaction.original = _post(request, interaction, data, seen_by)


def _post(request: Request, interaction: Interaction, data: JSON, seen_by: int | None) -> Message:
    discord = request.discord
    composed = posting.compose(
        discord,
        interaction.channel,
        discord.bot_user,
        data,
        request.files,
        seen_by=seen_by,
        interaction=interaction.metadata(),
    )
    composed.type = _message_type(interaction)
    return posting.place(discord, composed)


def _message_type(interaction: Interaction) -> int:
    """The first answer to a slash command (20) or to a context menu (23) is shown as such."""
    if interaction.sent is not Sent.COMMAND or interaction.original is not None:
        return 0
    return 20 if interaction.data["type"] == 1 else 23


def _defer(request: Request, interaction: Interaction, data: JSON) -> None:
    discord = request.discord
    seen_by = _reader(interaction, data.get("flags") or 0)
    waiting = Message(discord.snowflakes.next(), interaction.channel, discord.bot_user, discord.clock.now())
    waiting.flags = LOADING | (EPHEMERAL if seen_by else 0)
    waiting.seen_by, waiting.interaction, waiting.type = seen_by, interaction.metadata(), _message_type(interaction)
    interaction.original = posting.place(discord, waiting)


def _defer_update(request: Request, interaction: Interaction, data: JSON) -> None:
    del data
    request.discord.interactions.await_change(interaction)


def _update(request: Request, interaction: Interaction, data: JSON) -> None:
    assert interaction.message is not None
    _still_there(interaction.message)
    posting.revise(request.discord, interaction.message, data, request.files)
    interaction.edits += 1
    posting.announce_edit(request.discord, interaction.message)


def _choices(request: Request, interaction: Interaction, data: JSON) -> None:
    choices = data.get("choices") or []
    request.discord.checks.choices(choices)
    interaction.choices = choices


def _modal(request: Request, interaction: Interaction, data: JSON) -> None:
    request.discord.checks.modal(data)
    interaction.modal = data


_ANSWERS = {
    Callback.MESSAGE: _message,
    Callback.DEFER: _defer,
    Callback.DEFER_UPDATE: _defer_update,
    Callback.UPDATE: _update,
    Callback.CHOICES: _choices,
    Callback.MODAL: _modal,
}


def _callback_response(request: Request, interaction: Interaction) -> JSON:
    """What with_response asks for: the message, when one was made or changed."""
    assert interaction.callback is not None
    shown = interaction.shows
    about: JSON = {"id": str(interaction.id), "type": int(interaction.sent)}
    if shown is None:
        return {"interaction": about}
    about |= {"response_message_id": str(shown.id), "response_message_loading": shown.loading}
    about["response_message_ephemeral"] = shown.ephemeral
    if interaction.callback not in (Callback.MESSAGE, Callback.UPDATE):
        return {"interaction": about}
    message = wire.message(shown, request.discord.application_id)
    return {"interaction": about, "resource": {"type": int(interaction.callback), "message": message}}


def _interaction(request: Request) -> Interaction:
    return request.discord.interactions.to_follow_up(request.id("application_id"), request.args["token"])


@routes.on("POST", "/webhooks/{application_id}/{token}")
async def follow_up(request: Request) -> JSON:
    """A further message; after a deferred answer the first one becomes that answer."""
    interaction = _interaction(request)
    if interaction.original is not None and interaction.original.loading:
        return _revise(request, interaction, interaction.original)
    message = _post(request, interaction, request.json, _reader(interaction, request.json.get("flags") or 0))
    interaction.followups.append(message)
    return _settled(request, interaction, message)


@routes.on("GET", "/webhooks/{application_id}/{token}/messages/{message_id}")
async def show(request: Request) -> JSON:
    """The answer (@original) or a follow-up as it stands."""
    return wire.message(_own(_interaction(request), request.args["message_id"]), request.discord.application_id)


@routes.on("PATCH", "/webhooks/{application_id}/{token}/messages/{message_id}")
async def edit(request: Request) -> JSON:
    """Edit the answer or a follow-up."""
    interaction = _interaction(request)
    return _revise(request, interaction, _own(interaction, request.args["message_id"]))


@routes.on("DELETE", "/webhooks/{application_id}/{token}/messages/{message_id}")
async def delete(request: Request) -> None:
    """Delete the answer or a follow-up."""
    interaction = _interaction(request)
    message = _own(interaction, request.args["message_id"])
    posting.remove(request.discord, message)
    if message is interaction.original:
        interaction.original = None
    interaction.followups = [each for each in interaction.followups if each is not message]
    interaction.followed()
    request.discord.transcript.followed(interaction, "deleted")


def _revise(request: Request, interaction: Interaction, message: Message) -> JSON:
    posting.revise(request.discord, message, request.json, request.files)
    interaction.edits += 1
    posting.announce_edit(request.discord, message)
    return _settled(request, interaction, message)


def _settled(request: Request, interaction: Interaction, message: Message) -> JSON:
    interaction.followed()
    request.discord.transcript.followed(interaction, message)
    return wire.message(message, request.discord.application_id)


def _own(interaction: Interaction, wanted: str) -> Message:
    """A message of this interaction; others are unknown to its token."""
    shown = interaction.shows
    if shown is not None and wanted in ("@original", str(shown.id)):
        return _still_there(shown)
    found: Any = next((each for each in interaction.followups if str(each.id) == wanted), None)
    if found is None:
        raise Refusal(*_DELETED)
    return _still_there(found)


def _still_there(message: Message) -> Message:
    if message.gone:
        raise Refusal(*_DELETED)
    return message
