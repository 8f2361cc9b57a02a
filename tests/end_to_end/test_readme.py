"""The snippets of the README, of docs/using.md and of the server's README, run as they stand.

But for the port and the paths.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tuber
from tests.support.certificates import authority, server_context
from tests.support.live_server import LiveServer, live_server
from tests.support.scripted_board import serve
from tests.support.scripted_server import ScriptedServer

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SERVER_README = (ROOT / "server" / "README.md").read_text()
USING = (ROOT / "docs" / "using.md").read_text()
TRANSPORTS = (ROOT / "docs" / "transports.md").read_text()


def snippets(language: str, document: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", document, re.DOTALL)


def snippet(language: str, containing: str, document: str = README) -> str:
    (block,) = (block for block in snippets(language, document) if containing in block)
    return block


def printed(program: str) -> str:
    """What a snippet prints, by its comments."""
    lines = re.findall(r"^ *print\(.*\)  # (.*)$", program, re.MULTILINE)
    assert len(lines) == program.count("print("), "a printed line is not told in a comment"
    return "".join(f"{line}\n" for line in lines)


def test_the_snippets_of_the_readme_do_what_it_says(tmp_path: Path) -> None:
    registry = tmp_path / "registry.py"
    registry.write_text(snippet("python", "registry = "))
    with live_server(registry) as server:
        client = snippet("python", "help(").replace("localhost:8080", server.hostname)
        done = subprocess.run(
            [sys.executable, "-c", client], capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith("3.3\n")
        assert "set_voltage(volts: float) -> float" in done.stdout
        assert "Sets the output voltage, in V, and returns it." in done.stdout

        for containing in ("tuber_context", "asyncio.run"):
            client = snippet("python", containing).replace("localhost:8080", server.hostname)
            done = subprocess.run(
                [sys.executable, "-c", client], capture_output=True, text=True, check=True
            )
            assert done.stdout == "[1.0, 2.0, 3.3]\n"

        client = snippet("python", "may_have_run").replace("localhost:8080", server.hostname)
        done = subprocess.run(
            [sys.executable, "-c", client], capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith("at the server: TypeError: ")

        if shutil.which("curl") is None:
            pytest.skip("curl is not installed; the other snippets passed")
        curl = snippet("sh", "curl").replace("localhost:8080", server.hostname)
        answer = subprocess.run(curl, shell=True, capture_output=True, text=True, check=True)
        assert f"answers `{answer.stdout}`" in README


def test_the_server_command_of_the_readme_exists() -> None:
    command = snippet("sh", "tuberd -r").split()
    tuberd = Path(sys.executable).with_name(command[0])
    options = subprocess.run([tuberd, "--help"], capture_output=True, text=True, check=True).stdout
    assert all(option in options for option in command if option.startswith("-"))


@pytest.mark.parametrize("script", ["demo", "test"])
def test_the_scripts_of_the_readme_exist_and_are_sound(script: str) -> None:
    path = ROOT / "scripts" / script
    assert f"scripts/{script}\n" in README
    subprocess.run(["bash", "-n", path], check=True)


@pytest.mark.parametrize(
    "document", ["README.md", "docs/using.md", "docs/interop.md", "docs/evidence/benchmarks.md"]
)
def test_every_linked_file_exists(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text())
    assert links
    for link in links:
        assert (path.parent / link).exists(), link


def test_the_benchmark_table_is_there() -> None:
    table = README.partition("<!-- benchmark table -->")[2].partition("<!-- end of benchmark")[0]
    assert "| method that does nothing, 1 connection, requests/s |" in table
    assert "Measured 20" in table


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry of docs/using.md."""
    path = tmp_path_factory.mktemp("using") / "registry.py"
    path.write_text(snippet("python", "registry = ", USING))
    return path


@pytest.fixture
def server(registry: Path) -> Iterator[LiveServer]:
    with live_server(registry) as running:
        yield running


