"""FastAPI and uvicorn with uvloop and httptools, no access log; one kept-alive httpx client.

The functions are coroutines, which saves FastAPI a change of threads. The array's memory is the
body of its reply.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import fastapi
import httpx
import numpy as np
import numpy.typing as npt
import uvicorn

from ..instrument import Instrument

instrument = Instrument()


async def nothing() -> None:
    instrument.nothing()


async def increment(numbers: Annotated[list[int], fastapi.Body()]) -> list[int]:
    return instrument.increment(numbers)


async def samples() -> fastapi.Response:
    return fastapi.Response(instrument.samples().tobytes(), media_type="application/octet-stream")


def serve(port: int) -> None:
    application = fastapi.FastAPI()
    application.post("/nothing")(nothing)
    application.post("/increment")(increment)
    application.get("/samples")(samples)
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        log_level="error",
        access_log=False,
    )


class Client:
    def __init__(self, port: int) -> None:
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)

    def nothing(self) -> None:
        reply = self._http.post("/nothing").raise_for_status().json()
        if reply is not None:
            raise RuntimeError(f"nothing was answered {reply!r}")

    def increment(self, numbers: list[int]) -> Sequence[int]:
        reply = self._http.post("/increment", json=numbers).raise_for_status()
        result: list[int] = reply.json()
        return result

    def samples(self) -> npt.NDArray[np.float64]:
        reply = self._http.get("/samples").raise_for_status()
        return np.frombuffer(reply.content, np.float64)
