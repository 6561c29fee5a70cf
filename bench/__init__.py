"""Benchmarks: each prints ratios measured in one run and leaves no time limit in a test."""
