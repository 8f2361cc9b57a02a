"""The link of a remote object that its server has no more: every use of it says so."""

from __future__ import annotations

from typing import Any, NoReturn

from tuber.errors import TuberStateError
from tuber.session.session import Link, Session


class VanishedLink:
    """Stands in place of a link, so that methods handed out earlier fail too.

    Args:
        link: the one to go on with, should the object be found again.
        text: says what happened and how to go on.
    """

    def __init__(self, link: Any, text: str) -> None:
        self.link: Link = link
        self._text = text

    @property
    def session(self) -> Session:
        """What could be said to the server."""
        return self.link.session

    def fail(self) -> NoReturn:
        """Raise what happened; a new exception each time, for each has its own traceback."""
        raise TuberStateError(self._text)

    def run(self, conversation: Any) -> Any:
        """Refuse it: nothing is sent."""
        conversation.close()
        self.fail()

    start = run

    def varied(self, *options: Any, **more: Any) -> VanishedLink:
        """Other options change nothing."""
        return self

    def close(self) -> Any:
        """Close what the link itself keeps open."""
        return self.link.close()  # type: ignore[attr-defined]  # each shell's link has it

    def __reduce__(self) -> tuple[Any, ...]:
        return VanishedLink, (self.link, self._text)
