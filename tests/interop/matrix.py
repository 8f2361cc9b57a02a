"""The interoperability matrix: the pairs of clients and servers, and the results in each cell.

A cell runs story.py with one client against one server. EXPECTED has its results if both ends
support everything. DIFFERENCES lists all other results, with the reasons. Only `ours_speaks` starts
a process.
"""

from __future__ import annotations

import functools
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.live_server import live_server
from tests.support.peer import Peer
from tuber.codec import codec_for
from tuber.protocol import CBOR, JSON

OURS = "this"
PEERS = tuple(map(Peer, ("0.14", "0.15", "0.16", "0.17", "0.18.7")))
MEDIA_TYPES = {"JSON": JSON, "CBOR": CBOR}
SHELLS = ("blocking", "asyncio")

HERE = Path(__file__).parent
REGISTRY = HERE / "registry.py"
STORY = HERE / "story.py"


@dataclass(frozen=True)
class Cell:
    """One client against one server, with one media type and one of the client's shells."""

    client: str
    server: str
    media: str
    shell: str

    @property
    def id(self) -> str:
        return f"{self.client}-to-{self.server}-{self.media}-{self.shell}"

    @property
    def peers(self) -> list[Peer]:
        """The predecessors that take part."""
        return [peer for peer in PEERS if peer.version in (self.client, self.server)]

    @property
    def old_client(self) -> bool:
        return self.client != OURS

    @property
    def old_server(self) -> bool:
        return self.server != OURS

    @property
    def possible(self) -> bool:
        """Whether our end speaks the media type; the predecessors speak both."""
        return (self.old_client or ours_speaks(self.media, "client")) and (
            self.old_server or ours_speaks(self.media, "server")
        )


def cells() -> list[Cell]:
    """Ours with ours, ours with each predecessor, and each predecessor with itself."""
    pairs = [(OURS, OURS)]
    for peer in PEERS:
        old = peer.version
        pairs += [(OURS, old), (old, OURS), (old, old)]
    return [
        Cell(*pair, media, shell) for pair in pairs for media in MEDIA_TYPES for shell in SHELLS
    ]


@functools.cache
def ours_speaks(media: str, end: str) -> bool:
    """Return whether our `end`, client or server, supports a media type, by trying it."""
    media_type = MEDIA_TYPES[media]
    if end == "client":
        try:
            codec_for(media_type)
        except ValueError:
            return False
        return True
    return status_of_our_server(b"{}", JSON, media_type) == 200


def status_of_our_server(body: bytes, content_type: str, accept: str) -> int:
    """Return our server's HTTP status for such a request."""
    with live_server(REGISTRY) as server:
        fields = {"Content-Type": content_type, "Accept": accept}
        request = urllib.request.Request(server.url, body, fields)
        try:
            with urllib.request.urlopen(request) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code


def raised(name: str, *named: str) -> dict[str, Any]:
    """A failure that tuber raised, as story.py prints it."""
    return {"raised": name, "named": list(named)}


NO_ATTRIBUTE = {"raised": "AttributeError"}
WRONG_ARGUMENT = {"raised": "TypeError"}
FAILED = raised("TuberRemoteError")

EXPECTED: dict[str, Any] = {
    "description": ["A board with a bit of everything.", "Adds one to each."],
    "signature": True,
    "properties": ["0042", [0.5, 1.5]],
    "unknown_attribute": False,
    "registry": "0042",
    "no_such_object": raised("TuberRemoteError", "AttributeError"),
    "positional": [2, 3, 4],
    "named": [1, "y"],
    "nothing": None,
    "octets": [0, 255, 97, 98],
    "big": 2**70,
    "one_after_another": list(range(1, 41)),
    "failure": raised("TuberRemoteError", "KeyError"),
    "warning": [7, ["getting hot"]],
    "array": ["float64", [0.0, 0.5, 1.0]],
    "plain_maps": {"first": 1, "second": "x"},
    "time_out": [2],
    "two_time_outs": [2],
    "nested": ["internal", 10_000_000],
    "list_of_objects": [3, [0.0, 2.0, 4.0], 5.0],
    "map_of_objects": [["a", "b"], 2, ["a", "b"], 5.0],
    "is_container": [True, False],
    "registered_container": 2.0,
    "call_of_all_items": [0.0, 3.0, 6.0],
    "call_of_some_items": [4.0, 0.0],
    "property_of_all_items": [0, 1, 2],
    "block": [[1], [2], [3], [4], [5]],
    "called_context": [[2], None, "z"],
    "result_sends_all": [[3], [2]],
    "send_and_receive": [[[2]], [[3]]],
    "context_options": [{"first": 1, "second": "x"}],
    "broadcast": WRONG_ARGUMENT,
    "nested_in_context": [10_000_000, 4.0, 30.0],
    "stops_at_a_failure": [True, 2],
    "goes_on_after_a_failure": [[2], "failure", [3]],
    "cancelled_call": [3],
    "warning_in_context": [[7], ["getting hot"]],
    "unknown_method": NO_ATTRIBUTE,
    "setting_what_is_not_live": raised("TuberRemoteError", "AttributeError"),
    "assigning_a_property": NO_ATTRIBUTE,
}


