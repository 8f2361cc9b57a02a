"""Parse the same HTTP/1.1 bytes with our server, h11, and httptools (llhttp)."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from enum import Enum

import h11
import httptools

from tests.support.raw_http import connected, read_to_end


class Verdict(Enum):
    """The result for the first message of a stream."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Reading:
    """The result of parsing a stream of requests.

    Attributes:
        messages: the number of messages accepted before the stream ended or was refused.
        reason: the reason for a refusal.
    """

    verdict: Verdict
    messages: int = 0
    reason: str = ""


def _reading(messages: int, reason: str) -> Reading:
    if messages:
        return Reading(Verdict.ACCEPTED, messages, reason)
    return Reading(Verdict.REFUSED if reason else Verdict.INCOMPLETE, 0, reason)


# The statuses of our server for a message that it could not parse. With 403, 404, 405 or 415 it
# parsed the message.
_UNREADABLE = frozenset({400, 408, 413, 414, 417, 431, 501, 505})


def read_by_server(port: int, stream: bytes) -> Reading:
    """Parse with our server, which sends one reply for each message that it accepts."""
    with connected(port) as peer:
        peer.sendall(stream)
        peer.shutdown(socket.SHUT_WR)
        rest = read_to_end(peer)
    messages = 0
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        status = int(head[9:12])
        if status == 100:
            continue
        length = _length(head)
        body, rest = rest[:length], rest[length:]
        if status in _UNREADABLE:
            assert not rest, rest
            return _reading(messages, body.decode().strip())
        messages += 1
    return _reading(messages, "")


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def read_by_h11(stream: bytes) -> Reading:
    """Parse with h11."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    messages = 0
    try:
        connection.receive_data(stream)
        while True:
            event = connection.next_event()
            if isinstance(event, h11.EndOfMessage):
                messages += 1
                refusal = h11.Response(status_code=400, headers=[("Content-Length", "0")])
                connection.send(refusal)  # after which not even CONNECT changes the protocol
                connection.send(h11.EndOfMessage())
                if connection.our_state is h11.MUST_CLOSE:
                    return _reading(messages, "the connection ends with this message")
                connection.start_next_cycle()
            elif event is h11.NEED_DATA or event is h11.PAUSED:
                return _reading(messages, "")
    except h11.RemoteProtocolError as error:
        return _reading(messages, str(error))


class _Counter:
    messages = 0

    def on_message_complete(self) -> None:
        self.messages += 1


def read_by_llhttp(stream: bytes) -> Reading:
    """Parse with llhttp, Node's parser, through httptools."""
    counter = _Counter()
    try:
        httptools.HttpRequestParser(counter).feed_data(stream)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        return _reading(counter.messages, f"{type(error).__name__}: {error}")
    return _reading(counter.messages, "")
