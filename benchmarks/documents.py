"""What the command writes into documents: only ever what is between its marks."""

from __future__ import annotations

from .environment import ROOT
from .marks import replaced
from .results import Results
from .table import to_full_markdown, to_markdown

README = ROOT / "README.md"
PAGE = ROOT / "docs" / "benchmarks.md"


def write_documents(results: Results) -> None:
    """Writes the tables into the README and into docs/benchmarks.md.

    Raises:
        ValueError: one of them lacks its marks.
    """
    for path, text in ((README, to_markdown(results)), (PAGE, to_full_markdown(results))):
        path.write_text(replaced(path.read_text(), "benchmark table", text))
