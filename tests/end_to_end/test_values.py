"""Every row of the table of values, as a result and as an argument of a live server.

The client chooses the media type, except where a test forces one.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.codecs import cbor_codec
from tests.support.live_server import LiveServer, live_server
from tests.support.shells import Shell, a_shell
from tests.support.values import REFUSALS, ROWS, arrays, same
from tuber import TuberRemoteError
from tuber.codec import EncodeError, compiled
from tuber.network.request_head import RequestHead
from tuber.protocol import CBOR, JSON
from tuber.session.session import Session

ARRAYS = list(arrays())
PLACES = pytest.mark.parametrize("place", range(len(ROWS)), ids=[row.name for row in ROWS])
REFUSED = pytest.mark.parametrize(
    "place", range(len(REFUSALS)), ids=[refusal.name for refusal in REFUSALS]
)


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    registry = Path(__file__).with_name("registry_values.py")
    with live_server(registry, env={"PYTHONPATH": os.pathsep.join(sys.path)}) as running:
        yield running


class Asker:
    """A way to make a call: alone, or in a batch with others.

    Attributes:
        media_types: of the requests and their replies, in order.
    """

    def __init__(self, shell: Shell, table: Any, batch: bool, patch: pytest.MonkeyPatch) -> None:
        self.shell, self.table, self.batch = shell, table, batch
        self.media_types: list[tuple[str, str]] = []
        self._last = ""
        decode, encode = Session._decode, RequestHead.encode
        patch.setattr(Session, "_decode", lambda *args: self._noted(decode, *args))
        patch.setattr(RequestHead, "encode", lambda *args: self._sent(encode, *args))

    def call(self, method: str, *args: Any, **options: Any) -> Any:
        if not self.batch:
            return self.shell.finish(getattr(self.table, method)(*args))
        context = self.table.tuber_context(**options)
        before, wanted = context.echo("before"), getattr(context, method)(*args)
        behind = context.echo([1.5])
        self.shell.finish(context())
        assert self.shell.result(before) == "before"
        assert self.shell.result(behind) == [1.5]
        return self.shell.result(wanted)

    def _sent(self, encode: Any, head: RequestHead, body: bytes, options: Any, *more: Any) -> Any:
        self._last = more[0]
        return encode(head, body, options, *more)

    def _noted(self, decode: Any, session: Session, reply: Any, called: object) -> Any:
        self.media_types.append((self._last, reply.media_type))
        return decode(session, reply, called)


# All combinations of shell, codec and kind of call. The unit tests run the rows with each codec.
WAYS = [
    ("blocking", "python", False),
    ("blocking", "compiled", True),
    ("asyncio", "compiled", False),
    ("asyncio", "python", True),
]


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0]}-{way[1]}-{'batch' if way[2] else 'single'}")
def asker(
    request: pytest.FixtureRequest, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Asker]:
    shell_name, codec_name, batch = request.param
    codec = cbor_codec(codec_name)
    monkeypatch.setattr(compiled, "cbor_codec", lambda: codec)
    with (
        a_shell(shell_name) as shell,
        shell.resolved(server.hostname, "Table", convert_json=False) as table,
    ):
        yield Asker(shell, table, batch, monkeypatch)


@PLACES
def test_results_match_the_table(asker: Asker, place: int) -> None:
    row = ROWS[place]
    assert same(asker.call("row", place), row.arrives)
    # The server checks only types. If it is not sure, it uses CBOR, which also preserves the value.
    assert asker.media_types in ([(JSON, JSON)], [(JSON, CBOR)])
    if row.json is None:
        assert asker.media_types == [(JSON, CBOR)]


@PLACES
def test_arguments_match_the_table(asker: Asker, place: int) -> None:
    row = ROWS[place]
    assert asker.call("is_row", place, row.value) is True
    ((sent, _),) = asker.media_types
    assert sent == CBOR or row.json is not None


@REFUSED
def test_an_unsupported_result_fails_its_call_and_names_the_place(asker: Asker, place: int) -> None:
    refusal = REFUSALS[place]
    with pytest.raises(TuberRemoteError) as failed:
        asker.call("refused", place, return_exceptions=True)
    where = refusal.place.replace("$", "result", 1)
    assert str(failed.value).partition("\n")[0] == (
        f"TypeError: {where}: {refusal.fault} (the method ran)"
    )
    assert isinstance(failed.value, TypeError)


@REFUSED
def test_an_unsupported_argument_is_not_sent(asker: Asker, place: int) -> None:
    refusal = REFUSALS[place]
    with pytest.raises(EncodeError) as failed:
        asker.call("echo", refusal.value, return_exceptions=True)
    where = refusal.place.replace("$", "args[0]", 1)
    assert failed.value.fault == refusal.fault
    if refusal.name == "a list in itself":  # the call around it uses two levels
        assert failed.value.place.startswith("args[0][0][0]")
    else:
        assert failed.value.place.startswith(f"{where} of Table.echo()")
    # The other two calls of the batch were sent. The single call was not.
    assert len(asker.media_types) == (1 if asker.batch else 0)


def test_an_unsupported_argument_fails_the_whole_batch_by_default(asker: Asker) -> None:
    with pytest.raises(EncodeError, match=r"^args\[0\] of Table\.echo\(\)"):
        asker.call("echo", object())
    assert asker.media_types == []


@pytest.mark.parametrize("direction", ["array", "is_array"])
def test_arrays_of_every_dtype_arrive_unchanged(asker: Asker, direction: str) -> None:
    step = 1 if not asker.batch else 7  # some arrays are enough for batches
    for place in range(0, len(ARRAYS), step):
        name, array = ARRAYS[place]
        if direction == "array":
            arrived = asker.call("array", place)
            assert same(arrived, array), name
            arrived[...] = arrived  # may be written
        else:
            assert asker.call("is_array", place, array) is True, name


@pytest.mark.parametrize(
    "array",
    [
        np.arange(10)[::-1],
        np.arange(24.0).reshape(4, 6)[:, ::2],
        np.broadcast_to(np.float32(1.5), (2, 3)),
        np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2),
        np.frombuffer(bytes(range(16)), ">u2"),
    ],
    ids=["reversed", "strided", "broadcast", "transposed", "read-only"],
)
def test_an_array_with_gaps_or_reversed_arrives_in_c_order(asker: Asker, array: Any) -> None:
    assert same(asker.call("echo", array), array.copy(order="C"))


@PLACES
@pytest.mark.parametrize("accept", [(JSON,), (CBOR,)], ids=["json", "cbor"])
def test_a_media_type_can_be_forced(server: LiveServer, place: int, accept: tuple[str]) -> None:
    row = ROWS[place]
    options = {"accept_types": accept, "convert_json": False}
    with (
        a_shell("blocking") as shell,
        shell.resolved(server.hostname, "Table", **options) as table,
    ):
        if accept == (CBOR,):
            assert same(shell.finish(table.row(place)), row.arrives)
            assert shell.finish(table.is_row(place, row.value)) is True
        elif row.others is None:
            with pytest.raises(TuberRemoteError, match="TypeError: result"):
                shell.finish(table.row(place))
        elif row.others.startswith('{"bytes":[') and row.name != "map of the form of bytes":
            assert same(shell.finish(table.row(place)), row.arrives)
        elif row.name != "map of the form of bytes":
            assert same(shell.finish(table.row(place)), json.loads(row.others))


def test_maps_of_results_are_objects_in_either_media_type(shell: Shell, server: LiveServer) -> None:
    with shell.resolved(server.hostname, "Table") as table:
        status = shell.finish(table.echo({"fan": {"rpm": 5, "raw": b"\0"}, "by": {1: {"a": 2}}}))
        assert status.fan.raw == b"\0"
        assert status.by[1].a == 2
        assert shell.finish(table.echo({"fan": {"rpm": 5}})).fan.rpm == 5
