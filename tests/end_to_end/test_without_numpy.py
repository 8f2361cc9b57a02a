"""numpy is optional at both ends: where it is missing, arrays arrive as NDArray and can be sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.codecs import CBOR_CODECS
from tests.support.live_server import live_server
from tests.support.shells import Shell
from tuber.codec.ndarray import NDArray

REGISTRY = """
class Scope:
    def echo(self, value):
        return value

    def facts(self, value):
        return [type(value).__name__, list(value.shape), value.tolist()]

    def made(self):
        from tuber.codec.ndarray import NDArray

        return NDArray(b"\\x01\\x00\\x02\\x00", "<h", (2,))


registry = {"Scope": Scope()}
"""

CLIENT = """
import json, sys
import tuber
from tuber.codec import compiled
from tuber.codec.cbor import CborCodec

if sys.argv[2] == "python":
    compiled.cbor_codec = CborCodec
scope = tuber.resolve_simple(sys.argv[1]).Scope
array = scope.made()
again = scope.echo(array)
facts = [type(array).__name__, array.shape, array.typecode, array.tolist(), again == array]
print(json.dumps(facts + [scope.facts(array), "numpy" in sys.modules]))
"""


@pytest.fixture
def without_numpy(tmp_path: Path) -> str:
    """Return a directory for the module search path that makes numpy appear not installed."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "numpy.py").write_text("raise ModuleNotFoundError('hidden', name='numpy')\n")
    return str(hidden)


@pytest.mark.parametrize("codec", CBOR_CODECS)
def test_arrays_work_on_a_client_without_numpy(
    tmp_path: Path, without_numpy: str, codec: str
) -> None:
    registry = tmp_path / "registry.py"
    registry.write_text(REGISTRY)
    with live_server(registry) as server:
        done = subprocess.run(
            [sys.executable, "-c", CLIENT, server.hostname, codec],
            env={"PYTHONPATH": os.pathsep.join([without_numpy, *sys.path])},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stderr == ""
    facts = ["ndarray", [2], [1, 2]]
    assert json.loads(done.stdout) == ["NDArray", [2], "<h", [1, 2], True, facts, False]


def test_arrays_work_on_a_server_without_numpy(
    shell: Shell, tmp_path: Path, without_numpy: str
) -> None:
    registry = tmp_path / "registry.py"
    registry.write_text(REGISTRY)
    with (
        live_server(
            registry, env={"PYTHONPATH": os.pathsep.join([without_numpy, *sys.path])}
        ) as server,
        shell.resolved(server.hostname, "Scope") as scope,
    ):
        array: Any = np.asfortranarray([[1.5, 2.5], [3.5, 4.5]])
        back = shell.finish(scope.echo(array))
        assert (back == array).all()
        assert back.flags.f_contiguous
        facts = shell.finish(scope.facts(array))
        assert facts == ["NDArray", [2, 2], array.tolist()]
        assert shell.finish(scope.made()).tolist() == [1, 2]
        assert shell.finish(scope.facts(NDArray(b"\1\0", "B", (2,))))[0] == "NDArray"
