"""Benchmarks with peers in the same run: ratios and peak memory, never bare seconds."""
