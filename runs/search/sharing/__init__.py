"""Fits that several trials share, without changing a single score.

``fit_group`` fits what the trials of a unit have in common once and answers for each of
them; ``fit_curve`` fits a boosting model whose number of iterations is still to be found.
"""

from runs.search.sharing.curves import Curve, fit_curve
from runs.search.sharing.groups import Fitted, adapted, fit_group
from runs.search.sharing.responses import Response

__all__ = ["Curve", "Fitted", "Response", "adapted", "fit_curve", "fit_group"]
