"""The client's memory for a big array: no copy of an argument, one copy of a result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.codecs import CBOR_CODECS, cbor_codec

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="only Linux reports the peak of memory"
)
@pytest.mark.parametrize(("direction", "at_most"), [("argument", 0.1), ("result", 1.1)])
@pytest.mark.parametrize("codec", CBOR_CODECS)
@pytest.mark.parametrize("shell", ["blocking", "asyncio"])
def test_a_big_array_is_in_memory_once(
    shell: str, codec: str, direction: str, at_most: float
) -> None:
    cbor_codec(codec)  # skips when it is not there
    program = [sys.executable, "-m", "tests.support.big_array_client", shell, codec, direction]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert 0 <= float(done.stdout) <= at_most
