"""Ids carry their type: a Discord id is never taken for a row's id."""

from typing import NewType

GuildId = NewType("GuildId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)
RoleId = NewType("RoleId", int)
UserId = NewType("UserId", int)
"""A Discord user's id (snowflake)."""

EventId = NewType("EventId", int)
SeriesId = NewType("SeriesId", int)
PlayerId = NewType("PlayerId", int)
SignUpId = NewType("SignUpId", int)
TemplateId = NewType("TemplateId", int)
ActionId = NewType("ActionId", int)
