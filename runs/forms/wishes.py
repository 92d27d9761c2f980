"""From the values of the configure page to what is asked of a search."""

from collections.abc import Mapping
from typing import Any

from runs.configuration import Wishes
from runs.enums import Scheme, Share, Strategy
from runs.forms.more import halving_of


def wishes_of(cleaned: dict[str, Any], *, sent: Mapping[str, Any]) -> Wishes:
    """Return the arguments of `configure`; an empty field says none, or the usual."""
    minutes = cleaned["time_budget_minutes"]
    validation = cleaned["validation_percent"]
    wishes: Wishes = {
        "exclude": cleaned["exclude"] or None,
        "scoring": cleaned["scoring"],
        "metrics": cleaned["metrics"] or None,
        "algorithms": cleaned["algorithms"],
        "enqueued": cleaned["enqueued"],
        "strategy": cleaned["strategy"],
        "n_trials": cleaned["n_trials"],
        "time_budget_seconds": None if minutes is None else 60 * minutes,
        "n_splits": cleaned["n_splits"],
        "holdout_fraction": cleaned["holdout_percent"] / 100,
        "seed": cleaned["seed"],
        "share": cleaned["share"] or Share.EQUAL,
        "target_score": cleaned["target_score"],
        "patience": cleaned["patience"],
        "trial_seconds": cleaned["trial_seconds"],
        "trial_memory_mb": cleaned["trial_memory_mb"],
        "scheme": cleaned["scheme"] or Scheme.KFOLD,
        "split_column": cleaned["split_column"],
        "n_repeats": 1 if cleaned["n_repeats"] is None else cleaned["n_repeats"],
        "validation_fraction": (20 if validation is None else validation) / 100,
        "ensemble": cleaned["ensemble"],
    }
    # Where the field was not sent, a preset's spaces hold; emptied, they do not.
    # These are asked for together; where they are not, a preset answers them.
    if "halving_resource" in sent:
        wishes["train_scores"] = cleaned["train_scores"]
        is_halving = cleaned["strategy"] == Strategy.HALVING
        wishes["halving"] = halving_of(cleaned) if is_halving else None
    if "spaces" in sent or cleaned["spaces"]:
        wishes["spaces"] = cleaned["spaces"] or None
    return wishes