@pytest.mark.parametrize(
    "containing",
    [
        'tuber_get("serial"))  # H-1',
        "import numpy",
        "tuber_call",
        "context.send",
        "asyncio.run",
        "ProcessPool",
    ],
)
def test_the_snippets_of_the_guide_print_what_they_say(
    server: LiveServer, tmp_path: Path, containing: str
) -> None:
    program = snippet("python", containing, USING)
    script = tmp_path / "program.py"  # a file, for the pool's processes may import it
    script.write_text(program.replace("localhost:8080", server.hostname))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (printed(program), "")


def test_every_snippet_of_the_guide_is_run() -> None:
    assert len(snippets("python", USING)) == 10, "run the new one too"
    assert len(snippets("sh", USING)) == 1
    assert USING.count("```") == 2 * 11


def test_a_registry_file_of_the_guide_shortens_the_switch_interval(tmp_path: Path) -> None:
    registry = tmp_path / "registry.py"
    told = "class Told:\n    def interval(self):\n        return sys.getswitchinterval()\n"
    shortening = snippet("python", "setswitchinterval", USING)
    registry.write_text(f"{shortening}\n{told}\nregistry = {{'told': Told()}}\n")
    with live_server(registry) as server:
        assert tuber.resolve_simple(server.hostname).told.interval() == pytest.approx(0.0005)


def test_the_program_of_the_guide_outlives_a_restart(registry: Path) -> None:
    program = snippet("python", "TuberRestartWarning", USING)
    with live_server(registry) as server:
        running = subprocess.Popen(
            [sys.executable, "-c", program.replace("localhost:8080", server.hostname)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert running.stdout is not None
        prompt = "Restart the server, then press Enter. "
        assert running.stdout.read(len(prompt)) == prompt
    with live_server(registry, "-p", str(server.port)):
        told, _ = running.communicate("\n")
    assert (told, running.returncode) == (printed(program), 0)


def test_the_guide_and_the_readme_of_the_server_reach_a_unix_socket(registry: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="tuber-") as directory:  # short, for a socket's path
        path = f"{directory}/lab.sock"
        command = snippet("sh", "--uds", USING).replace("/tmp/lab.sock", path)
        serving = subprocess.Popen(
            [sys.executable, "-m", *shlex.split(command)],
            cwd=registry.parent,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert serving.stdout is not None
            assert serving.stdout.readline() == f"Serving on unix:{path}\n"
            program = snippet("python", "unix:", USING)
            run = [sys.executable, "-c", program.replace("/tmp/lab.sock", path)]
            done = subprocess.run(run, capture_output=True, text=True, check=False)
            assert (done.stdout, done.stderr) == (printed(program), "")

            if shutil.which("curl") is None:
                pytest.skip("curl is not installed; the other snippets passed")
            curl = snippet("sh", "--unix-socket", SERVER_README).partition("\n")[2]
            curl = curl.replace("/tmp/lab.sock", path)
            done = subprocess.run(curl, shell=True, capture_output=True, text=True, check=False)
            assert set(json.loads(done.stdout)["result"]["objects"]) == {"heater", "rail"}
        finally:
            serving.terminate()
            serving.communicate(timeout=60)


def test_the_heater_of_the_server_readme_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "registry.py"
    path.write_text(snippet("python", "registry = ", SERVER_README))
    with live_server(path, "--validate") as server:
        heater: Any = tuber.resolve_simple(server.hostname, "Heater")
        assert heater.tuber_set("watts", 2.5) == 2.5
        if shutil.which("curl") is None:
            pytest.skip("curl is not installed; the other snippets passed")
        for containing in ("set_power", "tuber_set"):
            block = snippet("sh", containing, SERVER_README)
            curl = block[block.index("curl") :].replace("localhost:8080", server.hostname)
            done = subprocess.run(curl, shell=True, capture_output=True, text=True, check=False)
            assert done.stdout == '{"result":1.5}'


def test_the_tls_snippet_reaches_a_server_of_an_authority_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority().cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.chdir(tmp_path)
    program = snippet("python no-run", "ssl_context", TRANSPORTS)
    with ScriptedServer(serve, ssl_context=server_context("localhost")) as server:
        names: dict[str, Any] = {"ssl": ssl, "tuber": tuber}
        exec(program.replace("https://board", f"https://localhost:{server.port}"), names)
        with names["board"] as board:
            assert board.read(1) == [1]
