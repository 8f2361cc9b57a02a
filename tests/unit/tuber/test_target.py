"""What a user may say of a server, before anything is opened."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from tuber._target import Target
from tuber.network.chunked import MAX_REPLY_BODY_BYTES
from tuber.network.route import route_to


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_byte_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="max_reply_bytes above 0"):
        Target("board", max_reply_bytes=limit)


@pytest.mark.parametrize("limit", ["1", 1.5, True])
def test_a_limit_that_is_no_number_of_bytes_is_refused(limit: Any) -> None:
    with pytest.raises(TypeError, match="max_reply_bytes"):
        Target("board", max_reply_bytes=limit)


def test_a_transport_is_not_told_whom_to_trust() -> None:
    transport: Any = object()
    for others in ({"trust_env": True}, {"ssl_context": ssl.create_default_context()}):
        with pytest.raises(ValueError, match="knows by itself"):
            Target("board", transport=transport, **others)  # type: ignore[arg-type]


def test_a_context_without_https_is_refused() -> None:
    with pytest.raises(ValueError, match="expected hostname as 'https://board'; came 'board'"):
        route_to(Target("board", ssl_context=ssl.create_default_context()))


def test_a_context_of_another_type_is_refused() -> None:
    wrong: Any = "authority.pem"
    with pytest.raises(TypeError, match=r"ssl\.SSLContext; came 'authority\.pem'"):
        route_to(Target("https://board", ssl_context=wrong))


def test_links_to_one_server_share_a_route() -> None:
    assert route_to(Target("https://board")) == route_to(Target("https://BOARD:443".lower()))
    assert route_to(Target("board")) == route_to(Target("http://board:80", timeout=3))
    assert route_to(Target("board")) != route_to(Target("board", max_reply_bytes=9))
    assert route_to(Target("board")).max_reply_bytes == MAX_REPLY_BODY_BYTES
