"""Benchmarks: never part of the tests, because the machines that run those are noisy."""
