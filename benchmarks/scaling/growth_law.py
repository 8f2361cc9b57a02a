"""How a cost may grow with a size, and how it grew."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Law(Enum):
    """What is asked of a cost."""

    CONSTANT = "does not grow"
    LINEAR = "grows as the size at most"


MOST_RATIO = 1.1  # of a constant cost: largest size over smallest
# Of a linear one, over the last step, where nothing else counts any more. The floor, which only
# moves bytes, shows as much where its memory grows out of a cache; what is quadratic shows 2.
MOST_EXPONENT = 1.25


@dataclass(frozen=True)
class Growth:
    """A cost in seconds by size; at least two sizes."""

    seconds: Mapping[int, float]

    @property
    def smallest(self) -> int:
        return min(self.seconds)

    @property
    def largest(self) -> int:
        return max(self.seconds)

    @property
    def ratio(self) -> float:
        """The cost of the largest size over that of the smallest."""
        return self.seconds[self.largest] / self.seconds[self.smallest]

    @property
    def exponent(self) -> float:
        """The slope between the two largest sizes, both on logarithmic scales."""
        before, last = sorted(self.seconds)[-2:]
        return math.log(self.seconds[last] / self.seconds[before]) / math.log(last / before)

    def obeys(self, law: Law) -> bool:
        """Whether it grew no more than asked."""
        if law is Law.CONSTANT:
            return self.ratio <= MOST_RATIO
        return self.exponent <= MOST_EXPONENT


def asked(law: Law) -> str:
    """The law as a table shows it."""
    if law is Law.CONSTANT:
        return f"largest / smallest <= {MOST_RATIO:g}"
    return f"exponent <= {MOST_EXPONENT:g}"
