"""The README's snippets, run as they stand but for the port."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.live_server import live_server

README = (Path(__file__).parents[2] / "README.md").read_text()


def snippet(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (block,) = (block for block in blocks if containing in block)
    return str(block)


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
    path = Path(__file__).parents[2] / "scripts" / script
    assert f"scripts/{script}\n" in README
    subprocess.run(["bash", "-n", path], check=True)


def test_every_linked_file_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    for link in links:
        assert (Path(__file__).parents[2] / link).exists(), link


def test_the_benchmark_table_is_there() -> None:
    table = README.partition("<!-- benchmark table -->")[2].partition("<!-- end of benchmark")[0]
    assert "| method that does nothing, 1 connection | requests/s |" in table
    assert "Measured 20" in table
