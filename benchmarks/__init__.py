"""Speed of tuber beside a floor and the predecessor, in one run: `python -m benchmarks`."""
