"""A local Discord, a local Raid-Helper and a story to play on them; the bot never imports this package."""
