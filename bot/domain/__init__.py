"""The rules: pure functions over frozen values. Standard library only, no I/O, `now` is an argument."""
