"""What users write as timeout."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tuber._timing import CONNECT_SECONDS, MAX_SECONDS, Timing, parse_timeout


@pytest.mark.parametrize(
    ("timeout", "timing"),
    [
        (None, Timing(CONNECT_SECONDS, None)),
        (5, Timing(CONNECT_SECONDS, 5)),
        (0.5, Timing(CONNECT_SECONDS, 0.5)),
        ((1, 2.5), Timing(1, 2.5)),
        ((None, 2), Timing(None, 2)),
        ((1, None), Timing(1, None)),
    ],
)
def test_seconds_or_a_pair_are_understood(timeout: Any, timing: Timing) -> None:
    assert parse_timeout(timeout) == timing


@pytest.mark.parametrize(
    "timeout",
    [
        0,
        -1,
        float("nan"),
        float("inf"),
        1e12,
        10**400,
        -1e12,
        (0, 1),
        (1, -1),
        (1e12, 1),
        (1, 2, 3),
        (),
    ],
)
def test_a_time_that_is_none_is_refused(timeout: Any) -> None:
    with pytest.raises(ValueError, match=r"expected timeout .*; came "):
        parse_timeout(timeout)


def test_the_longest_time_is_one_that_sockets_take() -> None:
    assert parse_timeout(MAX_SECONDS).total == MAX_SECONDS
    with socket.socket() as sock:
        sock.settimeout(MAX_SECONDS)


@pytest.mark.parametrize("timeout", ["5", True, [1, 2], (1, "2")])
def test_other_types_are_refused(timeout: Any) -> None:
    with pytest.raises(TypeError, match="timeout"):
        parse_timeout(timeout)
