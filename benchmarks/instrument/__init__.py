"""The objects that the benchmarks serve."""
