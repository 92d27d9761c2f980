"""scikit-learn's neural networks, trained with fewer steps of Python between the sums.

On tables of some thousand rows, most of the time of training goes into what surrounds the
arithmetic: checking arrays, indexing batch by batch, updating each layer's weights by
itself, and a loss that nobody looks at once a validation part tells when to stop. Here
all weights lie in one array and are updated together. Every number that decides about the
weights is computed by the same operations in the same order, so that weights and scores
are equal to the last bit; a test holds them to scikit-learn's.
"""

import math
import warnings
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.neural_network._base import ACTIVATIONS, DERIVATIVES, LOSS_FUNCTIONS
from sklearn.utils import gen_batches

# Layers begin at whole cache lines.
_ALIGNED = 8


def quick(estimator: Any) -> Any:  # noqa: ANN401
    """Return an unfitted network of the same parameters that trains faster.

    Parameters
    ----------
    estimator : MLPClassifier or TransformedTargetRegressor
        Unfitted; a regressor is changed inside.

    Returns
    -------
    estimator
        To fit and to ask, and not to keep: it is of a class of this module.
    """
    if isinstance(estimator, TransformedTargetRegressor):
        return estimator.set_params(regressor=quick(estimator.regressor))
    kinds = {MLPClassifier: _QuickClassifier, MLPRegressor: _QuickRegressor}
    return kinds[type(estimator)](**estimator.get_params())


class _Weights:
    """The weights of all layers in one array, with a view of each layer.

    Parameters
    ----------
    sizes : list of int
        Neurons of the layers, from input to output.
    """

    def __init__(self, sizes: list[int]) -> None:
        shapes: list[tuple[int, ...]] = list(pairwise(sizes))
        ends = np.cumsum([_padded(shape) for shape in shapes])
        self.n_coefs = int(ends[-1])
        shapes += [(size,) for size in sizes[1:]]
        ends = np.cumsum([_padded(shape) for shape in shapes])
        self.flat = np.zeros(ends[-1])
        views = [
            self.flat[end - _padded(shape) :][: int(np.prod(shape))].reshape(shape)
            for shape, end in zip(shapes, ends, strict=True)
        ]
        self.coefs, self.intercepts = views[: len(sizes) - 1], views[len(sizes) - 1 :]

    def fill(self, coefs: list[NDArray[Any]], intercepts: list[NDArray[Any]]) -> None:
        """Take over the weights of other arrays."""
        for mine, other in zip(
            [*self.coefs, *self.intercepts], [*coefs, *intercepts], strict=True
        ):
            mine[...] = other


