"""Discord in, Discord out: read the parameters, call one use case, answer."""
