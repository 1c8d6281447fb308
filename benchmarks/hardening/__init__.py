"""Meets thousands of hostile files and moments, seeded, in children with limits.

``ROWS`` is the table. A row is one module that offers

- ``TITLE`` and ``CASES``, how many cases a whole run has;
- ``LIMITS``, what a child may take, and ``GATES``, what must hold;
- ``cases(folder, count, seed)``, which writes the inputs and yields a ``Case`` for each;
- ``meet(case)``, run in a child process: does what a user would, returns ``Met``, raises
  ``Broken`` where a rule of the row does not hold, and lets every exception out that no user
  may see.

A new row is a module beside these and a line in ``ROWS``.
"""

from benchmarks.hardening.table import ROWS, measure

__all__ = ["ROWS", "measure"]
