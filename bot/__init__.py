"""Muster: raid sign-up sheets for Discord, self-hosted."""
