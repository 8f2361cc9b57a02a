"""``tuber.__version__``, looked up when somebody asks: it takes longer than importing tuber."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:  # PEP 562; ``tuber`` takes it over as its own
    if name != "__version__":
        raise AttributeError(f"module 'tuber' has no attribute {name!r}", name=name)
    from importlib.metadata import version  # noqa: PLC0415  # slow to import

    return version("tuber-client")