def _padded(shape: tuple[int, ...]) -> int:
    return -(-int(np.prod(shape)) // _ALIGNED) * _ALIGNED


class _Adam:
    """The optimiser, for all weights at once.

    Parameters
    ----------
    estimator : estimator
        The network, for its parameters.
    weights : ndarray of shape (n_weights,)
        Changed by each step.
    """

    def __init__(self, estimator: Any, weights: NDArray[Any]) -> None:  # noqa: ANN401
        self.rate = estimator.learning_rate_init
        self.beta_1, self.beta_2 = estimator.beta_1, estimator.beta_2
        self.epsilon = estimator.epsilon
        self.weights = weights
        self.t = 0
        self.m, self.v = np.zeros_like(weights), np.zeros_like(weights)
        self._step, self._scale = np.empty_like(weights), np.empty_like(weights)

    def step(self, gradient: NDArray[Any]) -> None:
        """Go one step down; in the operations and the order of scikit-learn."""
        self.t += 1
        m, v, step, scale = self.m, self.v, self._step, self._scale
        m *= self.beta_1
        np.multiply(gradient, 1 - self.beta_1, out=step)
        m += step
        v *= self.beta_2
        np.multiply(gradient, gradient, out=step)
        step *= 1 - self.beta_2
        v += step
        rate = self.rate * np.sqrt(1 - self.beta_2**self.t) / (1 - self.beta_1**self.t)
        np.multiply(m, -rate, out=step)
        np.sqrt(v, out=scale)
        scale += self.epsilon
        step /= scale
        self.weights += step


class _Quick:
    """Trains by Adam; whatever else is asked for is scikit-learn's own way."""

    def _fit_stochastic(
        self: Any,
        X: NDArray[Any],
        y: NDArray[Any],
        sample_weight: Any,  # noqa: ANN401
        activations: list[Any],
        deltas: list[Any],
        coef_grads: list[Any],
        intercept_grads: list[Any],
        layer_units: list[int],
        incremental: bool,
    ) -> None:
        if (
            self.solver != "adam"
            or incremental
            or sample_weight is not None
            or self.verbose
            or not self.shuffle
            or issparse(X)
            or X.dtype != np.float64
            or y.dtype not in (np.float64, np.bool_)
        ):
            super()._fit_stochastic(  # type: ignore[misc]
                X,
                y,
                sample_weight,
                activations,
                deltas,
                coef_grads,
                intercept_grads,
                layer_units,
                incremental,
            )
            return
        X_val = y_val = None
        if self.early_stopping:
            X, X_val, y, y_val = self._parted(X, y)
        _Training(self, layer_units).run(X, y, X_val, y_val)

    def _parted(self: Any, X: NDArray[Any], y: NDArray[Any]) -> list[NDArray[Any]]:
        by_class = hasattr(self, "_label_binarizer") and self.n_outputs_ == 1
        parts: list[NDArray[Any]] = train_test_split(
            X,
            y,
            random_state=self._random_state,
            test_size=self.validation_fraction,
            stratify=y if by_class else None,
        )
        if len(parts[1]) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' "
                "or the size of your dataset."
            )
        return parts


class _QuickClassifier(_Quick, MLPClassifier):  # type: ignore[misc]
    def _validation_score(self, output: NDArray[Any], y: NDArray[Any]) -> float:
        """Return the share of rows whose class is right."""
        if self.n_outputs_ == 1:
            right = (output > 0.5) == y
        else:
            right = output.argmax(axis=1) == y.argmax(axis=1)
        return float(np.average(right))


class _QuickRegressor(_Quick, MLPRegressor):  # type: ignore[misc]
    def _validation_score(self, output: NDArray[Any], y: NDArray[Any]) -> float:
        """Return the coefficient of determination."""
        if not np.isfinite(output).all():
            return math.nan
        missed = np.sum((y - output) ** 2, axis=0)
        spread = np.sum((y - np.average(y, axis=0)) ** 2, axis=0)
        if len(spread) > 1 or missed[0] == 0 or spread[0] == 0:
            return float(r2_score(y, output))
        return float((1 - missed / spread)[0])


