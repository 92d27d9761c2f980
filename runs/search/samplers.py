"""Random combinations, drawn by Optuna.

Optuna's ask-and-tell is used in memory; trials are stored by the product alone.
"""

from collections.abc import Mapping

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
    Distribution,
    FloatRange,
    IntRange,
    size_of,
    value_at,
)

# Otherwise Optuna writes a line for each study, and there is one for each draw.
optuna.logging.set_verbosity(optuna.logging.WARNING)


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
    # Sorted: a database may return the same space in another order.
    distributions = {name: _to_optuna(space[name]) for name in sorted(space)}
    entropy = np.random.SeedSequence([seed, index, attempt])
    sampler = optuna.samplers.RandomSampler(seed=int(entropy.generate_state(1)[0]))
    trial = optuna.create_study(sampler=sampler).ask(distributions)
    return {name: _value(space[name], trial.params[name]) for name in distributions}


def _to_optuna(distribution: Distribution) -> BaseDistribution:
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
