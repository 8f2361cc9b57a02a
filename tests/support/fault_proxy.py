"""A TCP proxy between client and server that cuts, stalls and delays according to a plan.

It finds the end of a message (Content-Length, RFC 9112 section 6.3), so that it can act before and
after the server has the whole request.
"""

from __future__ import annotations

import enum
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

# Far longer than any step takes, so a test that would hang fails instead.
PATIENCE_SECONDS = 20.0
CHUNK_BYTES = 65536
REFUSING_SECONDS = 0.003
DELAY_SECONDS = 0.005
# Small, so that a big request does not fit into the kernel's buffers when it is cut.
RECEIVE_BUFFER_BYTES = 65536


class Stage(enum.Enum):
    """The point of an exchange at which a fault happens."""

    NONE = "nothing happens"
    NOT_LISTENING = "the connection is cut, and new ones are refused for a moment"
    ACCEPTED = "cut before the proxy reads a byte"
    IN_REQUEST = "cut in the middle of the request"
    BEFORE_SERVER = "cut after the complete request, before the server gets it"
    AFTER_SERVER = "cut after the server has the request, before it replies"
    BEFORE_REPLY = "cut after the server has replied, before the client gets a byte of it"
    IN_REPLY = "cut in the middle of the reply"
    WHEN_IDLE = "cut after the reply, between two calls on the same connection"
    STALL_BEFORE_SERVER = "the request is held until the client gives up, then forwarded"
    STALL_REPLY = "the reply is held until the client gives up"
    DELAY = "the reply is delayed by a few milliseconds"


@dataclass(frozen=True)
class Fault:
    """A fault in one exchange.

    Attributes:
        share: the part of the request or reply that is forwarded before a cut, 0 to 1.
        reset: whether the connection ends with a TCP reset instead of an orderly close.
    """

    stage: Stage = Stage.NONE
    share: float = 0.5
    reset: bool = False


Plan = Callable[[], Fault]


def seeded_plan(seed: int, stages: list[Stage]) -> Plan:
    """Return a plan with a random fault in about every second exchange, repeatable by its seed.

    A stage that is listed N times occurs in N of as many rounds, so each occurs soon.
    """
    drawn, lock, deck = random.Random(seed), threading.Lock(), list[Stage]()

    def deal() -> None:
        left = Counter(stages)
        while left:
            deck.extend(drawn.sample(sorted(left, key=lambda each: each.name), len(left)))
            left -= Counter(list(left))
        deck.reverse()

    def plan() -> Fault:
        with lock:
            if not deck:
                deal()
            stage = deck.pop() if drawn.random() < 0.5 else Stage.NONE
            return Fault(stage, drawn.random(), drawn.random() < 0.5)

    return plan


