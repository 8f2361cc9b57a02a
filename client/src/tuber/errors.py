"""The exceptions and warnings of tuber, and how exceptions of the server are raised here.

::

    TuberError
    ├── TuberNetworkError (OSError)                          the call or its reply did not arrive
    │   ├── TuberNameNotFound (socket.gaierror)              the host name has no address
    │   ├── TuberUnreachable                                 the network has no route to the host
    │   ├── TuberConnectionRefused (ConnectionRefusedError)  no program listens there
    │   ├── TuberConnectionLost (ConnectionError)            the connection ended before the reply
    │   └── TuberTimeout (TimeoutError)                      no reply in time
    │       └── TuberConnectTimeout                          no connection in time
    ├── TuberProtocolError                                   the reply of the peer is malformed
    ├── TuberStateError                                      an operation in the wrong state
    └── TuberRemoteError                                     the call failed on the server
        └── TuberRemoteKeyError (KeyError) ...               made as needed, by remote_classes

    UserWarning
    ├── TuberRemoteWarning                                   a warning raised during a call
    └── TuberRestartWarning                                  the server was restarted

Programs read attributes, people read the message.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tuber.remote_classes import adopt_members, combined_class, new_instance

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
    """The call did not reach the server, or its reply did not arrive.

    Attributes:
        may_have_run: whether the server may have run the call. If False, it is safe to call again.
        errno: the error number of the system, as in ``OSError``; None if there is none.
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
    """The host name has no address; ``errno`` is one of ``socket.EAI_*``."""


class TuberUnreachable(TuberNetworkError):
    """The network has no route to the host; ``errno`` is EHOSTUNREACH, ENETUNREACH or similar."""


class TuberConnectionRefused(TuberNetworkError, ConnectionRefusedError):
    """No program listens at the address."""


class TuberConnectionLost(TuberNetworkError, ConnectionError):
    """The connection closed before the complete reply arrived."""


class TuberTimeout(TuberNetworkError, TimeoutError):
    """The timeout passed, or the peer vanished from the network."""


class TuberConnectTimeout(TuberTimeout):
    """No connection could be made in time, so nothing was sent."""


class TuberProtocolError(TuberError):
    """The peer answered with something other than a reply of the tuber protocol.

    Attributes:
        status: the HTTP status if it is not 200, else None.
        media_type: the media type of the reply if there is no codec for it: ``text/html``.
        location: the target of a redirect, which is never followed.
        may_have_run: as in ``TuberNetworkError``.
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
    """The operation is not possible in the object's current state."""


class TuberRemoteError(TuberError):
    """The call reached the server and failed there.

    If the remote class is a builtin exception of Python or a subclass of one, the exception raised
    here is an instance of that class too, so ``except KeyError`` works as for a local object. It
    has the ``args``, the notes and the public attributes of the remote one that are plain values,
    such as ``errno``. ``tuber.register_error`` has a class of yours raised.

    Attributes:
        type_name: the remote class: ``KeyError``, ``package.module.Class``; None if unknown.
        remote_traceback: the traceback of the server as text; None if it sent none.
    """

    # The bases, args and attributes from the server, to make a copy with.
    _members: tuple[Sequence[str], Iterable[Any] | None, Mapping[str, Any]] = ((), None, {})

    def __init__(
        self, message: str, type_name: str | None = None, remote_traceback: str | None = None
    ) -> None:
        # Not super().__init__: the builtin base may need other arguments (UnicodeDecodeError).
        Exception.__init__(self, message)
        self.args = (message,)
        if isinstance(self, SyntaxError):
            self.msg = message  # shown in a printed traceback
        self._message = message
        self.type_name = type_name
        self.remote_traceback = remote_traceback

    def __str__(self) -> str:
        # KeyError would quote it; OSError and UnicodeError would look for missing attributes.
        return str(self._message)

    def __reduce__(self) -> tuple[Any, ...]:
        arguments = (self._message, self.type_name, self.remote_traceback, self._members)
        return _rebuild_remote, arguments, dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any] | None) -> None:
        """Unpickle the notes, and make a new ``__cause__`` of them if needed."""
        self.__dict__.update(state or {})
        _show_notes(self)


