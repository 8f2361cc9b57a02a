"""tuber compared with other tools for remote calls: `python -m benchmarks.peers`."""
