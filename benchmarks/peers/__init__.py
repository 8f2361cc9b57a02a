"""tuber beside the tools one could take instead, in one run: `python -m benchmarks.peers`."""
