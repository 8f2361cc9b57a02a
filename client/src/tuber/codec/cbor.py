"""The CBOR codec (RFC 8949) in Python: every value of PROTOCOL.md section 9, without loss.

It ties the reader and the writer to the Codec interface and turns their faults into errors. It must
never answer anything but an equal value or an error that names the place.
"""

from __future__ import annotations

from typing import Any, Final

from tuber.codec import DecodeError, EncodeError
from tuber.codec.cbor_reader import read
from tuber.codec.cbor_tags import TAGS
from tuber.codec.cbor_writer import write
from tuber.codec.fault import Fault
from tuber.protocol import CBOR

__all__ = ["CborCodec"]


class CborCodec:
    """CBOR, strict in what it reads, with the shortest heads in what it writes."""

    media_type: Final = CBOR

    def encode(self, value: Any) -> bytes:
        """Write a value; raises EncodeError when it can't be carried."""
        return b"".join(self.encode_parts(value))

    def encode_parts(self, value: Any) -> list[bytes | memoryview]:
        """Write a value as pieces to be sent one after the other, without copying big arrays.

        A memoryview among them is the memory of an array in the value: who changes the array before
        the pieces are sent changes what is sent.

        Raises:
            EncodeError: the value, or something in it, can't be carried.
        """
        try:
            return write(value)
        except Fault as fault:
            raise EncodeError(fault.fault, fault.place) from None

    def decode(self, body: bytes | bytearray | memoryview) -> Any:
        """Read a value; raises DecodeError when the body is not one CBOR item that we know.

        Arrays are views of a body that is writable where their alignment allows it, and keep it
        alive; otherwise they are copies.
        """
        try:
            return read(body, TAGS)
        except Fault as fault:
            raise DecodeError(fault.fault, fault.offset, fault.place) from None

    def __repr__(self) -> str:
        return "CborCodec()"
