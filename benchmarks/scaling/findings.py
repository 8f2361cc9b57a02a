"""All that one run of this package found, and the file it is kept in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..machine import Circumstances
from .busy import BusyRow
from .connections import ConnectionsRow
from .cores import CoresLine
from .growth import Line


@dataclass(frozen=True)
class Findings:
    """What was measured; a part that was left out is empty."""

    circumstances: Circumstances
    connections: Sequence[ConnectionsRow] = field(default_factory=list)
    cores: Sequence[CoresLine] = field(default_factory=list)
    busy: Sequence[BusyRow] = field(default_factory=list)
    growth: Sequence[Line] = field(default_factory=list)

    def to_json(self) -> str:
        """Everything, with full precision."""
        return json.dumps(
            {
                "circumstances": asdict(self.circumstances),
                "connections": [_plain(asdict(row)) for row in self.connections],
                "cores": [_plain(asdict(line)) for line in self.cores],
                "busy": [_plain(asdict(row)) for row in self.busy],
                "growth": [_growth(line) for line in self.growth],
            },
            indent=2,
        )

    def failures(self) -> list[str]:
        """What of ours could not be measured, or let a client down; the others' is their affair."""
        found = [
            f"{row.active} active, {row.idle} idle: {row.error or 'a connection was let down'}"
            for row in self.connections
            if row.side.value == "tuber" and (row.report is None or row.report.stalled)
        ]
        found += [f"{line.name}: {line.error}" for line in self.cores if line.error]
        found += [
            f"busy thread, {row.connections} connections: {row.error}"
            for row in self.busy
            if row.error and row.side.value == "tuber"
        ]
        found += [
            f"{line.question.name}: {line.error}"
            for line in self.growth
            if line.error and line.side.value == "tuber"
        ]
        return found


def _growth(line: Line) -> dict[str, Any]:
    question, growth = line.question, line.growth
    found: dict[str, Any] = {
        "question": question.name,
        "side": line.side.value,
        "by": "client" if line.by_client else "socket",
        "law": question.law.value,
        "error": line.error,
    }
    if growth is not None:
        found["seconds"] = {str(size): seconds for size, seconds in growth.seconds.items()}
        found["ratio"], found["exponent"] = growth.ratio, growth.exponent
        found["met"] = growth.obeys(question.law)
    return found


def _plain(members: Mapping[str, Any]) -> dict[str, Any]:
    """With names instead of members of enumerations, which JSON has no form for."""
    return {name: getattr(each, "value", each) for name, each in members.items()}
