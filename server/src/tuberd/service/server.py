"""The server: a registry on a port or a Unix socket.

It assembles the parts and starts and stops the compiled core. It must never decide what a peer may
reach (`ExposurePolicy`), nor touch a socket (the core).
"""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import re
import secrets
import socket
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from mimetypes import MimeTypes
from typing import Any, Final

from tuber.protocol import DEFAULT_PORT
from tuberd._core import (
    CborCodec,
    json_functions,
    monotonic,
    name_calls_at_fatal_signals,
)
from tuberd._core import Server as CoreServer
from tuberd.exposure.policy import ExposurePolicy
from tuberd.served.arguments import ArgumentConverter
from tuberd.served.core_callbacks import make_callbacks
from tuberd.served.descriptions import Describer
from tuberd.served.registry import TuberRegistry
from tuberd.service.limits import Limits
from tuberd.service.logs import LogOptions, print_line, stderr_writer
from tuberd.service.process import handle_stop_signals, install_hooks, live_servers, send_signals
from tuberd.service.systemd import notify
from tuberd.service.tokens import Token

__all__ = ["GRACE", "UDS_MODE", "Server", "run", "serve_until_stopped"]

# The libraries that earlier versions could use.
JSON_MODULES: Final = ("orjson", "msgspec", "json")

_log: Final = logging.getLogger("tuberd")

# Seconds for running calls to finish when a server stops.
GRACE: Final = 30.0

# The permissions of a Unix socket. Every user who may connect controls the instrument.
UDS_MODE: Final = 0o600

# Seconds between two checks for signals and for the end of the grace: Python runs signal handlers
# in the main thread only, and only between two calls into C.
_POLL_INTERVAL: Final = 0.1


