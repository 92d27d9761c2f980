"""How much the scores of an algorithm depend on each of its parameters, by Optuna."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import optuna
from optuna.importance import (
    BaseImportanceEvaluator,
    FanovaImportanceEvaluator,
    PedAnovaImportanceEvaluator,
    get_param_importances,
)

from runs.search.planning import TrialRecord
from runs.search.samplers import frozen
from runs.search.spaces import Conditional, Distribution, Fixed

# fANOVA's time grows with the trials, its answer hardly changes: a random sample does.
SAMPLED_TRIALS = 500
FEWEST_TRIALS = 4
# Of a forest whose trees are grown out it takes minutes for a thousand trials, since it
# looks at every pair of leaves; sixty-four leaves tell the parameters apart as well.
N_TREES = 32
MAX_DEPTH = 6

Progress = Callable[[str, int, int], None]


class Importance(NamedTuple):
    """A parameter's share of what makes scores differ, by two measures.

    Attributes
    ----------
    name : str
        The parameter.
    fanova : float or None
        Share of the variance over the whole space; None where it is not defined.
    ped_anova : float or None
        Share of what tells the best tenth from all trials.
    n_trials : int
        Trials it is from.
    when : str
        Of a conditional parameter the one it depends on; its shares are those among
        the trials that have it.
    """

    name: str
    fanova: float | None
    ped_anova: float | None
    n_trials: int
    when: str = ""


def importances(
    space: Mapping[str, Distribution],
    records: Sequence[TrialRecord],
    *,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> list[Importance]:
    """Measure the importance of every parameter.

    Parameters
    ----------
    space : mapping of str to Distribution
        The algorithm's search space.
    records : sequence of TrialRecord
        Its trials; those without a value are left out.
    seed : int, default=0
        Seed of the forest and of the sample of a large search.
    on_progress : callable, optional
        Told the step, what is done of it, and of how much.

    Returns
    -------
    list of Importance
        Parameters that vary, the most important first, then the conditional ones.
        Empty with fewer than four trials.

    References
    ----------
    .. [1] Hutter, F. et al. (2014). An efficient approach for assessing hyperparameter
       importance. ICML.
    .. [2] Watanabe, S. et al. (2023). PED-ANOVA: efficiently quantifying hyperparameter
       importance in arbitrary subspaces. IJCAI.
    """
    scored = [r for r in records if r.value is not None]
    if len(scored) > SAMPLED_TRIALS:
        chosen = np.random.default_rng(seed).permutation(len(scored))[:SAMPLED_TRIALS]
        scored = [scored[i] for i in sorted(chosen)]
    varying = {n: d for n, d in space.items() if not isinstance(d, Fixed)}
    always = {n: d for n, d in varying.items() if not isinstance(d, Conditional)}
    conditional = {n: d for n, d in varying.items() if isinstance(d, Conditional)}
    report = on_progress or (lambda step, done, total: None)
    total = 2 * (1 + len(conditional))
    found = _shares(always, scored, seed, lambda done: report("always", done, total))
    found.sort(key=lambda i: -(i.fanova or 0.0))
    for at, (name, distribution) in enumerate(conditional.items(), 1):
        report(name, 2 * at, total)
        having = [r for r in scored if name in r.params]
        shares = _shares(
            {**always, name: distribution}, having, seed, lambda done: None
        )
        found += [
            share._replace(when=distribution.parameter)
            for share in shares
            if share.name == name
        ]
    return found


def _shares(
    space: Mapping[str, Distribution],
    records: Sequence[TrialRecord],
    seed: int,
    report: Callable[[int], None],
) -> list[Importance]:
    """Return the shares of parameters that all these trials have."""
    if len(records) < FEWEST_TRIALS or not space:
        return []
    study = optuna.create_study(direction="maximize")
    study.add_trials([frozen(space, record) for record in records])
    # A parameter that no trial varies has no share, and no distribution to speak of.
    names = [n for n in space if any(n in t.params for t in study.trials)]
    report(0)
    forest = FanovaImportanceEvaluator(n_trees=N_TREES, max_depth=MAX_DEPTH, seed=seed)
    fanova = _evaluated(study, forest, names)
    report(1)
    ped = _evaluated(study, PedAnovaImportanceEvaluator(), names)
    report(2)
    return [
        Importance(name, fanova.get(name), ped.get(name), len(records))
        for name in names
    ]


def _evaluated(
    study: optuna.Study, evaluator: BaseImportanceEvaluator, names: list[str]
) -> dict[str, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = get_param_importances(study, evaluator=evaluator, params=names)
        except (ValueError, RuntimeError):
            return {}  # no variation: every trial has scored the same
    return {name: float(share) for name, share in found.items() if np.isfinite(share)}
