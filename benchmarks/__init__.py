"""Benchmarks of tuber. Each run also measures the servers and clients that it compares with."""
