"""What the command writes into documents: only ever what is between its marks."""

from __future__ import annotations

from pathlib import Path

from .environment import ROOT
from .marks import replaced
from .results import Results
from .table import missed_to_markdown, to_full_markdown, to_markdown

README = ROOT / "README.md"
PAGE = ROOT / "docs" / "benchmarks.md"


def write_documents(results: Results, readme: Path = README, page: Path = PAGE) -> None:
    """Writes the tables into the README and into docs/benchmarks.md.

    Raises:
        ValueError: one of them lacks its marks.
    """
    text = replaced(readme.read_text(), "benchmark table", to_markdown(results))
    full = replaced(page.read_text(), "full benchmark table", to_full_markdown(results))
    full = replaced(full, "missed goals", missed_to_markdown(results))
    readme.write_text(text)
    page.write_text(full)
