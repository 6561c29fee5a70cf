"""Raid-Helper: its client, its answers as values, its errors as sentences; nothing above sees JSON."""
