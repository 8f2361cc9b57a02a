"""Every protocol vector is answered by the live server as written, in each media type."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_server import LiveServer, live_server
from tuber.codec import codec_for
from tuber.protocol import CBOR, JSON

from .vectors import VECTORS, body_of, matches


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with live_server(Path(__file__).with_name("registry.py")) as running:
        yield running


@pytest.mark.parametrize("media_type", [JSON, CBOR])
@pytest.mark.parametrize("vector", VECTORS)
def test_the_server_matches_the_vector(
    server: LiveServer, vector: dict[str, Any], media_type: str
) -> None:
    codec = codec_for(media_type)
    body = body_of(vector)
    if "request_text" not in vector:
        body = codec.encode(codec_for(JSON).decode(body))
    elif media_type != JSON:
        pytest.skip("the vector is about the text of JSON")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    fields = {"Content-Type": media_type}
    if "options" in vector:
        fields["X-Tuber-Options"] = vector["options"]
    connection.request("POST", "/tuber", body, fields)
    reply = connection.getresponse()
    answer = reply.read()
    connection.close()
    assert (reply.status, reply.headers["Content-Type"]) == (200, media_type)
    expected = codec_for(JSON).decode(json.dumps(vector["reply"]).encode())
    assert matches(expected, codec.decode(answer)), answer
