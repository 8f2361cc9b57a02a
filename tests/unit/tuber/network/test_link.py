"""Links: options that vary over the same connections."""

from __future__ import annotations

import pickle
import ssl
import threading
from dataclasses import replace
from typing import Any

import pytest

from tuber.network.address import parse_address
from tuber.network.link import ServerLink
from tuber.options import Options, Timing

BOARD = parse_address("board:8080")


def test_a_varied_link_keeps_the_other_options() -> None:
    options = Options(convert_json=False, timeout=Timing(3.0, 9.0))
    link = ServerLink(BOARD, options)
    assert link.varied() is link
    varied = link.varied(return_exceptions=True)
    assert varied.session.options == replace(options, return_exceptions=True)
    assert varied.session.state is link.session.state
    assert link.varied(timeout=5.0).session.options.timeout.total == 5.0
    assert link.session.options == options, "the first one is untouched"


def test_a_varied_link_refuses_invalid_options() -> None:
    link = ServerLink(BOARD, Options())
    with pytest.raises(ValueError, match="text/html"):
        link.varied(accept_types=["text/html"])
    with pytest.raises(ValueError, match="above 0"):
        link.varied(timeout=-1.0)


def test_a_link_pickles_with_its_options() -> None:
    link = ServerLink(BOARD, Options()).varied(convert_json=False, timeout=2.0)
    again = pickle.loads(pickle.dumps(link))
    assert again.session.options == link.session.options
    assert again.session.url == "http://board:8080/tuber"


class Untransportable:
    def __init__(self) -> None:
        self.lock = threading.Lock()

    def exchange(self, *request: Any) -> Any:
        raise AssertionError("nothing is sent")

    def close(self) -> None:
        pass


class Transportable(Untransportable):
    def __init__(self) -> None:
        self.number = 3


@pytest.mark.parametrize(
    ("name", "value"),
    [("ssl_context", ssl.create_default_context()), ("transport", Untransportable())],
)
def test_an_option_that_cannot_be_pickled_says_what_to_do(name: str, value: Any) -> None:
    link = ServerLink(parse_address("https://board"), Options(**{name: value}))
    with pytest.raises(TypeError, match=f"with {name}= cannot be pickled .* resolve it in"):
        pickle.dumps(link)


def test_a_transport_that_can_be_pickled_is_pickled() -> None:
    options = Options(transport=Transportable(), max_reply_bytes=7)
    again = pickle.loads(pickle.dumps(ServerLink(BOARD, options))).session.options
    assert isinstance(again.transport, Transportable)
    assert again.max_reply_bytes == 7
