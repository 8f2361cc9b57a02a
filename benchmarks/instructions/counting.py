"""Counts by callgrind: the paths through the server in one process, those of clients in two more.

A path is counted in rounds of three stretches: what came before, so many repetitions, and none. The
second less the third is the cost of the repetitions; the start of the program, the filling of
caches and the end of a stretch drop out. The cheapest round counts, because time only adds, such as
a reply's new date once a second. The other end runs without callgrind, and is not counted.
"""

import http.client
import os
import re
import socket
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import BinaryIO

import numpy as np
import pybind11

from benchmarks.load import call
from benchmarks.servers import HERE, ROOT, Unavailable, run
from tests.support.cpp_extension import build_extension
from tests.support.live_server import running
from tests.support.raw_http import connected, post_message
from tuber.codec.cbor import CborCodec

ROUNDS = 5
ITEMS = 100_000  # float64: 0.8 MB
BATCH = 1_000
PAGE = b"x" * 1_000
LIMIT_SECONDS = 600.0
CLIENTS = {"client": (), "client without tuberd": ("--without-tuberd",)}
# What tuber's client sends; and a request for replies in CBOR.
LOSSLESS = (b"Accept: application/json, application/cbor", b"X-Tuber-Options: lossless")
IN_CBOR = (b"Accept: application/cbor",)
_LINE = re.compile(r"^(desc: Trigger: Client Request|part|totals|summary): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class ServerPath:
    """A request that is repeated, what its reply contains, and the repetitions in a round."""

    name: str
    request: bytes
    expected: bytes
    times: int = 40


def server_paths() -> tuple[ServerPath, ...]:
    """All paths through the server."""
    nothing = call_body("bench", "nothing")
    numbers = list(range(100))
    python, cpp = call_body("bench", "increment", numbers), call_body("adder", "increment", numbers)
    incremented = [each + 1 for each in numbers]
    as_json = b",".join(b"%d" % each for each in incremented)
    batch = b"[" + b",".join([nothing] * BATCH) + b"]"
    array = np.arange(ITEMS, dtype=np.float64)
    array_in = CborCodec().encode({"object": "bench", "method": "last", "args": [array]})
    array_out = post(call_body("bench", "samples", ITEMS), IN_CBOR)
    read = b'{"object":"bench","property":"level"}'
    encoded = CborCodec().encode(incremented)
    return (
        ServerPath("nothing", post(nothing), b'{"result":null}'),
        ServerPath("100 ints, Python", post(python), as_json),
        ServerPath("100 ints, C++", post(cpp), as_json),
        ServerPath("100 ints, Python, reply in CBOR", post(python, IN_CBOR), encoded),
        ServerPath("property", post(read), b'{"result":3.25}'),
        ServerPath("call that fails", post(call_body("bench", "refuse")), b"out of range"),
        ServerPath("batch of 1,000", post(batch), b'{"result":null},' * (BATCH - 1), 2),
        ServerPath("0.8 MB array out", array_out, array.tobytes(), 4),
        ServerPath("0.8 MB array in", post(array_in, media_type=b"cbor"), b"99999", 4),
        ServerPath("static file", get("/page.html"), PAGE),
        ServerPath("health", get("/tuber/health"), b'"calls"'),
    )


def call_body(name: str, method: str, *arguments: object) -> bytes:
    return call(name, method, *arguments).encode()


def post(body: bytes, fields: tuple[bytes, ...] = LOSSLESS, media_type: bytes = b"json") -> bytes:
    return post_message(body, b"Content-Type: application/" + media_type, *fields)


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: board\r\n\r\n".encode()


def count_all(directory: Path) -> dict[str, float]:
    """Instructions of one repetition by names such as 'server: nothing'.

    Args:
        directory: where callgrind writes.

    Raises:
        Unavailable: a path could not be counted.
    """
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "page.html").write_bytes(PAGE)
        variables = _variables(Path(scratch))
        registry = str(Path(__file__).with_name("registry.py"))
        command = [
            *(sys.executable, "-m", "tuberd", "-r", registry, "-p", "0", "--bind", "127.0.0.1"),
            *("--json", "orjson", "--webroot", scratch),
        ]
        with running([*_callgrind(directory / "server"), *command], variables) as server:
            for path in server_paths():
                drive(server.port, path)
        with running(command, variables) as server:
            for name, options in CLIENTS.items():
                client = [sys.executable, "-m", "benchmarks.instructions.client", server.hostname]
                counted = [*_callgrind(directory / name), *client, *options]
                run(*counted, env={**os.environ, **variables}, timeout=LIMIT_SECONDS)
    return {
        f"{end}: {path}": instructions
        for end in ("server", *CLIENTS)
        for path, instructions in counts(directory / end).items()
    }


