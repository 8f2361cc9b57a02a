"""Serves a tool's instrument until it is ended: `python -m benchmarks.peers.server TOOL PORT`."""

from __future__ import annotations

import importlib
import sys

if __name__ == "__main__":
    importlib.import_module(f"benchmarks.peers.tools.{sys.argv[1]}").serve(int(sys.argv[2]))
