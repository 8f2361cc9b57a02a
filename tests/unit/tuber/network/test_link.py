"""Links: options that vary over the same connections."""

from __future__ import annotations

import pickle
import ssl
import threading
from typing import Any

import pytest

from tuber._target import Target
from tuber._timing import Timing
from tuber.network.link import ServerLink
from tuber.options import Options


def test_a_varied_link_keeps_what_is_not_given() -> None:
    link = ServerLink(Target("board:8080", (3.0, 9.0)), Options(convert_json=False))
    assert link.varied() is link
    varied = link.varied(return_exceptions=True)
    assert varied.session.options == Options(convert_json=False, return_exceptions=True)
    assert varied._timing == Timing(3.0, 9.0)
    assert link.varied(timeout=5.0)._timing.total == 5.0
    assert link.session.options == Options(convert_json=False), "the first one is untouched"


def test_a_varied_link_is_refused_what_a_link_is() -> None:
    link = ServerLink(Target("board"), Options())
    with pytest.raises(ValueError, match="text/html"):
        link.varied(accept_types=["text/html"])
    with pytest.raises(ValueError, match="above 0"):
        link.varied(timeout=-1.0)


def test_a_link_pickles_with_its_options() -> None:
    link = ServerLink(Target("board"), Options()).varied(convert_json=False, timeout=2.0)
    again = pickle.loads(pickle.dumps(link))
    assert again.session.options == Options(convert_json=False)
    assert again._timing == link._timing
    assert again.session.url == "http://board/tuber"


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
    ("name", "target"),
    [
        ("ssl_context", Target("https://board", ssl_context=ssl.create_default_context())),
        ("transport", Target("board", transport=Untransportable())),
    ],
)
def test_what_can_not_travel_says_what_to_do(name: str, target: Target) -> None:
    with pytest.raises(TypeError, match=f"with {name}= can't be pickled .* resolve it in"):
        pickle.dumps(ServerLink(target, Options()))


def test_a_transport_that_pickles_travels() -> None:
    target = Target("https://board", transport=Transportable(), max_reply_bytes=7)
    again = pickle.loads(pickle.dumps(ServerLink(target, Options())))
    assert isinstance(again._target.transport, Transportable)
    assert again._target.max_reply_bytes == 7
