"""Every snippet of the documentation is run as it stands, except for its ports and paths.

- Python that assigns ``registry`` is served to the snippets after it on its page. A page without
  one uses that of docs/how-to/index.md.
- Other Python is a program; the comment after each ``print`` is what it prints.
- Python marked ``no-run`` is compiled.
- In a shell snippet ``curl`` is run, and the comment after it is what it prints. The options of
  ``tuberd`` are parsed. The rest has the syntax of a shell.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import tuberd
from tests.support.live_server import START_SECONDS, live_server
from tuberd.service.options import parse_options

ROOT = Path(__file__).parents[2]
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")),
    *(ROOT / name / "README.md" for name in ("client", "server", "examples/cpp_instrument")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
DEFAULT = ROOT / "docs" / "how-to" / "index.md"
SOCKET = "/tmp/lab.sock"


@dataclass(frozen=True)
class Snippet:
    """A fenced block of a page, and the registry for it."""

    page: Path
    line: int
    words: tuple[str, ...]
    text: str
    registry: str

    @property
    def id(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @contextmanager
    def served(self, directory: Path) -> Iterator[str]:
        """Serve the registry; yield the text with the address of the server."""
        path = directory / "registry.py"
        path.write_text(self.registry)
        if SOCKET in self.text:
            with unix_server(path) as socket:
                yield self.text.replace(SOCKET, socket)
        else:
            with live_server(path) as server:
                yield self.text.replace("localhost:8080", server.hostname)


@contextmanager
def unix_server(registry: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="tuber-") as directory:  # short: a socket's path is
        socket = f"{directory}/lab.sock"
        command = [sys.executable, "-m", "tuberd", "-r", str(registry), "--uds", socket]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                assert server.stdout.readline() == f"Serving on unix:{socket}\n"
                yield socket
            finally:
                server.terminate()
                server.wait(START_SECONDS)


def is_registry(text: str) -> bool:
    return re.search("^registry = ", text, re.MULTILINE) is not None


def snippets(page: Path, default: str) -> Iterator[Snippet]:
    text, registry = page.read_text(encoding="utf-8"), default
    for block in re.finditer(r"^```(\w[^\n]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        words = tuple(block[1].split())
        if words == ("python",) and is_registry(block[2]):
            registry = block[2]
        yield Snippet(page, text[: block.start()].count("\n") + 1, words, block[2], registry)


(REGISTRY,) = (each.text for each in snippets(DEFAULT, "") if is_registry(each.text))
ALL = [snippet for page in PAGES for snippet in snippets(page, REGISTRY)]
PYTHON = [each for each in ALL if each.words == ("python",)]
PROGRAMS = [each for each in PYTHON if not is_registry(each.text) and "input(" not in each.text]
UNRUN = [each for each in ALL if each.words == ("python", "no-run")]
SHELL = [each for each in ALL if each.words == ("sh",)]
CALLS = [each for each in SHELL if re.search("^curl ", each.text, re.MULTILINE)]


def commands(shell: str) -> list[str]:
    """Return the commands of a shell snippet, with joined lines and without comments."""
    lines = shell.replace("\\\n", " ").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def ids(snippet: Snippet) -> str:
    return snippet.id


def printed(program: str) -> str:
    """Return the output of a program according to its comments."""
    lines = re.findall(r"^ *print\(.*\)  # (.*)$", program, re.MULTILINE)
    assert len(lines) == program.count("print("), "a print has no comment with its output"
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("snippet", PROGRAMS, ids=ids)
def test_a_program_prints_what_its_comments_say(snippet: Snippet, tmp_path: Path) -> None:
    with snippet.served(tmp_path) as program:
        script = tmp_path / "program.py"  # a file, because processes of a pool import it
        script.write_text(program)
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (printed(program), "")


def test_the_program_about_restarts_survives_one(tmp_path: Path) -> None:
    (snippet,) = (each for each in PYTHON if "input(" in each.text)
    prompt = "Restart the server, then press Enter. "
    with snippet.served(tmp_path) as program:
        running = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert running.stdout is not None
        assert running.stdout.read(len(prompt)) == prompt
    (port,) = re.findall(r"127\.0\.0\.1:(\d+)", program)
    with live_server(tmp_path / "registry.py", "-p", port):
        output, _ = running.communicate("\n")
    assert (output, running.returncode) == (printed(program), 0)


@pytest.mark.parametrize("snippet", UNRUN, ids=ids)
def test_python_that_is_not_run_compiles(snippet: Snippet) -> None:
    compile(snippet.text, snippet.id, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("snippet", CALLS, ids=ids)
def test_curl_prints_what_the_comment_says(snippet: Snippet, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    expected = re.findall("^# (.*)$", snippet.text, re.MULTILINE)
    with snippet.served(tmp_path) as text:
        (command,) = (each for each in commands(text) if each.startswith("curl "))
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert isinstance(json.loads(done.stdout), dict)
    assert expected in ([], [done.stdout])


@pytest.mark.parametrize("snippet", SHELL, ids=ids)
def test_shell_commands_are_sound(snippet: Snippet) -> None:
    subprocess.run(["bash", "-n"], input=snippet.text, text=True, check=True)
    for command in commands(snippet.text):
        words = shlex.split(command)
        if words[0] == "tuberd":
            parse_options(words[1:])
        if words[0].startswith("scripts/"):
            subprocess.run(["bash", "-n", ROOT / words[0]], check=True)


def test_the_command_for_a_token_makes_a_token_file(tmp_path: Path) -> None:
    (snippet,) = (each for each in SHELL if "secrets" in each.text)
    command = snippet.text.replace("python3", sys.executable)
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    assert [each.may_control for each in tuberd.load_tokens(tmp_path / "tokens")] == [True]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_linked_file_and_heading_exists(page: Path) -> None:
    for link, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", page.read_text()):
        target = page.parent / link if link else page
        assert target.exists(), link
        text = target.read_text() if anchor else ""
        for included in re.findall(r"^```{include} (\S+)$", text, re.MULTILINE):
            text += (target.parent / included).read_text()
        assert not anchor or anchor in map(slug, re.findall("^#+ (.+)$", text, re.MULTILINE)), link


def slug(heading: str) -> str:
    """Return the anchor that GitHub and MyST create for a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
