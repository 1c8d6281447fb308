"""Models that the user's own code builds: described and run as they are."""

from mvit_core.own_model.loading import captured_module, load_code
from mvit_core.own_model.running import run_module

__all__ = ["captured_module", "load_code", "run_module"]
