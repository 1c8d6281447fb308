"""Many clips: cost beside a plain loop, equality with it, kills, queries, and capture files.

``measure`` gives the section of docs/benchmarks.md. Each module beside this measures one part, and
takes its counts and seeds as arguments, so that tests run it small.
"""

from benchmarks.batch.table import measure

__all__ = ["measure"]
