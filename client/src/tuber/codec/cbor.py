"""The CBOR codec (RFC 8949) in Python: every value of PROTOCOL.md section 9, without loss."""

from __future__ import annotations

from typing import Any, Final

from tuber.codec import DecodeError, EncodeError
from tuber.codec.cbor_items import ITEMS
from tuber.codec.cbor_reader import Reader
from tuber.codec.cbor_tags import TAGS
from tuber.codec.cbor_writer import write
from tuber.codec.fault import Fault
from tuber.protocol import CBOR, MAX_NESTING

_SELF_DESCRIBED: Final = b"\xd9\xd9\xf7"  # tag 55799, RFC 8949 section 3.4.6


class CborCodec:
    """CBOR: strict in what it reads, preferred serialization in what it writes."""

    media_type: Final = CBOR

    def encode(self, value: Any) -> bytes:
        """Write a value; raise EncodeError if it can't be carried."""
        return b"".join(self.encode_parts(value))

    def encode_parts(self, value: Any) -> list[bytes | memoryview]:
        """Write a value as pieces: see ``Codec``."""
        try:
            return write(value)
        except Fault as fault:
            raise EncodeError(fault.fault, fault.place) from fault.__cause__

    def decode(self, body: bytes | bytearray | memoryview) -> Any:
        """Read a value; raise DecodeError if the body is not one well-formed, known CBOR item.

        Arrays are views of a writable body where their alignment allows it, otherwise copies.
        """
        try:
            return _read(body)
        except Fault as fault:
            raise DecodeError(fault.fault, fault.offset, fault.place) from None

    def __repr__(self) -> str:
        return "CborCodec()"


def _read(body: bytes | bytearray | memoryview) -> Any:
    reader = Reader(body, ITEMS, TAGS)
    if reader.end == 0:
        raise Fault("the input is empty", 0)
    if reader.view[:3].tobytes() == _SELF_DESCRIBED:
        reader.position = 3
        reader.depth = 1
    try:
        value = reader.value()
    except RecursionError:  # the caller used up the stack: MAX_NESTING levels fit into an empty one
        fault = f"nested too deeply for what is left of Python's stack, below {MAX_NESTING} levels"
        raise Fault(fault, reader.position) from None
    if reader.position != reader.end:
        left = reader.end - reader.position
        raise Fault(f"{left} bytes follow the value", reader.position)
    return value
