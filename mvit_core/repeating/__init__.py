"""Makes a result again from what it says of itself, and compares; folders that hold all of it.

::

    Provenance, folders -Inputs-> clips and models by name and digest
         -KINDS[kind].make-> the file again -compared-> same, or how it differs
"""

from mvit_core.repeating.compare import compared
from mvit_core.repeating.crate import CRATE_NAME, check_crate, read_crate, write_crate
from mvit_core.repeating.inputs import Inputs
from mvit_core.repeating.kinds import KINDS, repeat
from mvit_core.repeating.verify import Verdict, verify

__all__ = [
    "CRATE_NAME",
    "KINDS",
    "Inputs",
    "Verdict",
    "check_crate",
    "compared",
    "read_crate",
    "repeat",
    "verify",
    "write_crate",
]
