"""The command line that starts the same search."""

import shlex
from typing import Any

from runs.configuration import USUAL, Configuration
from runs.models import Dataset
from runs.specifications import changed_spaces, left_out, trials_asked

# Options of `train` by the attribute of a configuration they stand for.
OPTIONS = {
    "scoring": "--metric",
    "strategy": "--strategy",
    "share": "--share",
    "n_trials": "--max-trials",
    "time_budget_seconds": "--time-budget",
    "target_score": "--target-score",
    "patience": "--patience",
    "trial_seconds": "--trial-seconds",
    "trial_memory_mb": "--trial-memory",
    "scheme": "--scheme",
    "n_splits": "--cv",
    "n_repeats": "--repeats",
    "split_column": "--split-column",
    "validation_fraction": "--validation",
    "holdout_fraction": "--holdout",
    "seed": "--seed",
}
FILE = "run.json"


def command_of(
    configuration: Configuration, dataset: Dataset, base: Configuration | None
) -> str:
    """Return the call of `train`; with a file where options cannot say it all.

    `base` is what the preset makes of the table: what is as it has it is not repeated.
    """
    words = ["./manage.py", "train", str(dataset.pk), "--target", configuration.target]
    if needs_file(configuration, dataset, base):
        return shlex.join([*words[:3], "--spec", FILE])
    words += ["--task", configuration.task]
    words += ["--preset", configuration.preset or "none"]
    words += ["--algorithms", ",".join(configuration.spaces)]
    words += ["--metrics", ",".join(configuration.metrics)]
    for name, option in OPTIONS.items():
        value, usual = asked(configuration, name), of_base(base, name)
        if value != usual:
            words += [option, str(value)]
    if not configuration.ensemble and (base is None or base.ensemble):
        words.append("--no-ensemble")
    return shlex.join(words)


def asked(configuration: Configuration, name: str) -> Any:  # noqa: ANN401
    if name == "n_trials":
        return trials_asked(configuration)
    value = getattr(configuration, name)
    return value.value if hasattr(value, "value") else value


def of_base(base: Configuration | None, name: str) -> Any:  # noqa: ANN401
    return asked(base, name) if base else USUAL[name]  # type: ignore[literal-required]


def needs_file(
    configuration: Configuration, dataset: Dataset, base: Configuration | None
) -> bool:
    """Tell whether something is asked for that no option says."""
    spaces = changed_spaces(
        configuration.spaces, configuration.task, configuration.strategy
    )
    own = dict(base.spaces) if base else {}
    is_changed = any(own.get(name) != space for name, space in spaces.items()) or any(
        # The preset's own values would hold, and the usual ones are asked for.
        name in own and own[name] != configuration.spaces[name]
        for name in configuration.spaces
    )
    usual_scores = base.train_scores if base else True
    usual_halving = base.halving if base else configuration.halving
    # An option cannot take back a limit that a preset sets.
    is_none = any(
        asked(configuration, name) in (None, "")
        and of_base(base, name) not in (None, "")
        for name in OPTIONS
    )
    return bool(
        is_changed
        or is_none
        or left_out(configuration, dataset)
        or getattr(configuration, "enqueued", [])
        or configuration.train_scores != usual_scores
        or configuration.halving != usual_halving
        or (configuration.ensemble and base is not None and not base.ensemble)
    )
