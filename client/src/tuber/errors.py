"""Every exception that tuber raises on its own account, and how a remote one is raised here.

    TuberError
    ├── TuberNetworkError (OSError)                          the call did not get through
    │   ├── TuberNameNotFound (socket.gaierror)              the host's name has no address
    │   ├── TuberUnreachable                                 no way through the network to it
    │   ├── TuberConnectionRefused (ConnectionRefusedError)  nobody listens there
    │   ├── TuberConnectionLost (ConnectionError)            the connection ended before the reply
    │   └── TuberTimeout (TimeoutError)                      no reply in time
    │       └── TuberConnectTimeout                          not even a connection in time
    ├── TuberProtocolError                                   the peer's reply is not understandable
    ├── TuberStateError                                      an operation in the wrong state
    └── TuberRemoteError                                     the call failed at the server
        └── TuberRemoteKeyError (KeyError) ...               made as needed, by remote_error()

    UserWarning
    ├── TuberRemoteWarning                                   a warning raised during a call
    └── TuberRestartWarning                                  the server was restarted

Programs read attributes, people read the message. This module imports nothing of tuber.
"""

from __future__ import annotations

import builtins
import re
import socket
from typing import Any, Final

__all__ = [
    "RemoteTraceback",
    "TuberConnectTimeout",
    "TuberConnectionLost",
    "TuberConnectionRefused",
    "TuberError",
    "TuberNameNotFound",
    "TuberNetworkError",
    "TuberProtocolError",
    "TuberRemoteError",
    "TuberRemoteWarning",
    "TuberRestartWarning",
    "TuberStateError",
    "TuberTimeout",
    "TuberUnreachable",
    "remote_error",
]


class TuberError(Exception):
    """The base of every exception that tuber raises."""


class TuberNetworkError(TuberError, OSError):
    """A call did not get through, or its reply did not come back.

    Attributes:
        may_have_run: True when the server may have run the call all the same. False means that it
            can't have, and that sending it again is safe.
        errno: the system's number of the fault, as OSError has it; None when it named none.
    """

    def __init__(
        self, message: str, *, may_have_run: bool = False, errno: int | None = None
    ) -> None:
        super().__init__(message)
        self.may_have_run = may_have_run
        self.errno = errno

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args[0]), {**self.__dict__, "errno": self.errno}


class TuberNameNotFound(TuberNetworkError, socket.gaierror):
    """The host's name has no address; ``errno`` is one of ``socket.EAI_*``."""


class TuberUnreachable(TuberNetworkError):
    """The network has no way to the host; ``errno`` is EHOSTUNREACH, ENETUNREACH or alike."""


class TuberConnectionRefused(TuberNetworkError, ConnectionRefusedError):
    """Nobody listens at the address."""


class TuberConnectionLost(TuberNetworkError, ConnectionError):
    """The connection ended before the reply had come."""


class TuberTimeout(TuberNetworkError, TimeoutError):
    """The caller's time-out passed, or the peer vanished from the network."""


class TuberConnectTimeout(TuberTimeout):
    """There was no connection in time, so nothing was sent."""


class TuberProtocolError(TuberError):
    """The peer answered with something that is not a reply of the tuber protocol.

    Attributes:
        status: the HTTP status when the peer answered with one other than 200.
        media_type: what the peer's answer called itself when no codec reads it: ``text/html``.
        location: where the peer redirects to; never followed.
        may_have_run: as in TuberNetworkError.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        media_type: str | None = None,
        location: str | None = None,
        may_have_run: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.media_type = media_type
        self.location = location
        self.may_have_run = may_have_run

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args[0]), dict(self.__dict__)


class TuberStateError(TuberError):
    """An operation that makes no sense in the state that the object is in."""


class TuberRemoteError(TuberError):
    """A call reached the server and failed there.

    When the remote class is one of Python's builtin exceptions the object raised is an instance of
    that class too, so ``except KeyError`` works as it does for a local object.

    Attributes:
        type_name: the remote class: ``KeyError``, ``package.module.Class``; None when not told.
        remote_traceback: the server's traceback as text; None when it sent none.
    """

    def __init__(
        self, message: str, type_name: str | None = None, remote_traceback: str | None = None
    ) -> None:
        # Not super().__init__: the builtin beside us may demand others (UnicodeDecodeError).
        Exception.__init__(self, message)
        self.args = (message,)
        if isinstance(self, SyntaxError):
            self.msg = message  # what a printed traceback shows of it
        self.type_name = type_name
        self.remote_traceback = remote_traceback

    def __str__(self) -> str:
        # KeyError would quote it, OSError and UnicodeError would look for what is not there.
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        arguments = (self.args[0], self.type_name, self.remote_traceback)
        return _rebuild_remote, arguments, dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any] | None) -> None:
        """Unpickle: ``__cause__`` does not travel, the notes do."""
        self.__dict__.update(state or {})
        _show_notes(self)


class RemoteTraceback(Exception):
    """Not raised: before Python 3.11 the cause of a TuberRemoteError, where its notes are shown."""

    def __init__(self, text: str) -> None:
        super().__init__(text)

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


class TuberRemoteWarning(UserWarning):
    """A warning that was raised at the server during a call, shown again at the caller's line."""


