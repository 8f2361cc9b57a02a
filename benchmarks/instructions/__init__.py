"""How many instructions a request and a client's call take: `python -m benchmarks.instructions`."""
