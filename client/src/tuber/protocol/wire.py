"""Names on the wire: the endpoint, media types, header fields, options and error types."""

from __future__ import annotations

from typing import Final

ENDPOINT: Final = "/tuber"
DEFAULT_PORT: Final = 80
JSON: Final = "application/json"
CBOR: Final = "application/cbor"
RUN_ID_FIELD: Final = "X-Tuber-Run"
OPTIONS_FIELD: Final = "X-Tuber-Options"
CONTINUE_ON_ERROR: Final = "continue-on-error"
LOSSLESS: Final = "lossless"
NOT_EXECUTED: Final = "tuber.NotExecuted"
