"""Run the cases of llhttp's own test suite against a running server.

Usage: llhttp_cases.py DIRECTORY, that of llhttp's ``test/request``. Each Markdown file has requests
(```http) and what llhttp makes of them (```log). Those without Host are given one. Differences are
explained by `http_differences`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.support.http_readers import Reading, Verdict, read_by_server
from tests.support.live_server import live_server

from .http_differences import unexplained

REGISTRY = Path(__file__).parents[1] / "end_to_end" / "registry.py"

_CASE = re.compile(
    r'<!-- meta=\{"type": "request"\} -->\n+'
    r"```http\n((?:(?!```).)*)```\n+```log\n((?:(?!```).)*)```",
    re.DOTALL,
)
_ERROR = re.compile(r'error code=\d+ reason="([^"]*)"')


def cases(directory: Path) -> Iterator[tuple[str, bytes, Reading]]:
    """Yield the name, the request and llhttp's reading of each case for strict requests."""
    for file in sorted(directory.glob("*.md")):
        for number, (request, log) in enumerate(_CASE.findall(file.read_text("utf-8"))):
            error = _ERROR.search(log)
            messages = len(re.findall(r"message complete", log))
            verdict = Verdict.ACCEPTED if messages else Verdict.REFUSED
            yield (
                f"{file.stem} {number}",
                _bytes_of(request),
                Reading(verdict, messages, error[1] if error else ""),
            )


def _bytes_of(request: str) -> bytes:
    """Return the request that llhttp's own runner (md-test.ts) makes of the text."""
    text = request.removesuffix("\n").replace("\\\n", "").replace("\n", "\r\n")
    for escaped, meant in (("\\r", "\r"), ("\\n", "\n"), ("\\t", "\t"), ("\\f", "\f")):
        text = text.replace(escaped, meant)
    text = re.sub(r"\\x([0-9a-fA-F]+)", lambda match: chr(int(match[1], 16)), text)
    line, end, rest = text.encode("latin-1", "replace").partition(b"\r\n")
    # We require a Host, llhttp does not. Without one, our server would check nothing else.
    lacks_host = line.endswith(b" HTTP/1.1") and b"\r\nhost:" not in (end + rest).lower()
    return line + end + (b"Host: a\r\n" if lacks_host and end else b"") + rest


def main(directory: Path) -> int:
    """Print each difference and the sums; the exit code is 0 if all are explained."""
    counts: Counter[str] = Counter()
    with live_server(REGISTRY, "--log-level", "error") as server:
        for name, request, theirs in cases(directory):
            ours = read_by_server(server.port, request)
            same = (ours.messages, bool(ours.reason)) == (theirs.messages, bool(theirs.reason))
            wrong = unexplained(ours, theirs)
            kind = "same" if same else "unexplained" if wrong else "other for a reason"
            counts[kind] += 1
            if not same:
                print(f"{kind}: {name}: ours {ours}, llhttp's {theirs}: {request[:120]!r}")
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()), f"of {counts.total()}")
    return 1 if counts["unexplained"] or not counts["same"] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
