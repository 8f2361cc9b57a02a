"""The command: it serves a registry file, and reports each mistake in one line."""

from __future__ import annotations

import http.client
import importlib
import json
import os
import socket
import subprocess
import sys
from importlib.metadata import version
from inspect import signature
from pathlib import Path

import pytest

from tests.support.live_server import live_server
from tuberd.served.registry import TuberRegistry
from tuberd.service.command_line import main, parse_args
from tuberd.service.limits import FORMER_FLAGS
from tuberd.service.options import parse_options
from tuberd.service.registry_file import MODULE_NAME, RegistryFileError, load_registry
from tuberd.service.server import Server


@pytest.fixture(autouse=True)
def _same_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore the module search path, which registry files change."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "registry", sys)
    monkeypatch.setattr("tuberd.service.registry_file._loaded", {"registry"})


def written(directory: Path, text: str) -> str:
    path = directory / "registry.py"
    path.write_text(text)
    return str(path)


class Board:
    pass


GOOD = "class Board:\n    gain = 3\nregistry = {'Board': Board()}\n"


def test_a_registry_file_runs_as_python_file_would(tmp_path: Path) -> None:
    (tmp_path / "next_to_the_registry.py").write_text("class Board: pass\n")
    path = written(
        tmp_path,
        "from __future__ import annotations\n"
        "import dataclasses, next_to_the_registry\n"
        "assert __name__ != '__main__'\n"
        "@dataclasses.dataclass\n"
        "class Board(next_to_the_registry.Board):\n"
        "    file: str\n"
        "registry = {'Board': Board(__file__)}\n",
    )
    registry = load_registry(path)
    assert registry["Board"].file == path
    assert type(registry["Board"]).__module__ == "registry"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("lab_7.py", "lab_7"),
        ("my lab-7.py", "my lab-7"),
        ("json.py", MODULE_NAME),  # imported by now
        ("sys.py", MODULE_NAME),
        ("lab.v2.py", MODULE_NAME),
        ("lab", MODULE_NAME),
        ("lab.conf", MODULE_NAME),
    ],
)
def test_a_registry_file_is_the_module_that_others_can_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, name: str
) -> None:
    path = tmp_path / file
    path.write_text("class Board: pass\nregistry = {'Board': Board()}\n")
    monkeypatch.setitem(sys.modules, MODULE_NAME, sys)
    board = type(load_registry(path)["Board"])
    assert board.__module__ == name
    if name != MODULE_NAME:
        assert importlib.import_module(name).Board is board
        monkeypatch.delitem(sys.modules, name)
        assert importlib.import_module(name).Board.__qualname__ == "Board"
        monkeypatch.delitem(sys.modules, name)


def test_a_registry_file_may_define_a_tuber_registry(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "from tuberd.served.registry import TuberRegistry\n"
        "class Board: pass\n"
        "registry = TuberRegistry(Board=Board())\n",
    )
    assert isinstance(load_registry(Path(path)), TuberRegistry)


WRONG_FILES = [
    ("registry = {", "registry.py:1: SyntaxError: "),
    ("x = 1\n\nx.y\n", "registry.py:3: AttributeError: 'int' object has no attribute 'y'"),
    ("def f():\n  1 // 0\nf()\n", "registry.py:2: ZeroDivisionError: "),
    ("import no_such_module_anywhere", "registry.py:1: ModuleNotFoundError: No module named"),
    ("import json\njson.loads('')", "registry.py:2: json.decoder.JSONDecodeError: "),
    ("raise ValueError('two\\nlines')", "registry.py:1: ValueError: two lines"),
    ("", "registry.py must define 'registry', a dict of objects"),
    ("import sys\nsys.exit(0)", "registry.py:2: SystemExit: 0"),
    ("class Odd(BaseException): pass\nraise Odd('x')", "registry.py:2: registry.Odd: x"),
    ("registry = None", "'registry' is None; expected a dict of objects"),
    ("registry = [1]", "registry.py: a registry is a dict of objects; got 'list'"),
    ("import math\nregistry = {'m': math}", "registry['m'] is the module 'math'; register an"),
    ("class B: pass\nregistry = {'B': B}", "registry['B'] is the class 'B'; register an instance"),
    ("registry = {1: object()}", "a name in the registry must be a non-empty string"),
    ("\0", "registry.py"),
    ("# -*- coding: nonsense -*-\n", "registry.py:"),
]


