"""Combinations, drawn by Optuna.

Optuna's ask-and-tell is used in memory; trials are stored by the product alone.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from runs.search.parameters import Value
from runs.search.spaces import (
    Choices,
    Conditional,
    Distribution,
    Fixed,
    FloatRange,
    IntRange,
    contains,
    exists,
    size_of,
    value_at,
)

if TYPE_CHECKING:
    from runs.search.planning import TrialRecord

# Otherwise Optuna writes a line for each study, and there is one for each draw.
optuna.logging.set_verbosity(optuna.logging.WARNING)


# Trials a Parzen estimator is told of: asking it costs time in proportion to them.
_BEST, _LATEST = 150, 100
# Random draws before the estimator has enough to go by.
_STARTUP = 8


def draw(
    space: Mapping[str, Distribution], *, seed: int, index: int, attempt: int = 0
) -> dict[str, Value]:
    """Draw the ``index``-th random combination of a space.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.
    seed : int
        Seed of the run.
    index : int
        Number of the combination; each is independent of all others.
    attempt : int, default=0
        Number of the try, where earlier ones gave a combination already known.

    Returns
    -------
    dict of str to value
        Parameter combination in plain Python types, names in sorted order.
    """
    if not space:
        return {}
    sampler = optuna.samplers.RandomSampler(seed=_seed(seed, index, attempt))
    return _ask(optuna.create_study(sampler=sampler), space)


def _seed(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


def _ask(study: optuna.Study, space: Mapping[str, Distribution]) -> dict[str, Value]:
    """Ask for one combination; conditions are looked at when what they name is known."""
    trial = study.ask()
    params: dict[str, Value] = {}
    # Sorted: a database may return the same space in another order.
    names = sorted(space, key=lambda n: (isinstance(space[n], Conditional), n))
    for name in names:
        if not exists(space[name], params):
            continue
        plain = _plain(space[name])
        if isinstance(plain, Fixed):
            params[name] = plain.value
        else:
            drawn = trial._suggest(name, _to_optuna(plain))
            params[name] = _value(plain, drawn)
    return dict(sorted(params.items()))


def _plain(distribution: Distribution) -> Any:  # noqa: ANN401
    if isinstance(distribution, Conditional):
        return distribution.distribution
    return distribution


def propose(
    space: Mapping[str, Distribution],
    records: "Sequence[TrialRecord]",
    *,
    seed: int,
    index: int,
) -> dict[str, Value]:
    """Propose a combination by a tree-structured Parzen estimator.

    It is told of the best 150 and the latest 100 trials only, which bounds what asking
    costs; trials that are still running count as bad ones, so that the next proposal
    lies elsewhere.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space.
    records : sequence of TrialRecord
        The algorithm's trials so far.
    seed : int
        Seed of the run.
    index : int
        Number of the combination.

    Returns
    -------
    dict of str to value
        Parameter combination, names in sorted order; it may be known already.

    References
    ----------
    .. [1] Bergstra, J. et al. (2011). Algorithms for hyper-parameter optimization. NIPS.
    """
    with warnings.catch_warnings():
        # These options have been experimental for years.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=_STARTUP,
            multivariate=True,
            group=True,
            constant_liar=True,
            seed=_seed(seed, index),
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        for record in _told(records):
            study.add_trial(frozen(space, record))
        return _ask(study, space)


def _told(records: "Sequence[TrialRecord]") -> "list[TrialRecord]":
    usable = [r for r in records if r.value is not None or r.state in _PENDING]
    if len(usable) <= _BEST + _LATEST:
        return usable
    latest = usable[-_LATEST:]
    scored = [r for r in usable[:-_LATEST] if r.value is not None]
    best = sorted(scored, key=lambda r: -(r.value or 0.0))[:_BEST]
    return [*sorted(best, key=lambda r: r.number), *latest]


_PENDING = ("waiting", "running")


def frozen(
    space: Mapping[str, Distribution], record: "TrialRecord"
) -> optuna.trial.FrozenTrial:
    """Write a trial as Optuna has it.

    Parameters
    ----------
    space : mapping of str to Distribution
        The space; parameters that are fixed or lie outside it are left out.
    record : TrialRecord
        The trial; without a value it counts as running.

    Returns
    -------
    optuna.trial.FrozenTrial
        The same trial.
    """
    params, distributions = {}, {}
    for name, value in record.params.items():
        plain = _plain(space[name]) if name in space else None
        if plain is None or isinstance(plain, Fixed) or not contains(plain, value):
            continue
        distributions[name] = _to_optuna(plain)
        params[name] = _position(plain, value)
    done = record.value is not None
    return optuna.trial.create_trial(
        params=params,
        distributions=distributions,
        value=record.value if done else None,
        state=optuna.trial.TrialState.COMPLETE
        if done
        else optuna.trial.TrialState.RUNNING,
    )


def _position(distribution: Distribution, value: Value) -> Any:  # noqa: ANN401
    """Return what Optuna drew for a value: a stepped float is drawn by position."""
    if isinstance(distribution, FloatRange) and distribution.step is not None:
        assert isinstance(value, int | float)
        return round((value - distribution.low) / distribution.step)
    return value


def prunes(others: "Sequence[float]", value: float, eta: int) -> bool:
    """Ask Optuna's pruner whether a trial ends at a rung.

    Parameters
    ----------
    others : sequence of float
        What other trials reached there; greater is better.
    value : float
        The trial's own value.
    eta : int
        One trial in ``eta`` goes on.

    Returns
    -------
    bool
        True if it ends.
    """
    pruner = optuna.pruners.SuccessiveHalvingPruner(
        min_resource=1, reduction_factor=eta
    )
    study = optuna.create_study(direction="maximize", pruner=pruner)
    for other in others:
        study.add_trial(
            optuna.trial.create_trial(
                value=other,
                intermediate_values={1: other},
                system_attrs={"completed_rung_0": other},
            )
        )
    trial = study.ask()
    trial.report(value, step=1)
    return trial.should_prune()


def _to_optuna(
    distribution: Choices | IntRange | FloatRange,
) -> BaseDistribution:
    if isinstance(distribution, Choices):
        return CategoricalDistribution(distribution.choices)
    if isinstance(distribution, IntRange):
        return IntDistribution(
            distribution.low, distribution.high, distribution.log, distribution.step
        )
    if distribution.step is not None:
        # By position: a random value must be one of the grid's to the last digit.
        size = size_of(distribution)
        assert size is not None
        return IntDistribution(0, size - 1)
    return FloatDistribution(distribution.low, distribution.high, distribution.log)


def _value(distribution: Distribution, drawn: Value) -> Value:
    if isinstance(distribution, FloatRange) and distribution.step is not None:
        assert isinstance(drawn, int)
        return value_at(distribution, drawn)
    return drawn
