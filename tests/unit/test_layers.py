"""The folders of the C++ core include each other downward only.

import-linter checks the Python layers (pyproject.toml), except the compiled core, which it cannot
see.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "server" / "core"
BYTES = ("http", "cbor", "json")  # know none of the others, nor each other
# Each may include those before it.
ORDER = ("base", "io", "ops", "serve", "files", "site", "python")
MAY_INCLUDE = {room: {room} for room in BYTES} | {
    room: {*BYTES, *ORDER[: place + 1]} for place, room in enumerate(ORDER)
}
OPENS_SOCKETS = {"io", "serve"}
PYTHON_HEADER = re.compile(r"Python\.h|pybind11/.*|structmember\.h")
SOCKET_HEADER = re.compile(r"sys/(socket|epoll|event|un|sendfile|eventfd)\.h|netdb\.h|netinet/.*")


def includes(path: Path) -> list[str]:
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.MULTILINE)


def sources(layer: str) -> list[Path]:
    found = sorted((CORE / layer).rglob("*.?pp"))
    assert found, f"no sources in {layer}"
    return found


@pytest.mark.parametrize("layer", MAY_INCLUDE)
def test_a_layer_includes_only_itself_and_those_below(layer: str) -> None:
    for path in sources(layer):
        for name in includes(path):
            room = name.split("/")[0]
            if room in MAY_INCLUDE:
                assert room in MAY_INCLUDE[layer], f"{path.name} includes {name}"


def test_python_headers_stay_under_python_and_socket_headers_in_io_and_serve() -> None:
    for layer in MAY_INCLUDE:
        for path in sources(layer):
            for name in includes(path):
                assert layer == "python" or not PYTHON_HEADER.fullmatch(name), (path.name, name)
                opens_sockets = SOCKET_HEADER.fullmatch(name)
                assert layer in OPENS_SOCKETS or not opens_sockets, (path.name, name)


def test_the_gil_is_taken_and_released_in_one_place() -> None:
    primitives = re.compile(r"PyEval_(Restore|Save)Thread|PyGILState_|gil_scoped_")
    for path in sources("python"):
        if path.stem != "gil":
            assert not primitives.search(path.read_text()), path.name


def test_only_the_server_its_log_and_the_warnings_import_the_compiled_core() -> None:
    package = CORE.parent / "src" / "tuberd"
    importers = {
        path.name
        for path in package.rglob("*.py")
        if re.search(r"import.*_core|_core import", path.read_text())
    }
    assert importers == {"server.py", "logs.py", "call_warnings.py"}
