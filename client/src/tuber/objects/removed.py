"""The link of a remote object that its server no longer has."""

from __future__ import annotations

from typing import Any, NoReturn

from tuber.errors import TuberStateError
from tuber.session.session import Link, Session


class RemovedObjectLink:
    """Replaces the link of a removed object, so that methods handed out earlier fail too.

    Args:
        link: the link to use again when the object is found again.
        text: the message of the error that every use raises.
    """

    def __init__(self, link: Any, text: str) -> None:
        self.link: Link = link
        self._text = text

    @property
    def session(self) -> Session:
        """The session of the link."""
        return self.link.session

    def fail(self) -> NoReturn:
        """Raise a new exception with each use, because each has its own traceback."""
        raise TuberStateError(self._text)

    def run(self, conversation: Any) -> Any:
        """Raise; nothing is sent."""
        conversation.close()
        self.fail()

    start = run

    def varied(self, *options: Any, **more: Any) -> RemovedObjectLink:
        """Return this link: it fails under any options."""
        return self

    def close(self) -> Any:
        """Close what the link itself keeps open."""
        return self.link.close()  # type: ignore[attr-defined]  # each shell's link has it

    def __reduce__(self) -> tuple[Any, ...]:
        return RemovedObjectLink, (self.link, self._text)
