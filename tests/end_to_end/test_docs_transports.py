"""The adapters and the TLS snippet of docs/how-to/transports.md, run as they stand."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

import tuber
from tests.support.certificates import authority, server_context
from tests.support.live_server import LiveServer
from tests.support.scripted_board import serve
from tests.support.scripted_server import ScriptedServer
from tests.support.shells import hurry
from tuber import TuberNetworkError, TuberTimeout

from .test_docs import ROOT, snippets

SNIPPETS = list(snippets(ROOT / "docs" / "how-to" / "transports.md", ""))


@pytest.fixture(scope="module")
def adapters() -> dict[str, Any]:
    """Run the code blocks in one namespace, and return it."""
    defined: dict[str, Any] = {}
    for snippet in SNIPPETS:
        if snippet.words == ("python",):
            exec(snippet.text, defined)
    return defined


def blocking_transport(adapters: dict[str, Any], library: str) -> Any:
    module = pytest.importorskip(library)
    if library == "requests":
        session = module.Session()
        session.trust_env = False
        return adapters["RequestsTransport"](session)
    return adapters["HttpxTransport"](module.Client(trust_env=False))


@pytest.mark.parametrize("library", ["requests", "httpx"])
def test_calls_work_over_a_blocking_adapter(
    server: LiveServer, adapters: dict[str, Any], library: str
) -> None:
    transport = blocking_transport(adapters, library)
    with tuber.resolve_simple(server.hostname, "instrument", transport=transport) as remote:
        instrument: Any = remote
        assert instrument.increment([1, 2]) == [2, 3]
        with pytest.raises(KeyError):
            instrument.raise_it("KeyError", "gain")
        with instrument.tuber_context() as context:
            context.increment([1])
            context.increment([2])
            assert context() == [[2], [3]]


@pytest.mark.parametrize("library", ["requests", "httpx"])
def test_a_blocking_adapter_reports_a_timeout(
    server: LiveServer, adapters: dict[str, Any], library: str
) -> None:
    transport = blocking_transport(adapters, library)
    with (
        tuber.resolve_simple(server.hostname, "instrument", transport=transport) as remote,
        pytest.raises(TuberTimeout, match="may have run"),
    ):
        hurry(remote, 0.1).sleep(1.0)


@pytest.mark.parametrize("library", ["requests", "httpx"])
def test_a_blocking_adapter_reports_a_refused_connection(
    adapters: dict[str, Any], library: str
) -> None:
    transport = blocking_transport(adapters, library)
    with pytest.raises(TuberNetworkError, match="The transport got no reply from http://127"):
        tuber.resolve_simple("127.0.0.1:1", transport=transport)
    transport.close()


def test_calls_work_over_the_asynchronous_adapter(
    server: LiveServer, adapters: dict[str, Any]
) -> None:
    httpx = pytest.importorskip("httpx")

    async def main() -> None:
        transport = adapters["AsyncHttpxTransport"](httpx.AsyncClient(trust_env=False))
        async with await tuber.resolve(
            server.hostname, "instrument", transport=transport
        ) as remote:
            instrument: Any = remote
            results = await asyncio.gather(*(instrument.increment([n]) for n in range(20)))
            assert results == [[n + 1] for n in range(20)]
            with pytest.raises(TuberTimeout, match="may have run"):
                await hurry(instrument, 0.5).sleep(2.0)

    asyncio.run(main())


def test_the_tls_snippet_trusts_a_private_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority().cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.chdir(tmp_path)
    (program,) = (each.text for each in SNIPPETS if "ssl_context" in each.text)
    with ScriptedServer(serve, ssl_context=server_context("localhost")) as server:
        names: dict[str, Any] = {"ssl": ssl, "tuber": tuber}
        exec(program.replace("https://board", f"https://localhost:{server.port}"), names)
        with names["board"] as board:
            assert board.read(1) == [1]