@pytest.mark.parametrize(("text", "line"), WRONG_FILES, ids=lambda each: each[:20])
def test_a_wrong_registry_file_is_reported_in_one_line(
    text: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(RegistryFileError):
        load_registry(path)
    assert main(argv=["-r", path, "-p", "0"]) == 2
    assert line in one_line(capsys)


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("tuberd: ")
    assert printed.err.count("\n") == 1
    assert printed.err.endswith("\n")
    return printed.err


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["-r", "{0}/missing.py"], "missing.py: No such file or directory"),
        (["-r", "{0}"], "can't read the registry file {0}: Is a directory"),
        (["-r", "{0}/registry.py", "-j", "simplejson"], "expected a JSON library out of"),
        (["-r", "{0}/registry.py", "-w", "{0}/none"], "'{0}/none' is not a directory"),
        (["-r", "{0}/registry.py", "-p", "65536"], "port must be an integer from 0 to 65535"),
        (["-r", "{0}/registry.py", "-a", "-1"], "max_age must be an integer"),
        (["-r", "{0}/registry.py", "--bind", "not an address"], "not an address"),
    ],
)
def test_a_wrong_option_is_reported_in_one_line(
    options: list[str], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, GOOD)
    argv = ["-p", "0", *(each.format(tmp_path) for each in options)]
    assert main(argv=argv) == 2
    assert line.format(tmp_path) in one_line(capsys)


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        ([], "the registry file is missing"),
        (["-r", "x", "-p", "many"], "invalid int value: 'many'"),
    ],
)
def test_an_error_of_the_parser_is_reported_in_one_line(
    argv: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(argv=argv)
    assert end.value.code == 2
    assert line in one_line(capsys)


def test_an_unknown_json_library_is_reported_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv=["-r", written(tmp_path, GOOD), "-p", "0", "-j", "simplejson"]) == 2
    assert "expected a JSON library out of orjson, msgspec, json" in one_line(capsys)


def test_a_busy_port_is_reported_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        path = written(tmp_path, GOOD)
        assert main(argv=["-r", path, "-p", port, "--bind", "127.0.0.1"]) == 2
    line = one_line(capsys)
    assert line.startswith(f"tuberd: cannot listen on 127.0.0.1, port {port}")
    assert "choose another port" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may listen on any port")
def test_a_privileged_port_is_reported_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv=["-r", written(tmp_path, GOOD), "-p", "1", "--bind", "127.0.0.1"]) == 2
    assert "Permission denied" in one_line(capsys)


def test_validation_names_what_cannot_be_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "class B:\n  bad = object()\nregistry = {'B': B()}\n")
    assert main(argv=["-r", path, "-p", "0", "--validate"]) == 2
    assert "B.bad: TypeError: " in one_line(capsys)


def test_traceback_shows_where_a_registry_file_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "def f():\n  1 // 0\nf()\n")
    assert main(argv=["-r", path, "--traceback"]) == 2
    shown = capsys.readouterr().err.splitlines()
    assert shown[0] == "Traceback (most recent call last):"
    assert shown[-1] == f"tuberd: {path}:2: ZeroDivisionError: {shown[-2].partition(': ')[2]}"


def test_a_registry_file_is_required() -> None:
    with pytest.raises(SystemExit) as left:
        parse_options([])
    assert left.value.code == 2
    assert parse_options([], needs_file=False).registry is None


def test_a_registry_file_next_to_given_objects_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as left:
        parse_args(["-r", "f"], registry={})
    assert left.value.code == 2
    assert "this program serves objects of its own" in one_line(capsys)


def test_parse_args_returns_the_arguments_of_a_server(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("control " + "x" * 32 + "\n")
    tokens.chmod(0o600)
    options = ["--port", "0", "--bind", "127.0.0.1", "--token-file", str(tokens), "--grace", "3"]
    given = {"Board": Board()}
    for arguments in (
        parse_args([*options, "-r", written(tmp_path, GOOD)]),
        parse_args(options, registry=given),
    ):
        assert vars(arguments).keys() == signature(Server).parameters.keys()
        assert list(arguments.registry) == ["Board"]
        server = Server(**vars(arguments))
        assert server.port > 0
        server.stop()
    assert arguments.registry is given
    with pytest.raises(ValueError, match="can't read the registry file"):
        parse_args(["-r", str(tmp_path / "missing.py")])


def test_main_serves_a_registry_that_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main({"Board": len}, ["-p", "0"]) == 2
    assert "register an instance" in one_line(capsys)


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("1000", 1000), ("4K", 4096), ("64M", 2**26), ("2G", 2**31)]
)
def test_a_size_may_have_a_unit(text: str, size: int) -> None:
    assert parse_options(["-r", "f", "--max-reply", text]).max_reply == size