def _variables(scratch: Path) -> dict[str, str]:
    """Environment variables: where modules are, and the hash seed, which decides collisions."""
    includes, options = [Path(pybind11.get_include())], ["-std=c++20", "-O2"]
    sources = (HERE / "instrument" / "adder.cpp", Path(__file__).with_name("counter.cpp"))
    places = [
        build_extension(scratch, each.stem, [each], system_includes=includes, options=options)
        for each in sources
    ]
    inherited = filter(None, [os.environ.get("PYTHONPATH")])
    path = os.pathsep.join([*map(str, [ROOT, *places]), *inherited])
    return {"PYTHONHASHSEED": "0", "PYTHONPATH": path}


def _callgrind(directory: Path) -> list[str]:
    """What to put before a command. Threads are counted apart: a stretch is of one thread."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in directory.glob("stretches*"):
        file.unlink()
    return [
        *("valgrind", "--tool=callgrind", "--separate-threads=yes"),
        f"--callgrind-out-file={directory / 'stretches'}",
        f"--log-file={directory / 'valgrind.log'}",
    ]


def drive(port: int, path: ServerPath) -> None:
    """Make a path's requests in rounds over one connection.

    A round is sent at once, so the next request is always there when the server looks for it: how
    long a worker waits before it parks the connection is a matter of time and must not count.
    """
    begin = post(call_body("counter", "begin_round", f"{path.name} | begin"))
    end = post(call_body("counter", "end_stretch", f"{path.name} | {path.times}"))
    end_of_none = post(call_body("counter", "end_stretch", f"{path.name} | 0"))
    with connected(port) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = peer.makefile("rb")
        for _ in range(path.times):  # fills the caches
            peer.sendall(path.request)
            _read_reply(replies, path.expected)
        for _ in range(ROUNDS):
            peer.sendall(begin + path.request * path.times + end + end_of_none)
            for expected in (b"null", *[path.expected] * path.times, b"null", b"null"):
                _read_reply(replies, expected)


def _read_reply(replies: BinaryIO, expected: bytes) -> None:
    status_line = replies.readline()
    fields = http.client.parse_headers(replies)
    body = replies.read(int(fields.get("Content-Length", 0)))
    if b" 200 " not in status_line or expected not in body:
        raise Unavailable(f"expected {expected[:50]!r}, received {status_line!r} {body[:200]!r}")


def counts(directory: Path) -> dict[str, float]:
    """The paths that callgrind counted there, in their order."""
    stretches = []
    for file in directory.glob("stretches*"):
        found = dict(_LINE.findall(file.read_text()))
        if name := found.get("desc: Trigger: Client Request"):  # none: the end of the program
            instructions = int(found.get("summary") or found["totals"])
            stretches.append((int(found["part"]), name, instructions))
    return of_paths((name, instructions) for _, name, instructions in sorted(stretches))


def of_paths(stretches: Iterable[tuple[str, int]]) -> dict[str, float]:
    """Instructions of one repetition, from the names of stretches and their instructions.

    Raises:
        Unavailable: there are none, or a path is incomplete.
    """
    paths: dict[str, dict[int, list[int]]] = {}
    for name, instructions in stretches:
        path, _, times = name.partition(" | ")
        if times.isdigit():
            paths.setdefault(path, {}).setdefault(int(times), []).append(instructions)
    found = {}
    for path, rounds in paths.items():
        if len(rounds) != 2 or any(len(each) != ROUNDS for each in rounds.values()):
            raise Unavailable(f"{path!r} does not have {ROUNDS} rounds: {rounds}")
        times = max(rounds)
        found[path] = (min(rounds[times]) - median(rounds[0])) / times
        if found[path] <= 0:
            raise Unavailable(f"{path!r} costs nothing: a thread that is not counted ran it")
    if not found:
        raise Unavailable("callgrind wrote no stretches")
    return found
