"""FastAPI and uvicorn with uvloop and httptools, without access log; one keep-alive httpx client.

The functions are coroutines, so FastAPI does not switch threads. The reply with the array contains
its raw bytes.
"""

from typing import Annotated, Any

import fastapi
import httpx
import numpy as np
import uvicorn

from ..instrument.served import BytesInstrument

instrument = BytesInstrument()


async def nothing() -> None:
    instrument.nothing()


async def increment(numbers: Annotated[list[int], fastapi.Body()]) -> list[int]:
    return instrument.increment(numbers)


async def samples() -> fastapi.Response:
    return fastapi.Response(instrument.samples(), media_type="application/octet-stream")


def serve(port: int) -> None:
    application = fastapi.FastAPI()
    application.post("/nothing")(nothing)
    application.post("/increment")(increment)
    application.get("/samples")(samples)
    options: Any = {"loop": "uvloop", "http": "httptools", "log_level": "error"}
    uvicorn.run(application, host="127.0.0.1", port=port, access_log=False, **options)


class Client:
    def __init__(self, port: int) -> None:
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)

    def nothing(self) -> Any:
        return self._http.post("/nothing").raise_for_status().json()

    def increment(self, numbers: list[int]) -> Any:
        return self._http.post("/increment", json=numbers).raise_for_status().json()

    def samples(self) -> Any:
        return np.frombuffer(self._http.get("/samples").raise_for_status().content, np.float64)