class RemoteTraceback(Exception):
    """The cause of a TuberRemoteError before Python 3.11: shows its notes. Never raised."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


class TuberRemoteWarning(UserWarning):
    """A warning raised on the server during a call, shown again at the line of the caller."""


class TuberRestartWarning(UserWarning):
    """The server was restarted since its last reply, so its objects are new.

    Their descriptions were read again before the warning, unless its text says otherwise.
    """


def remote_error(
    message: str,
    type_name: str | None = None,
    remote_traceback: str | None = None,
    called: str | None = None,
    *,
    bases: Sequence[str] = (),
    args: Iterable[Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> TuberRemoteError:
    """Create the local exception for one that was raised on the server.

    Args:
        message: the message of the failure; from servers before 1.0, the text of a traceback.
        type_name: the type of the failure; None from servers before 1.0.
        remote_traceback: the traceback of the failure.
        called: the call, for messages: ``Board.read() at http://board/tuber``.
        bases, args, attributes, notes: of the failure; None or empty from servers before 1.0.
    """
    if type_name is None:
        if message.startswith(_TRACEBACK):
            remote_traceback = message
        message, type_name = _end_of_traceback(message)
    members = (tuple(bases), None if args is None else tuple(args), dict(attributes or {}))
    error = _rebuild_remote(message, type_name, remote_traceback, members)
    note = f"raised on the server by {called}" if called else ""
    if remote_traceback:
        shown = remote_traceback.rstrip()
        if notes:  # which Python 3.11 prints as a part of the traceback
            shown = shown.removesuffix("\n".join(notes)).rstrip()
        note = f"{note}\n{shown}".lstrip("\n")
    if note or notes:
        # Do the same as add_note() of Python 3.11. Some tools show notes in older versions too.
        error.__dict__["__notes__"] = [*notes, note] if note else [*notes]
        _show_notes(error)
    return error


_NOTES_ARE_PRINTED: Final = hasattr(BaseException, "add_note")  # with tracebacks, Python 3.11


def _show_notes(error: TuberRemoteError) -> None:
    """If Python does not print notes, make them the printed cause of the error."""
    notes = getattr(error, "__notes__", None)
    if notes and not _NOTES_ARE_PRINTED:
        error.__cause__ = RemoteTraceback("\n".join(notes))


_TRACEBACK: Final = "Traceback (most recent call last):"
_CLASS_AND_TEXT: Final = re.compile(r"([A-Za-z_][\w.]*)(?:: |$)")


def _end_of_traceback(text: str) -> tuple[str, str | None]:
    """Return the text at the end of a traceback, and the class if that is a builtin one."""
    lines = text.rstrip().split("\n")
    start = len(lines) - 1
    while start > 0 and not lines[start - 1].startswith("  "):
        start -= 1
    message = "\n".join(lines[start:])
    match = _CLASS_AND_TEXT.match(message)
    type_name = match.group(1) if match else None
    known = type_name and combined_class(TuberRemoteError, (type_name,)) is not TuberRemoteError
    return message, type_name if known else None


def _rebuild(error_class: type[TuberError], message: str) -> TuberError:
    """Unpickle an error, whose attributes are in the state."""
    return error_class(message)


def _rebuild_remote(
    message: str,
    type_name: str | None,
    remote_traceback: str | None,
    members: tuple[Sequence[str], Iterable[Any] | None, Mapping[str, Any]],
) -> TuberRemoteError:
    """Make or unpickle; the class is found by its names, because it cannot be imported."""
    bases, args, attributes = members
    names = bases if type_name is None else (type_name, *bases)
    error: TuberRemoteError = new_instance(combined_class(TuberRemoteError, names))
    TuberRemoteError.__init__(error, message, type_name, remote_traceback)
    if members != ((), None, {}):
        error._members = members
        adopt_members(error, args, attributes)
    return error
