"""The compiled core (server/core/python/module.cpp) for type checkers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

class CborCodec:
    """The compiled twin of tuber.codec.cbor.CborCodec."""

    media_type: str
    def encode(self, value: Any) -> bytes: ...
    def encode_parts(self, value: Any) -> list[bytes | memoryview]: ...
    def decode(self, body: bytes | bytearray | memoryview) -> Any: ...

class Server:
    def __init__(
        self,
        *,
        callbacks: object,
        bind: str,
        port: int,
        uds: bytes | None,
        uds_mode: int,
        inherited_socket: int | None,
        run_id: str,
        webroot: str | None,
        max_age: int,
        media_types: Mapping[str, str],
        allowed_hosts: Sequence[str],
        allowed_origins: Sequence[str],
        tokens: Sequence[tuple[str, bool]],
        read_only: bool,
        limits: Mapping[str, float],
        log: object,
    ) -> None: ...
    @property
    def port(self) -> int: ...
    def start(self) -> None: ...
    def request_stop(self) -> None: ...
    def watch_signals(self, grace: float) -> int: ...
    def abandon(self) -> None: ...
    def wait(self, seconds: float) -> bool: ...
    def counts(self) -> dict[str, int]: ...

def json_functions(strict: bool) -> tuple[Callable[[Any], bytes], ...]:
    """Return encode, encode_exact and decode of tuber.codec.json.JsonCodec, compiled."""

def collecting() -> bool: ...
def collect(text: str) -> None: ...
