"""Rows that a statement is given to read from.

A lone row comes as parameters, which Postgres plans as if its values stood there; several come as one JSON document,
whose reading would cost a lone click a fifth of its statement.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


class Given:
    """Rows of one shape: `name` is what the statement calls them, `columns` are their types in SQL."""

    def __init__(self, name: str, **columns: str) -> None:
        self.name = name
        self._columns = columns

    def source(self, numbers: Iterator[int], *, lone: bool) -> str:
        """What stands in FROM for one row or for several; its parameters take the next `numbers`."""
        columns = self._columns.items()
        if lone:
            values = ", ".join(f"${next(numbers)}::{kind} AS {column}" for column, kind in columns)
            return f"(SELECT {values}) AS {self.name}"
        listed = ", ".join(f"{column} {kind}" for column, kind in columns)
        return f"json_to_recordset(${next(numbers)}::json) AS {self.name} ({listed})"

    def arguments(self, rows: Sequence[Row]) -> Sequence[Any]:
        """The parameters of `source`."""
        return [rows[0][column] for column in self._columns] if len(rows) == 1 else [rows]