class Server:
    """Serve the objects of a registry over HTTP (PROTOCOL.md).

    The server listens as soon as it is created, so `port` is known and clients may connect. It
    answers while `serve` runs.

    Args:
        registry: the objects by name.
        json_module: has no effect: 'orjson', 'msgspec' and 'json' are accepted because earlier
            versions could use these libraries.
        port: the TCP port; 0 chooses a free one.
        webroot: a directory of static files to serve as well.
        max_age: seconds for which browsers may cache static files.
        validate: describe all objects now, and raise ValueError if that fails.
        bind: the address to listen on; empty for all addresses of this machine.
        uds: the path of a Unix socket to listen on, instead of ``bind`` and ``port``.
        uds_mode: the permissions of the Unix socket; clients need write permission.
        inherited_socket: the descriptor of a listening socket to use instead of opening one.
        expose_private: also serve names with one leading underscore, as before 1.0.
        live: make all properties live, as if each were marked with `live`.
        allow_hosts: more host names that browsers may use for this machine (PROTOCOL.md section 8).
        allow_origins: origins whose pages may send requests, written as browsers do:
            ``https://lab.example``.
        grace: seconds for running calls to finish when the server stops.
        tokens: the tokens that clients must present; if empty, every client has full control.
        read_only: give all clients read-only access: descriptions, reading properties, and methods
            marked with `readonly`.
        limits: the limits for clients; None takes the defaults.
        log: what to log on stderr; None takes the defaults.

    Attributes:
        uds: the absolute path of the Unix socket; None without one.

    Raises:
        OSError: The server can't listen there, or the webroot is not a directory.
        TypeError, ValueError: The registry can't be served, or another argument is wrong.
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
        live: bool = False,
        allow_hosts: Sequence[str] = (),
        allow_origins: Sequence[str] = (),
        grace: float = GRACE,
        tokens: Sequence[Token] = (),
        read_only: bool = False,
        limits: Limits | None = None,
        log: LogOptions | None = None,
    ) -> None:
        objects = registry if isinstance(registry, TuberRegistry) else TuberRegistry(registry)
        policy = ExposurePolicy(
            expose_private=expose_private, live=live, arguments=ArgumentConverter()
        )
        _check_json_module(json_module)
        encode_json = json_functions(False)[0]
        describer = Describer(objects, policy, encode_json, CborCodec().encode)
        if validate:
            describer.validate()
        install_hooks()
        self._objects, self._bind = objects, _bind_address(bind)
        self._requires_token, self._log = bool(tokens), log or LogOptions()
        self._grace = grace
        self._served = threading.Lock()  # taken by serve() and never released
        self._end: float | None = None  # when to stop waiting for running calls
        self.uds = None if uds is None else os.path.abspath(uds)
        self._core = CoreServer(
            callbacks=make_callbacks(objects, policy, describer),
            bind=self._bind,
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
            tokens=_token_pairs(tokens),
            read_only=read_only,
            limits=(limits or Limits()).to_map(),
            log=self._log,
        )
        live_servers.add(self)

    @property
    def port(self) -> int:
        """The port on which the server listens; 0 for a Unix socket."""
        return int(self._core.port)

    @property
    def place(self) -> str:
        """Where the server listens, as in its ready line: ``port N`` or ``unix:PATH``."""
        if self.uds is not None:
            return f"unix:{self.uds}"
        return f"port {self.port}" if self.port else "a unix socket"

    def serve(self, handle_sigint: bool | None = None) -> None:
        """Answer requests until `stop` is called or Ctrl-C is pressed.

        When this returns, all running calls have finished, or the grace is over.

        Args:
            handle_sigint: False raises KeyboardInterrupt at the end after Ctrl-C, for a program
                that stops more than the server. Otherwise Ctrl-C only makes this return.

        Raises:
            RuntimeError: ``serve`` was called before.
        """
        if not self._served.acquire(blocking=False):
            raise RuntimeError("a Server serves only once; create another one")
        if self._end is not None:
            return
        try:
            self._core.start()
            self._wait()
        except KeyboardInterrupt:
            self.stop()
            self._wait()
            if handle_sigint is False:
                raise

    def stop(self, grace: float | None = None) -> None:
        """Stop accepting calls, let running calls finish, and let `serve` return; does not wait.

        You may call this from any thread or signal handler, before `serve`, and repeatedly.

        Args:
            grace: seconds from now for running calls to finish, instead of the server's own.
        """
        self._end = monotonic() + (self._grace if grace is None else grace)
        self._core.request_stop()

    def _wait(self) -> None:
        while not self._core.wait(_POLL_INTERVAL):
            if self._end is not None and monotonic() >= self._end:
                return self._core.abandon()

    def _started_line(self) -> str:
        """Return the line for the start: what is served, where, and whether a token is needed."""
        count = len(self._objects)
        objects = "1 object" if count == 1 else f"{count} objects"
        address = self._bind if ":" not in self._bind else f"[{self._bind}]"
        if not self.port:
            where = self.place
        elif address:
            where = f"http://{address}:{self.port}"
        else:
            name = socket.gethostname()
            where = f"http://{name}:{self.port} and every other address of this machine"
        token = (
            "a token is required"
            if self._requires_token
            else "no token is required: every client that can connect can call every method"
        )
        text = f"Serving {objects} at {where}; {token}"
        if self._log.format == "json":
            now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
            return json.dumps({"time": now, "event": "serving", "message": text})
        return f"tuberd: {text}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} on {self.place}>"


def run(registry: Mapping[str, Any], *args: Any, **options: Any) -> None:
    """Serve a registry until SIGINT, SIGTERM or SIGHUP.

    Args:
        registry: the objects by name.
        args: further arguments of `Server`.
        options: keyword arguments of `Server`.
    """
    serve_until_stopped(Server(registry, *args, **options))


def serve_until_stopped(server: Server, *, ends_process: bool = False) -> None:
    """Print where the server listens, and serve until SIGINT, SIGTERM, SIGHUP or `Server.stop`.

    Args:
        server: the server; signals have an effect only if this runs in the main thread.
        ends_process: end the process, with exit code 0, if it has not ended by itself one second
            after the grace, or soon after a second signal. A method that holds the GIL, or threads
            that methods have started, could keep it alive.
    """

    def stop(again: bool) -> None:
        notify("STOPPING=1")
        server.stop(grace=0.0 if again else None)
        running = server._core.counts()["calls"]
        if running and not again:
            calls = "1 running call" if running == 1 else f"{running} running calls"
            write_line(
                f"Waiting up to {server._grace:g} s for {calls}. Press Ctrl-C again to stop now."
            )

    name_calls_at_fatal_signals(over_handlers=faulthandler.is_enabled())
    with (
        stderr_writer() as write_line,
        handle_stop_signals(stop, until_exit=ends_process) as numbers,
    ):
        if ends_process:
            send_signals(server._core.watch_signals(numbers, server._grace))
        print_line(f"Serving on {server.place}")
        write_line(server._started_line())
        notify("READY=1")
        server.serve()


def _check_json_module(name: str | None) -> None:
    if name is None:
        return
    if name not in JSON_MODULES:
        known = ", ".join(JSON_MODULES)
        raise ValueError(f"expected a JSON library out of {known}; got {name!r}")
    _log.warning("the JSON library %r has no effect: the server has a JSON codec of its own", name)


def _checked(name: str, value: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{name} must be an integer from 0 to {most}; got {value!r}")
    return value


def _bind_address(text: str) -> str:
    """Return a host name or an IP address, without the brackets of a URL."""
    if match := re.fullmatch(r"\[([0-9A-Fa-f:.]+(?:%[^\[\]]+)?)\]", text):
        text = match.group(1)
    if match := re.fullmatch(r"(\[[^\]]*\]|[^:]*):([0-9]+)", text):
        address, port = match.groups()
        raise ValueError(
            f"the address to listen on has no port: write --bind {address or '::'} and -p {port}"
            f" (bind= and port= in a program); got {text!r}"
        )
    if re.match("fe[89ab][0-9a-f]:", text, re.IGNORECASE) and "%" not in text:
        raise ValueError(
            f"a link-local address needs the zone of an interface: {text}%eth0; got {text!r}"
        )
    return text


def _token_pairs(tokens: Sequence[Token]) -> list[tuple[str, bool]]:
    for each in tokens:
        if not isinstance(each, Token):  # the message must not contain it
            raise TypeError(
                f"expected tokens to be a list of tuberd.Token; got a {type(each).__name__}"
            )
    return [(each.text, each.may_control) for each in tokens]


def _origin(text: str) -> str:
    """Check an origin: it is compared as browsers write it (RFC 6454 section 6.2)."""
    if not re.fullmatch(r"https?://[a-z0-9.\-_\[\]:]+", text):
        raise ValueError(
            "an origin must be like https://lab.example or http://lab.example:8080, in lower case"
            f" and without a path; got {text!r}"
        )
    return text


def _directory(webroot: str | os.PathLike[str] | None) -> str | None:
    if webroot is None:
        return None
    path = os.path.abspath(webroot)
    if not os.path.isdir(path):
        raise NotADirectoryError(f"the webroot {os.fspath(webroot)!r} is not a directory")
    return path
