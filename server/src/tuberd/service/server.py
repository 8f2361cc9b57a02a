"""The server: a registry on a port. It makes the compiled core's server.

It puts the parts together and owns their life; it must never decide what a peer may reach (`reach`)
nor touch a socket (the core).
"""

from __future__ import annotations

import atexit
import os
import re
import secrets
import socket
import threading
from collections.abc import Mapping, Sequence
from mimetypes import MimeTypes
from time import monotonic
from typing import Any, Final
from weakref import WeakSet

from tuber.codec.json import JsonCodec
from tuber.protocol import DEFAULT_PORT
from tuberd._core import CborCodec
from tuberd._core import Server as CoreServer
from tuberd.exposure.policy import Reach
from tuberd.served import call_warnings
from tuberd.served.core_callbacks import make_face
from tuberd.served.descriptions import Describer
from tuberd.served.registry import TuberRegistry
from tuberd.service import stderr
from tuberd.service.limits import Limits
from tuberd.service.logs import LogOptions
from tuberd.service.signals import heard, tell
from tuberd.service.systemd import notify
from tuberd.service.tokens import Token

__all__ = ["UDS_MODE", "Server", "run", "serve_until_signalled"]

# Seconds that running calls are given to finish when a server stops, and when the interpreter
# exits with servers alive (nobody asked for that and nobody sees why it takes long).
GRACE: Final = 30.0
GRACE_AT_EXIT: Final = 5.0

# The permissions of a unix socket: whoever may connect drives the instrument, so its owner only.
UDS_MODE: Final = 0o600

# Seconds between looks for signals and for the end of the grace: Python runs signal handlers in
# the main thread only, and only between two calls into C.
_LOOK_EVERY: Final = 0.1


class Server:
    """Serves the objects of a registry over HTTP (PROTOCOL.md).

    It listens once it is made, so that `port` is known and clients may connect, and answers while
    `serve` runs.

    Args:
        registry: the objects by name.
        json_module: the JSON library, 'orjson', 'msgspec' or 'json'; None takes the best installed.
        port: 0 takes any free one.
        webroot: a directory of static files to serve beside the objects.
        max_age: seconds for which browsers may keep static files.
        validate: describe all objects now, and refuse to serve if something can't be described.
        bind: the address to listen on; empty: all of this machine.
        uds: the path of a unix socket to listen on instead; `port` and ``bind`` are not used then.
        uds_mode: the permissions of its file: who may not write to it can't connect.
        inherited_socket: a descriptor that listens already, to be used instead of a port.
        expose_private: see `Reach`.
        allow_hosts: further names by which browsers may call this machine (PROTOCOL.md section 8).
        allow_origins: origins whose pages may call, as browsers write them: ``https://lab.example``.
        tokens: what clients have to show; none: everybody who reaches the server may control.
        read_only: nobody may do more than read: properties, descriptions, and methods marked with
            `readonly`.
        grace: seconds that running calls are given to finish when the server stops.
        limits: what the server bears of its peers.
        log: what it tells on stderr.

    Attributes:
        uds: the absolute path of the unix socket; None when it listens on a port.

    Raises:
        OSError: can't listen there, or the webroot is no directory.
        ImportError: the JSON library is not installed.
        TypeError, ValueError: the registry, or another argument, can't be served.
    """

    def __init__(
        self,
        registry: Mapping[str, Any],
        json_module: str | None = None,
        port: int = DEFAULT_PORT,
        webroot: str | os.PathLike[str] | None = None,
        max_age: int = 3600,
        validate: bool = False,
        *,
        bind: str = "",
        uds: str | os.PathLike[str] | None = None,
        uds_mode: int = UDS_MODE,
        inherited_socket: int | None = None,
        expose_private: bool = False,
        allow_hosts: Sequence[str] = (),
        allow_origins: Sequence[str] = (),
        grace: float = GRACE,
        tokens: Sequence[Token] = (),
        read_only: bool = False,
        limits: Limits | None = None,
        log: LogOptions | None = None,
    ) -> None:
        objects = registry if isinstance(registry, TuberRegistry) else TuberRegistry(registry)
        reach = Reach(expose_private=expose_private)
        codec = JsonCodec(json_module)
        describer = Describer(objects, reach, codec.encode, CborCodec().encode)
        if validate:
            describer.validate()
        call_warnings.install()
        self._grace = grace
        self._served = threading.Lock()  # taken by serve() and never given back
        self._end: float | None = None  # when running calls are no longer waited for
        self.uds = None if uds is None else os.path.abspath(uds)
        self._core = CoreServer(
            face=make_face(objects, reach, describer),
            json=codec,
            bind=bind,
            port=_checked("port", port, 65535),
            uds=None if self.uds is None else os.fsencode(self.uds),
            uds_mode=_checked("uds_mode", uds_mode, 0o777),
            inherited_socket=inherited_socket,
            run_id=secrets.token_hex(16),
            webroot=_directory(webroot),
            max_age=_checked("max_age", max_age, 2**31 - 1),
            media_types=dict(MimeTypes().types_map[True]),
            allowed_hosts=[socket.gethostname(), socket.getfqdn(), *allow_hosts],
            allowed_origins=[_origin(each) for each in allow_origins],
            tokens=_told(tokens),
            read_only=read_only,
            limits=(limits or Limits()).to_map(),
            log=log or LogOptions(),
        )
        _live.add(self)

    @property
    def port(self) -> int:
        """The port that the server listens on; 0 when it is a unix socket."""
        return int(self._core.port)

    @property
    def place(self) -> str:
        """Where the server listens, in the words of its ready line: ``port N``, ``unix:PATH``."""
        if self.uds is not None:
            return f"unix:{self.uds}"
        return f"port {self.port}" if self.port else "a unix socket"

    def serve(self) -> None:
        """Answer requests until `stop` is called, or Ctrl-C pressed; once in a server's life.

        When it returns, the calls that were running have finished, or the grace is over.
        """
        if not self._served.acquire(blocking=False):
            raise RuntimeError("a Server serves once; make another one")
        if self._end is not None:
            return
        try:
            self._core.start()
            self._wait()
        except KeyboardInterrupt:
            self.stop()
            self._wait()

    def stop(self, grace: float | None = None) -> None:
        """Stop accepting, let running calls finish, and let `serve` return; does not wait.

        May be called from any thread, from a signal handler, before `serve`, and again.

        Args:
            grace: seconds from now on, instead of those the server was made with.
        """
        self._end = monotonic() + (self._grace if grace is None else grace)
        self._core.request_stop()

    def _wait(self) -> None:
        while not self._core.wait(_LOOK_EVERY):
            if self._end is not None and monotonic() >= self._end:
                return self._core.give_up()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} on {self.place}>"


