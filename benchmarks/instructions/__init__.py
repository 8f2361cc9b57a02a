"""Instructions of requests and of a client's calls: `python -m benchmarks.instructions`."""
