"""scripts/lint-prose reports each kind of problem, and nothing in plain prose."""

import pathlib
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "lint-prose"


def lint(path: pathlib.Path, text: str) -> list[str]:
    path.write_text(text)
    done = subprocess.run(
        [sys.executable, SCRIPT, path], check=False, capture_output=True, text=True
    )
    found = done.stdout.replace(f"{path}:", "").splitlines()
    assert done.returncode == bool(found), done.stderr
    return found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.md", "A line.\n\nThe log tells it.\n", ["3: tells"]),
        ("a.md", "| peer | who reads |\n", ["1: who"]),
        ("a.md", "It had\nbetter be plain.\n", ["2: had better"]),
        ("a.md", "```\ncode\n```\nNobody waits.\n", ["4: nobody"]),
        ("a.md", "word " * 21, ["1: wider than 100 columns"]),
        ("a.py", '"""Made for who asks."""\n', ["1: for who"]),
        ("a.py", "x = 1  # the bytes behind it\n", ["1: behind"]),
        ("a.py", "# Read the reply.\n# Who asks waits.\n", ["2: who"]),
        ("a.py", 'raise ValueError("x", f"was {y} asked for")\n', ["1: asked for"]),
        ("a.py", "def test_an_error_is_told():\n    pass\n", ["1: told"]),
        ("a.py", "def f():\n    # " + "word " * 21 + "\n", ["2: wider than 100 columns"]),
        ("a.cpp", "int x;  // The lock is taken anew\n", ["1: anew"]),
        (
            "a.hpp",
            '/* Read\n * by somebody */ log("sits beside it");',
            ["2: somebody", "2: beside"],
        ),
        ("a.toml", 'x = 1  # for its sake\ny = "a time-out of 5 s"\n', ["1: sake", "2: time-out"]),
        ("run", "#!/bin/sh\n# Whoever runs it\nsay 'told'\n", ["2: whoever"]),
    ],
)
def test_a_problem_is_reported(
    tmp_path: pathlib.Path, name: str, text: str, found: list[str]
) -> None:
    assert sorted(lint(tmp_path / name, text)) == sorted(found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "A user who reads this knows why the server runs behind a TLS proxy.\n"),
        ("a.md", "`file.tell()` works.\n\n```\nwho\n" + "x " * 60 + "\n```\n"),
        ("a.md", "| " + "cell " * 30 + "|\n"),
        ("a.md", "- https://example.org/" + "x" * 100 + "\n"),
        ("a.py", 'position = file.tell()\nkind = "behind"\nraw = b"told by somebody"\n'),
        ("a.cpp", "int64_t behind = told();  // Bytes after it.\nchar c = '\"';\n"),
        ("a.bin", "told by nobody\n"),
    ],
)
def test_plain_prose_and_code_pass(tmp_path: pathlib.Path, name: str, text: str) -> None:
    assert lint(tmp_path / name, text) == []
