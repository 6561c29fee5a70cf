"""A local server that speaks Discord's REST v10 and gateway, and refuses what Discord refuses."""
