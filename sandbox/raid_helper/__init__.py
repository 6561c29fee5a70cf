"""A local Raid-Helper: the API's routes, refusals and traps in memory, for the sandbox and the tests."""
