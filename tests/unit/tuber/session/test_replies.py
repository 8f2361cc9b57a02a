"""The outcomes of a batch: values, and beside them what is more or less than one."""

from __future__ import annotations

from typing import Any

import pytest

from tuber import TuberProtocolError, TuberResult
from tuber.codec import EncodeError
from tuber.protocol import Failure, Result
from tuber.session.replies import EncodeFailure, outcomes_of, read_outcomes

FAILED = {"error": {"message": "no"}}
WARNED = {"result": {"a": 1}, "warnings": ["hot"]}


def test_results_alone_are_kept_as_values() -> None:
    outcomes = read_outcomes([{"result": 1}, {"result": None}])
    assert (outcomes.values, outcomes.others) == ([1, None], {})
    assert list(outcomes) == [Result(1), Result(None)]


def test_failures_and_warnings_stand_beside_the_values() -> None:
    outcomes = read_outcomes([{"result": 1}, FAILED, WARNED])
    assert outcomes.values == [1, None, None]
    assert outcomes.others == {1: Failure("no"), 2: Result({"a": 1}, ("hot",))}
    assert list(outcomes) == [Result(1), Failure("no"), Result({"a": 1}, ("hot",))]
    assert Failure("no") in outcomes
    assert len(outcomes) == 3


@pytest.mark.parametrize("envelope", [1, None, [], "result", {}, {"resul": 1}, {"error": 1}])
@pytest.mark.parametrize("beside", [[], [{"result": 1}], [FAILED]])
def test_what_is_no_envelope_is_refused(envelope: Any, beside: list[Any]) -> None:
    with pytest.raises(TuberProtocolError):
        read_outcomes([*beside, envelope])


def test_a_result_beside_an_unknown_member_is_a_result() -> None:
    assert list(read_outcomes([{"result": 1, "newer": 2}])) == [Result(1)]


def test_maps_become_objects_with_attributes_wherever_they_are() -> None:
    converted = read_outcomes([{"result": {"a": 1}}, {"result": [{"a": 2}]}, WARNED]).converted()
    assert isinstance(converted.values[0], TuberResult)
    assert converted.values[1][0].a == 2
    warned = converted.others[2]
    assert isinstance(warned, Result)
    assert isinstance(warned.value, TuberResult)


def test_those_that_were_not_sent_are_put_in_at_their_places() -> None:
    unsent = EncodeFailure(EncodeError("no"))
    outcomes = read_outcomes([{"result": 1}, FAILED])
    assert list(outcomes.with_unsent({0: unsent, 3: unsent})) == [
        unsent,
        Result(1),
        Failure("no"),
        unsent,
    ]
    assert outcomes.with_unsent({}) is outcomes


def test_warnings_that_were_shown_are_forgotten_and_failures_are_not() -> None:
    failed = Failure("no", "E", "trace", ("hot",))
    outcomes = outcomes_of([Result(1, ("hot",)), failed])
    for place, outcome in list(outcomes.others.items()):
        outcomes.forget_warnings(place, outcome)
    assert list(outcomes) == [Result(1), Failure("no", "E", "trace")]
    assert list(outcomes.others) == [1]
