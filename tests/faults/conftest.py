"""The world of the services' tests, for the fault matrix."""

from tests.services.conftest import clock, raid_helper, world

__all__ = ["clock", "raid_helper", "world"]