def run(registry: Mapping[str, Any], *args: Any, **options: Any) -> None:
    """Serve a registry until SIGINT or SIGTERM; the arguments are those of `Server`."""
    serve_until_signalled(Server(registry, *args, **options))


def serve_until_signalled(server: Server, *, ends_process: bool = False) -> None:
    """Say on stdout where the server is, and serve until SIGINT, SIGTERM or `Server.stop`.

    Args:
        server: the server; signals are heard in the main thread only.
        ends_process: end the process, with exit code 0, when it was told to stop and has not
            ended by itself within the server's grace and a second: a method that holds the GIL, or
            threads that methods have left, would keep it. The second signal does not wait for the
            grace.
    """

    def stop(again: bool) -> None:
        notify("STOPPING=1")
        server.stop(grace=0.0 if again else None)
        running = server._core.counts()["calls"]
        if running and not again:
            say(
                f"Stopping; calls that run: {running}; they have {server._grace:g} s to finish,"
                " a second signal stops at once"
            )

    with stderr.copied() as say, heard(stop, to_the_end=ends_process):
        if ends_process:
            tell(server._core.end_process_when_told(server._grace))
        print(f"Serving on {server.place}", flush=True)
        notify("READY=1")
        server.serve()


def _checked(name: str, value: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{name} must be an integer from 0 to {most}; came {value!r}")
    return value


def _told(tokens: Sequence[Token]) -> list[tuple[str, bool]]:
    """Tokens as the core takes them; what is none is not repeated."""
    for each in tokens:
        if not isinstance(each, Token):
            raise TypeError(
                f"expected tokens to be a list of tuberd.Token; one is {type(each).__name__}"
            )
    return [(each.text, each.may_control) for each in tokens]


def _origin(text: str) -> str:
    """An origin as browsers write it (RFC 6454 section 6.2): only what is equal is allowed."""
    if not re.fullmatch(r"https?://[a-z0-9.\-_\[\]:]+", text):
        raise ValueError(
            f"an origin must be like https://lab.example or http://lab.example:8080, in lower case "
            f"and without a path; came {text!r}"
        )
    return text


def _directory(webroot: str | os.PathLike[str] | None) -> str | None:
    if webroot is None:
        return None
    path = os.path.abspath(webroot)
    if not os.path.isdir(path):
        raise NotADirectoryError(f"the webroot {os.fspath(webroot)!r} is not a directory")
    return path


_live: Final[WeakSet[Server]] = WeakSet()
# A forked child has none of the core's threads, and must not wait for them when it exits.
os.register_at_fork(after_in_child=_live.clear)


@atexit.register
def _stop_all() -> None:
    """Let no thread of the core run into an interpreter that is going away."""
    servers = list(_live)
    for server in servers:
        server.stop(grace=GRACE_AT_EXIT)
    for server in servers:
        server._wait()
