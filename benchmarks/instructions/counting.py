"""Count instructions with callgrind: server paths in one process, client paths in two others.

Each round of a path has three stretches: everything before it, the repetitions, and an empty one.
The second minus the third is the cost of the repetitions, without startup, cache misses and the end
of a stretch. The cheapest round counts, because rare work only adds instructions, such as a new
Date field every second. The other end runs without callgrind and is not counted.
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
# The header fields that tuber's client sends, and those that request a CBOR reply.
LOSSLESS = (b"Accept: application/json, application/cbor", b"X-Tuber-Options: lossless")
IN_CBOR = (b"Accept: application/cbor",)
_LINE = re.compile(r"^(desc: Trigger: Client Request|part|totals|summary): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class ServerPath:
    """A request to repeat, the bytes that its reply must contain, and the repetitions per round."""

    name: str
    request: bytes
    expected: bytes
    times: int = 40


def server_paths() -> tuple[ServerPath, ...]:
    """Return all paths through the server."""
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
    """Return the instructions of one repetition of each path, by names such as 'server: nothing'.

    Args:
        directory: the directory for callgrind's files.

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
    """Return environment variables: PYTHONPATH, and the hash seed, which affects collisions."""
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
    """Return the prefix of a command under callgrind. Each thread is counted separately."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in directory.glob("stretches*"):
        file.unlink()
    return [
        *("valgrind", "--tool=callgrind", "--separate-threads=yes"),
        f"--callgrind-out-file={directory / 'stretches'}",
        f"--log-file={directory / 'valgrind.log'}",
    ]


def drive(port: int, path: ServerPath) -> None:
    """Send a path's requests in rounds over one connection.

    Each round is sent in one piece, so the next request is always there when the server reads. The
    time that a worker waits before it parks the connection must not affect the count.
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
    """Return the counts that callgrind wrote to `directory`, in the order of the paths."""
    stretches = []
    for file in directory.glob("stretches*"):
        found = dict(_LINE.findall(file.read_text()))
        if name := found.get("desc: Trigger: Client Request"):  # absent at the program's end
            instructions = int(found.get("summary") or found["totals"])
            stretches.append((int(found["part"]), name, instructions))
    return of_paths((name, instructions) for _, name, instructions in sorted(stretches))


def of_paths(stretches: Iterable[tuple[str, int]]) -> dict[str, float]:
    """Return the instructions of one repetition of each path, from those of the stretches.

    Raises:
        Unavailable: there are no stretches, or a path is incomplete.
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
