"""Tests of the use cases, on a real Postgres and the local Raid-Helper."""
