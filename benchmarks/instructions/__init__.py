"""Count the instructions of requests and client calls: `python -m benchmarks.instructions`."""
