"""What is asked of a measured value: always beside the floor or the peer of the same run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from .sides import Side


class Bound(Enum):
    """Which way a goal points."""

    AT_LEAST = ">="
    AT_MOST = "<="
    BELOW = "<"


@dataclass(frozen=True)
class Goal:
    """Our value is to be on the right side of `factor` times the value of `beside`.

    With `beside` None, `factor` is the bound itself, in the row's unit.
    """

    bound: Bound
    factor: float
    beside: Side | None = None

    def __str__(self) -> str:
        if self.beside is None:
            return f"{self.bound.value} {self.factor:g}"
        if (
            self.factor < 1
            and (part := Fraction(self.factor).limit_denominator(100)).numerator == 1
        ):
            return f"{self.bound.value} 1/{part.denominator} x {self.beside.value}"
        return f"{self.bound.value} {self.factor:g} x {self.beside.value}"

    def is_met(self, found: float | None) -> bool:
        """Whether it is; one that could not be measured is not.

        Args:
            found: our value over that of `beside`, or our value itself when nobody is.
        """
        if found is None:
            return False
        if self.bound is Bound.AT_LEAST:
            return found >= self.factor
        return found < self.factor if self.bound is Bound.BELOW else found <= self.factor


def at_least(factor: float, beside: Side | None = None) -> Goal:
    """The goal of a value that should be large."""
    return Goal(Bound.AT_LEAST, factor, beside)


def at_most(factor: float, beside: Side | None = None) -> Goal:
    """The goal of a value that should be small."""
    return Goal(Bound.AT_MOST, factor, beside)


def below(factor: float) -> Goal:
    """The goal of a value that must stay under a bound of its own."""
    return Goal(Bound.BELOW, factor)