class _Training:
    """One training by Adam, from the first weights to those that are kept.

    Parameters
    ----------
    network : estimator
        With its first weights and the state of its random numbers; it is changed.
    sizes : list of int
        Neurons of the layers, from input to output.
    """

    def __init__(self, network: Any, sizes: list[int]) -> None:  # noqa: ANN401
        self.network = network
        self.weights, self.gradient = _Weights(sizes), _Weights(sizes)
        self.weights.fill(network.coefs_, network.intercepts_)
        self.adam = _Adam(network, self.weights.flat)
        self.activate = ACTIVATIONS[network.activation]
        self.output = ACTIVATIONS[network.out_activation_]
        relu = network.activation == "relu"
        self.derive = _derive_relu if relu else DERIVATIVES[network.activation]
        loss = network.loss
        if loss == "log_loss" and network.out_activation_ == "logistic":
            loss = "binary_log_loss"
        self.loss_of = LOSS_FUNCTIONS[loss]

    def run(
        self,
        X: NDArray[Any],
        y: NDArray[Any],
        X_val: NDArray[Any] | None,
        y_val: NDArray[Any] | None,
    ) -> None:
        """Train until nothing improves or all passes are done.

        Parameters
        ----------
        X, y : ndarray
            Rows to train on.
        X_val, y_val : ndarray, optional
            Rows that tell when to stop; the loss tells where there are none.
        """
        network, n_rows = self.network, len(X)
        size = n_rows
        if network.batch_size == "auto":
            size = min(200, n_rows)
        elif network.batch_size > n_rows:
            warnings.warn(
                "Got `batch_size` less than 1 or larger than "
                "sample size. It is going to be clipped",
                stacklevel=2,
            )
        else:
            size = network.batch_size
        batches = list(gen_batches(n_rows, size))
        order = np.arange(n_rows)
        best, best_weights, no_better = -math.inf, self.weights.flat.copy(), 0
        network.n_iter_ = 0
        while network.n_iter_ < network.max_iter:
            turns = np.arange(n_rows)
            network._random_state.shuffle(turns)
            order = order[turns]
            rows = [order[batch] for batch in batches]
            loss = self._pass(X, y, rows, with_loss=X_val is None)
            network.n_iter_ += 1
            if X_val is not None:
                value = network._validation_score(self._predicted(X_val), y_val)
            else:
                value = -loss
                network.loss_curve_.append(loss)
            worse = value < best + network.tol
            no_better = no_better + 1 if worse else 0
            if value > best:
                best = value
                best_weights[:] = self.weights.flat
            if no_better > network.n_iter_no_change:
                break
            if network.n_iter_ == network.max_iter:
                warnings.warn(
                    f"Stochastic Optimizer: Maximum iterations ({network.max_iter}) "
                    "reached and the optimization hasn't converged yet.",
                    ConvergenceWarning,
                    stacklevel=2,
                )
        if X_val is not None:
            self.weights.flat[:] = best_weights
        network.coefs_ = self.weights.coefs
        network.intercepts_ = self.weights.intercepts

    def _pass(
        self,
        X: NDArray[Any],
        y: NDArray[Any],
        batches: list[NDArray[Any]],
        *,
        with_loss: bool,
    ) -> float:
        """Go once over all rows; return the mean loss, 0 if nobody looks at it."""
        total = 0.0
        for batch in batches:
            # A batch at a time: of a large table all rows in order are another table.
            layers, wanted = self._forward(X[batch]), y[batch]
            if with_loss:
                total += self._loss(layers[-1], wanted) * len(batch)
            self._backward(layers, wanted)
            self.adam.step(self.gradient.flat)
        return total / len(X)

    def _forward(self, X: NDArray[Any]) -> list[NDArray[Any]]:
        layers = [X]
        last = len(self.weights.coefs) - 1
        for i, coefs in enumerate(self.weights.coefs):
            values = layers[i] @ coefs
            values += self.weights.intercepts[i]
            (self.output if i == last else self.activate)(values)
            layers.append(values)
        return layers

    def _predicted(self, X: NDArray[Any]) -> NDArray[Any]:
        return self._forward(X)[-1]

    def _backward(self, layers: list[NDArray[Any]], y: NDArray[Any]) -> None:
        weights, gradient = self.weights, self.gradient
        delta = layers[-1] - y
        for i in range(len(weights.coefs) - 1, -1, -1):
            np.matmul(layers[i].T, delta, out=gradient.coefs[i])
            np.sum(delta, axis=0, out=gradient.intercepts[i])
            if i:
                delta = delta @ weights.coefs[i].T
                self.derive(layers[i], delta)
        n = weights.n_coefs
        gradient.flat[:n] += self.network.alpha * weights.flat[:n]
        gradient.flat /= len(y)

    def _loss(self, output: NDArray[Any], y: NDArray[Any]) -> float:
        loss = self.loss_of(y, output, None)
        values = 0
        for coefs in self.weights.coefs:
            values += np.dot(coefs.ravel(), coefs.ravel())
        loss += (0.5 * self.network.alpha) * values / len(y)
        return float(loss)


def _derive_relu(values: NDArray[Any], delta: NDArray[Any]) -> None:
    """Set to 0 where a neuron is silent; a mask of bits is faster than one of places."""
    mask = (values != 0).astype(np.int64)
    np.negative(mask, out=mask)
    bits = delta.view(np.int64)
    np.bitwise_and(bits, mask, out=bits)
