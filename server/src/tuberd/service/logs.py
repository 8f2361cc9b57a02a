"""What a server tells its operator on stderr. The lines themselves are written by the core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["FORMATS", "LEVELS", "LogOptions"]

LEVELS: Final = ("error", "warning", "info")
FORMATS: Final = ("text", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """How much is told, and how.

    Attributes:
        level: 'warning' tells requests that were refused, ten a second at most; 'info' also calls
            that failed; 'error' neither.
        format: 'text', or 'json' for one object a line.
        access: tell every answered request, too.

    Raises:
        ValueError: there is no such level or format.
    """

    level: str = "warning"
    format: str = "text"
    access: bool = False

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        for name, value, known in (("level", self.level, LEVELS), ("format", self.format, FORMATS)):
            if value not in known:
                raise ValueError(
                    f"the log's {name} must be one of {', '.join(known)}; came {value!r}"
                )
