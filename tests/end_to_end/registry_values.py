"""A registry that gives and takes the values of the table, for test_values.py."""

from __future__ import annotations

from typing import Any

from tests.support.values import REFUSALS, ROWS, arrays, same

_ARRAYS = list(arrays())


class Table:
    """The rows of the table, by their place in it."""

    def row(self, place: int) -> Any:
        return ROWS[place].value

    def refused(self, place: int) -> Any:
        return REFUSALS[place].value

    def array(self, place: int) -> Any:
        return _ARRAYS[place][1]

    def is_row(self, place: int, value: Any) -> bool:
        """Whether what has arrived is what the row says."""
        return same(value, ROWS[place].arrives)

    def is_array(self, place: int, value: Any) -> bool:
        value[...] = value  # may be written
        return same(value, _ARRAYS[place][1])

    def echo(self, value: Any) -> Any:
        return value

    def type_of(self, value: Any) -> str:
        return type(value).__qualname__


registry = {"Table": Table()}