class FaultProxy:
    """A proxy that forwards connections to a server and applies the plan's fault to each exchange.

    Args:
        port: the port of the server, on the loopback.
        plan: called once for each exchange, also before the first byte of a new connection.

    Attributes:
        port, hostname: the address for clients.
        happened: how often each stage was reached.
    """

    def __init__(self, port: int, plan: Plan) -> None:
        self._server = ("127.0.0.1", port)
        self._plan = plan
        # Bound, but it never listens: it reserves the port while connections are refused.
        self._holder = socket.socket()
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.port: int = self._holder.getsockname()[1]
        self.hostname = f"127.0.0.1:{self.port}"
        self.happened: Counter[Stage] = Counter()
        self._lock = threading.Lock()
        self._listening = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._listen()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the proxy. When it returns, the server has answered all forwarded requests."""
        with self._listening:
            self._closed = True
            self._stop_listening()
        with self._lock:
            for client in self._open:
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), "a connection of the proxy did not end"
        self._holder.close()

    def _listen(self) -> None:
        self._listener = socket.create_server(
            ("127.0.0.1", self.port), backlog=256, reuse_port=True
        )
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self._acceptor = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._acceptor.start()

    def _stop_listening(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(PATIENCE_SECONDS)

    def _refuse_for_a_moment(self) -> None:
        with self._listening:
            if not self._closed:
                self._stop_listening()
                time.sleep(REFUSING_SECONDS)  # this is the fault
                self._listen()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.settimeout(PATIENCE_SECONDS)
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            with self._lock:
                self._open.add(client)
                self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with socket.create_connection(self._server, PATIENCE_SECONDS) as server:
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while self._exchange(client, server, self._plan()):
                    pass
        except OSError:  # the client or the server closed the connection, as expected
            pass
        finally:
            self._end(client)

    def _exchange(self, client: socket.socket, server: socket.socket, fault: Fault) -> bool:
        """Forward one request and its reply; return False if the connection has ended."""
        if self._cuts(fault, Stage.ACCEPTED, client) or self._cuts(
            fault, Stage.NOT_LISTENING, client
        ):
            if fault.stage is Stage.NOT_LISTENING:
                self._refuse_for_a_moment()
            return False
        if fault.stage is Stage.IN_REQUEST:
            _read_a_part(client, fault.share)
            return not self._cuts(fault, Stage.IN_REQUEST, client)
        request = _read_message(client)
        if not request or self._cuts(fault, Stage.BEFORE_SERVER, client):
            return False
        if fault.stage is Stage.STALL_BEFORE_SERVER:
            self._wait_until_gone(client, fault.stage)
        server.sendall(request)
        cut = self._cuts(fault, Stage.AFTER_SERVER, client)
        reply = _read_message(server)  # also after a cut, so that the call has run
        if cut or not reply or self._cuts(fault, Stage.BEFORE_REPLY, client):
            return False
        if fault.stage is Stage.STALL_REPLY:
            self._wait_until_gone(client, fault.stage)
        if fault.stage is Stage.DELAY:
            self._note(fault.stage)
            time.sleep(fault.share * DELAY_SECONDS)  # this is the fault
        if fault.stage is Stage.IN_REPLY:
            client.sendall(reply[: max(1, int(fault.share * len(reply)))])
            return not self._cuts(fault, Stage.IN_REPLY, client)
        client.sendall(reply)
        return not self._cuts(fault, Stage.WHEN_IDLE, client)

    def _cuts(self, fault: Fault, here: Stage, client: socket.socket) -> bool:
        """End the connection if the plan says so at this stage; return whether it did."""
        if fault.stage is not here:
            return False
        if fault.reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._end(client)
        self._note(here)  # last: tests wait for it
        return True

    def _end(self, client: socket.socket) -> None:
        with self._lock:
            self._open.discard(client)
            client.close()

    def _wait_until_gone(self, client: socket.socket, stage: Stage) -> None:
        """Wait until the client closes. It sends nothing while it waits for its reply."""
        self._note(stage)
        with suppress(OSError):
            client.recv(1)

    def _note(self, stage: Stage) -> None:
        with self._lock:
            self.happened[stage] += 1


def _read_message(sock: socket.socket) -> bytes:
    """Read a complete request or reply; return empty bytes if the peer closed before its end."""
    received, wanted = bytearray(), 1
    while len(received) < wanted:
        some = sock.recv(CHUNK_BYTES)
        if not some:
            return b""
        received += some
        end = received.find(b"\r\n\r\n") + 4
        wanted = len(received) + 1 if end < 4 else end + _content_length(received[:end])
    return bytes(received)


def _read_a_part(sock: socket.socket, share: float) -> None:
    """Read a part of a request, but never all of it."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and (some := sock.recv(1)):
        head += some
        if share < 0.2 and len(head) >= share * 500:  # within the head of about 100 bytes
            return
    left = int(share * _content_length(head))
    while left > 0 and (some := sock.recv(min(left, CHUNK_BYTES))):
        left -= len(some)


def _content_length(head: bytes | bytearray) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
