"""The objects that are served in the benchmarks."""
