"""Many clips: cost beside a plain loop, equality with it, kills, queries, and capture files.

``benchmarks.batch.table`` gives the section of docs/benchmarks.md. Each other module measures one
part, and takes its counts and seeds as arguments, so that tests run it small.
"""
