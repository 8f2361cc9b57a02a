"""The compiled core (server/core/python/module.cpp), as type checkers see it."""

from collections.abc import Mapping, Sequence

class Server:
    def __init__(
        self,
        *,
        face: object,
        json: object,
        bind: str,
        port: int,
        uds: bytes | None,
        uds_mode: int,
        run_id: str,
        webroot: str | None,
        max_age: int,
        media_types: Mapping[str, str],
        allowed_hosts: Sequence[str],
    ) -> None: ...
    @property
    def port(self) -> int: ...
    def start(self) -> None: ...
    def request_stop(self) -> None: ...
    def wait(self, seconds: float) -> bool: ...
    def counts(self) -> dict[str, int]: ...

def collecting() -> bool: ...
def collect(text: str) -> None: ...
