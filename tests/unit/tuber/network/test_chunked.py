"""Bodies in chunks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber.errors import TuberProtocolError
from tuber.network.chunked import ChunkedBody

BODY = b'5\r\nhello\r\n1;name="v"\r\n!\r\nA \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n'


@pytest.mark.parametrize("cut", range(len(BODY)))
def test_chunks_are_joined_regardless_of_how_bytes_arrive(cut: int) -> None:
    chunks, received = ChunkedBody(), bytearray(BODY[:cut])
    assert not chunks.take(received)
    received += BODY[cut:] + b"next"
    assert chunks.take(received)
    assert chunks.body == b"hello!0123456789"
    assert received == b"next"


@pytest.mark.parametrize(
    "received",
    [
        b"x\r\n",
        b"\r\n",
        b"-1\r\n",
        b"0x5\r\n",
        b"5\r\nhelloXX",
        b"5" * 300,
        b"fffffffff\r\n",
        b"7fffffff\r\n",
        b"5\nhello\n\r\n",
        b"0\r\n" + b"a" * 40_000,
        b"5;\x00\r\n",
    ],
)
def test_malformed_chunks_are_refused(received: bytes) -> None:
    with pytest.raises(TuberProtocolError, match="malformed HTTP reply"):
        ChunkedBody().take(bytearray(received))


@given(st.lists(st.binary(max_size=30)))
def test_anything_is_chunks_or_our_error(pieces: list[bytes]) -> None:
    chunks, received = ChunkedBody(), bytearray()
    try:
        for piece in pieces:
            received += piece
            chunks.take(received)
    except TuberProtocolError:
        pass