@pytest.mark.parametrize(("flag", "former"), FORMER_FLAGS.items())
def test_the_former_name_of_a_limit_is_accepted_and_hidden(
    flag: str, former: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert parse_options(["-r", "f", former, "7"]) == parse_options(["-r", "f", flag, "7"])
    with pytest.raises(SystemExit):
        parse_options(["--help"])
    assert f"{former} " not in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "-1", "1T", "1.5G", "1 G", "G"])
def test_a_wrong_size_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse_options(["-r", "f", f"--max-reply={text}"])
    assert left.value.code == 2
    assert "expected bytes, such as 64M" in one_line(capsys)


def test_options_have_short_and_long_names() -> None:
    short = parse_options(["-r", "f", "-p", "1", "-j", "json", "-w", "d", "-a", "2"])
    long = parse_options(
        ["--registry", "f", "--port", "1", "--json", "json", "--webroot", "d", "--max-age", "2"]
    )
    assert short == long
    assert (short.registry, short.port, short.json, short.webroot, short.max_age) == (
        *("f", 1, "json"),
        *("d", 2),
    )
    defaults = parse_options(["-r", "f"])
    assert (defaults.port, defaults.json, defaults.webroot, defaults.max_age) == (
        *(80, None),
        *(None, 3600),
    )
    assert {defaults.validate, defaults.expose_private, defaults.traceback} == {False}
    several = parse_options(["-r", "f", "--allow-host", "a", "--allow-host", "b"])
    assert several.allow_host == ["a", "b"]


def test_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(argv=["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"tuberd {version('tuberd')}\n"


def test_serves_a_registry_file_until_sigterm(tmp_path: Path) -> None:
    with live_server(written(tmp_path, GOOD), "--validate") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("POST", "/tuber", '{"object": "Board", "property": "gain"}')
        assert json.loads(connection.getresponse().read()) == {"result": 3}
        connection.close()


def test_a_wrong_registry_file_shows_no_traceback_on_the_command_line(tmp_path: Path) -> None:
    path = written(tmp_path, "1 // 0")
    done = subprocess.run(
        [sys.executable, "-m", "tuberd", "-r", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"tuberd: {path}:1: ZeroDivisionError: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--uds", "s", "-p", "0"], "--uds replaces --port and --bind"),
        (["--uds", "s", "--bind", "::1"], "--uds replaces --port and --bind"),
        (["--uds-mode", "600"], "--uds-mode needs --uds"),
        (["--uds", "s", "--uds-mode", "rw"], "expected octal digits such as 660; got 'rw'"),
        (["--uds", "s", "--uds-mode", "1777"], "expected octal digits such as 660; got '1777'"),
    ],
)
def test_a_unix_socket_excludes_a_port(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_options(["-r", "x", *arguments])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_the_mode_of_a_unix_socket_is_octal() -> None:
    assert parse_options(["-r", "x", "--uds", "s", "--uds-mode", "0660"]).uds_mode == 0o660
    assert parse_options(["-r", "x", "--uds", "s"]).uds_mode == 0o600


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([], "the registry file is missing: tuberd FILE"),
        (["a.py", "-r", "b.py"], "expected one registry file; got a.py and b.py"),
        (["a.py", "b.py"], "unrecognized arguments: b.py"),
    ],
)
def test_exactly_one_registry_file_is_expected(
    capsys: pytest.CaptureFixture[str], options: list[str], text: str
) -> None:
    with pytest.raises(SystemExit):
        parse_options(options)
    assert text in capsys.readouterr().err


def test_the_registry_file_may_be_given_without_an_option() -> None:
    assert (
        parse_options(["lab.py"]).registry == parse_options(["-r", "lab.py"]).registry == "lab.py"
    )
    assert not hasattr(parse_options(["lab.py"]), "file")
