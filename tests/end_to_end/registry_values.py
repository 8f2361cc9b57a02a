"""A registry that returns and accepts the values of the table, for test_values.py."""

from __future__ import annotations

from typing import Any

from tests.support.values import REFUSALS, ROWS, arrays, same

_ARRAYS = list(arrays())


class Table:
    """An object that serves the rows of the table by their index."""

    def row(self, place: int) -> Any:
        return ROWS[place].value

    def refused(self, place: int) -> Any:
        return REFUSALS[place].value

    def array(self, place: int) -> Any:
        return _ARRAYS[place][1]

    def is_row(self, place: int, value: Any) -> bool:
        """Return whether the received value is the one in the row."""
        return same(value, ROWS[place].arrives)

    def is_array(self, place: int, value: Any) -> bool:
        value[...] = value  # may be written
        return same(value, _ARRAYS[place][1])

    def echo(self, value: Any) -> Any:
        return value

    def type_of(self, value: Any) -> str:
        return type(value).__qualname__


registry = {"Table": Table()}