class TuberRestartWarning(UserWarning):
    """The server was restarted since it was last heard: what it had in memory is gone.

    What is known of its objects was read again before this is shown, or the text says that it
    could not be.
    """


def remote_error(
    message: str,
    type_name: str | None = None,
    remote_traceback: str | None = None,
    called: str | None = None,
) -> TuberRemoteError:
    """The exception that stands here for one raised at the server.

    Args:
        message: the failure's message; from servers before 1.0 the text of a traceback.
        type_name: the failure's type; None from servers before 1.0.
        remote_traceback: the failure's traceback.
        called: what was called, for the reader: ``Board.read() at http://board/tuber``.
    """
    if type_name is None:
        if message.startswith(_TRACEBACK):
            remote_traceback = message
        message, type_name = _end_of_traceback(message)
    error = _rebuild_remote(message, type_name, remote_traceback)
    note = f"raised at the server by {called}" if called else ""
    if remote_traceback:
        note = f"{note}\n{remote_traceback.rstrip()}".lstrip("\n")
    if note:
        # As add_note() does, which came with Python 3.11; before, tools that know notes see them.
        error.__dict__["__notes__"] = [note]
        _show_notes(error)
    return error


_NOTES_ARE_PRINTED: Final = hasattr(BaseException, "add_note")  # with tracebacks, Python 3.11


def _show_notes(error: TuberRemoteError) -> None:
    """Where Python does not print notes, make them the printed cause of the error."""
    notes = getattr(error, "__notes__", None)
    if notes and not _NOTES_ARE_PRINTED:
        error.__cause__ = RemoteTraceback("\n".join(notes))


_TRACEBACK: Final = "Traceback (most recent call last):"
_CLASS_AND_TEXT: Final = re.compile(r"([A-Za-z_][\w.]*)(?:: |$)")

# StopIteration and StopAsyncIteration would end the caller's loop in silence, or turn into a
# RuntimeError inside a generator; an ExceptionGroup can't exist without its exceptions.
_NEVER_RAISED_AS: Final = frozenset({"StopIteration", "StopAsyncIteration", "ExceptionGroup"})

_classes: dict[str, type[TuberRemoteError]] = {}


def _class_for(type_name: str | None) -> type[TuberRemoteError]:
    """TuberRemoteError, joined with the builtin exception of that name if there is one.

    Only subclasses of Exception are joined: a remote SystemExit or KeyboardInterrupt must not end
    the caller's program.
    """
    if type_name is None:
        return TuberRemoteError
    known = _classes.get(type_name)
    if known is not None:
        return known
    builtin = getattr(builtins, type_name, None)
    if not (
        isinstance(builtin, type)
        and issubclass(builtin, Exception)
        and builtin.__name__ == type_name  # not an alias such as IOError
        and type_name not in _NEVER_RAISED_AS
    ):
        return TuberRemoteError
    made = type(
        f"TuberRemote{type_name}",
        (TuberRemoteError, builtin),
        {"__module__": __name__, "__doc__": f"A call failed at the server with {type_name}."},
    )
    return _classes.setdefault(type_name, made)


def _end_of_traceback(text: str) -> tuple[str, str | None]:
    """The exception's text at the end of a traceback, and its class when that is a builtin one."""
    lines = text.rstrip().split("\n")
    start = len(lines) - 1
    while start > 0 and not lines[start - 1].startswith("  "):
        start -= 1
    message = "\n".join(lines[start:])
    match = _CLASS_AND_TEXT.match(message)
    type_name = match.group(1) if match else None
    return message, type_name if _class_for(type_name) is not TuberRemoteError else None


def _rebuild(error_class: type[TuberError], message: str) -> TuberError:
    """Unpickle; the attributes follow as state."""
    return error_class(message)


def _rebuild_remote(
    message: str, type_name: str | None, remote_traceback: str | None
) -> TuberRemoteError:
    """Make or unpickle; the class is found by its name, for it can't be imported."""
    return _class_for(type_name)(message, type_name, remote_traceback)
