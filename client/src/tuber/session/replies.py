"""What came of the calls of one batch: values, but for a few.

A batch has thousands of calls, and most of them return something and no more; so that is what is
kept, and the rest beside it. Values only: nothing here knows calls, or who waits for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any, Final, TypeAlias

from tuber.protocol import Failure, Result, parse_reply
from tuber.result import with_results
from tuber.session.requests import Unsent

Outcome: TypeAlias = "Result | Failure | Unsent"


class Outcomes(Collection[Outcome]):
    """The outcomes of the calls of a batch, in order.

    Attributes:
        values: what the calls returned; None where ``others`` has something.
        others: by place, the outcomes that are more or less than a value.
    """

    __slots__ = ("others", "values")

    def __init__(self, values: list[Any], others: dict[int, Outcome]) -> None:
        self.values = values
        self.others = others

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Outcome]:
        for place, value in enumerate(self.values):
            yield self.others[place] if place in self.others else Result(value)

    def __contains__(self, outcome: object) -> bool:
        return any(each == outcome for each in self)

    def converted(self) -> Outcomes:
        """The same, with maps in what was returned as TuberResult objects."""
        others = {
            place: each._replace(value=with_results(each.value))
            if isinstance(each, Result)
            else each
            for place, each in self.others.items()
        }
        return Outcomes(with_results(self.values), others)

    def with_unsent(self, unsent: Mapping[int, Outcome]) -> Outcomes:
        """The same, with those of calls that were not sent put in, each at its place."""
        if not unsent:
            return self
        sent = iter(self)
        places = range(len(self) + len(unsent))
        return outcomes_of(unsent[place] if place in unsent else next(sent) for place in places)

    def forget_warnings(self, place: int, outcome: Outcome) -> None:
        """Those of one call, whose outcome has some, were shown."""
        if isinstance(outcome, Failure):
            self.others[place] = Failure(outcome.message, outcome.type, outcome.traceback)
        elif isinstance(outcome, Result):
            self.values[place] = outcome.value
            self.others.pop(place, None)  # another thread may have asked too


def outcomes_of(every: Iterable[Outcome]) -> Outcomes:
    """The outcomes that are given, in order."""
    values: list[Any] = []
    others: dict[int, Outcome] = {}
    for place, outcome in enumerate(every):
        if isinstance(outcome, Result) and not outcome.warnings:
            values.append(outcome.value)
        else:
            values.append(None)
            others[place] = outcome
    return Outcomes(values, others)


_RESULT: Final = itemgetter("result")


def read_outcomes(envelopes: Sequence[Any]) -> Outcomes:
    """Read the envelopes of a reply to a batch.

    Raises:
        TuberProtocolError: one is no envelope.
    """
    # The usual batch, of which each loop runs in C: every envelope has a result and nothing else.
    if set(map(type, envelopes)) == {dict} and set(map(len, envelopes)) == {1}:
        with suppress(KeyError):
            return Outcomes(list(map(_RESULT, envelopes)), {})
    return outcomes_of(map(parse_reply, envelopes))
