"""What a search would take, found by timing a little of it on the table itself.

`probing` loads the engine and belongs into a worker; estimates and concerns do not.
"""

from runs.search.preflight.estimates import Estimate, estimate, spell
from runs.search.preflight.reasons import Concern, concerns_of

__all__ = ["Concern", "Estimate", "concerns_of", "estimate", "spell"]