@dataclass(frozen=True)
class Difference:
    """Different results of some cells, with the reason and its mark in docs/evidence/interop.md.

    Attributes:
        steps: the results by step; HANGS if the client never returns, so the step is omitted.
    """

    mark: str
    reason: str
    applies: Callable[[Cell], bool]
    steps: dict[str, Any]


HANGS = object()

_EMBEDDING = {"0.14", "0.15"}
_BEFORE_0_17 = {"0.14", "0.15", "0.16"}
_BEFORE_0_18 = {"0.14", "0.15", "0.16", "0.17"}
_NO_OBJECTS: dict[str, Any] = dict.fromkeys(
    [
        "nested",
        "list_of_objects",
        "map_of_objects",
        "is_container",
        "call_of_all_items",
        "call_of_some_items",
        "property_of_all_items",
        "nested_in_context",
    ],
    NO_ATTRIBUTE,
)

# The order matters: if two entries have the same step, the later one applies.
DIFFERENCES = (
    Difference(
        "a",
        "JSON carries an array as nested lists; the old servers refuse to write it",
        lambda cell: cell.media == "JSON",
        {"array": NO_ATTRIBUTE},
    ),
    Difference(
        "a",
        "",
        lambda cell: cell.media == "JSON" and cell.old_server,
        {"array": FAILED},
    ),
    Difference(
        "b",
        "a name in a context is checked by the server only",
        lambda cell: cell.old_client,
        {"unknown_method": raised("TuberRemoteError", "AttributeError")},
    ),
    Difference(
        "b",
        "assigning a static property silently changes the client's copy only",
        lambda cell: cell.old_client,
        {"assigning_a_property": "0043"},
    ),
    Difference(
        "b",
        "an argument for every call of a context silently wins over the call's own",
        lambda cell: cell.old_client,
        {"broadcast": ["all", "all"]},
    ),
    Difference(
        "b",
        "`tuber_get` gives the value of the first item of a TuberArray for all items",
        lambda cell: cell.old_client,
        {"property_of_all_items": [0, 0, 0]},
    ),
    Difference(
        "b",
        "`send` and `receive` do not work with asyncio",
        lambda cell: cell.old_client and cell.shell == "asyncio",
        {"send_and_receive": NO_ATTRIBUTE},
    ),
    Difference(
        "c",
        "the client knows no `convert_json`, `timeout` and `return_exceptions`",
        lambda cell: cell.client in _BEFORE_0_18,
        {
            **dict.fromkeys(
                ["plain_maps", "time_out", "two_time_outs", "context_options"], WRONG_ARGUMENT
            ),
            "goes_on_after_a_failure": FAILED,
        },
    ),
    Difference(
        "c",
        "the client knows no `tuber_is_container`, and its futures send nothing by themselves",
        lambda cell: cell.client in _BEFORE_0_18,
        {"is_container": NO_ATTRIBUTE, "result_sends_all": HANGS, "cancelled_call": HANGS},
    ),
    Difference(
        "c",
        "",
        lambda cell: cell.client in _BEFORE_0_18 and cell.shell == "asyncio",
        {"send_and_receive": WRONG_ARGUMENT},
    ),
    Difference(
        "d",
        "signatures are text, or are made out of text, so there is none to inspect",
        lambda cell: (
            cell.server in _BEFORE_0_17
            or cell.client in _BEFORE_0_17
            or cell.client == cell.server == "0.17"
        ),
        {"signature": False},
    ),
    Difference(
        "e",
        "the client knows no objects inside objects, and the names in its contexts are checked",
        lambda cell: cell.client in _EMBEDDING,
        {
            **_NO_OBJECTS,
            "registered_container": WRONG_ARGUMENT,
            "unknown_method": NO_ATTRIBUTE,
            "setting_what_is_not_live": NO_ATTRIBUTE,
        },
    ),
    Difference(
        "e",
        "its blocking contexts give no futures",
        lambda cell: cell.client in _EMBEDDING and cell.shell == "blocking",
        {"block": NO_ATTRIBUTE},
    ),
    Difference(
        "f",
        "the server has no objects inside objects and no containers",
        lambda cell: cell.server in _EMBEDDING,
        {**_NO_OBJECTS, "registered_container": FAILED, "no_such_object": FAILED},
    ),
)


def expected(cell: Cell) -> dict[str, Any]:
    """Return the expected results of the story's steps in a cell, without omitted steps."""
    steps = dict(EXPECTED)
    for difference in DIFFERENCES:
        if difference.applies(cell):
            steps.update(difference.steps)
    return {name: seen for name, seen in steps.items() if seen is not HANGS}
