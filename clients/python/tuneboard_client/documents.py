"""The document that starts a run, put together with names that an editor knows."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal, TypedDict, Unpack

Space = Mapping[str, Any]


class Options(TypedDict, total=False):
    """What may be said of a run besides target, preset and algorithms.

    docs/specification.md describes each; what is left out is as usual, and None says that
    there is none, also where a preset would say something else.
    """

    name: str | None
    task: Literal["binary", "multiclass", "regression"] | None
    exclude: Sequence[str] | None
    metric: str | None
    metrics: Sequence[str] | None
    spaces: Mapping[str, Space] | None
    enqueued: Sequence[Mapping[str, Any]] | None
    strategy: Literal["grid", "random", "tpe", "halving"] | None
    share: Literal["equal", "adaptive"] | None
    halving: Mapping[str, Any] | None
    max_trials: int | None
    time_budget: float | None
    target_score: float | None
    patience: int | None
    trial_seconds: float | None
    trial_memory_mb: int | None
    scheme: (
        Literal["kfold", "repeated", "group", "time", "holdout", "predefined"] | None
    )
    cv: int | None
    n_repeats: int | None
    split_column: str | None
    validation_fraction: float | None
    holdout: float | None
    train_scores: bool | None
    ensemble: bool | None
    seed: int | None


class RunDocument(Options, total=False):
    """The document that starts a run: the same that ``train --spec`` reads."""

    target: str
    preset: str | None
    algorithms: Sequence[str] | None


def configure(
    target: str,
    *,
    preset: str | None = None,
    algorithms: Sequence[str] | Mapping[str, Space | None] | None = None,
    **options: Unpack[Options],
) -> RunDocument:
    """Put the document of a run together; nothing is asked or started.

    Parameters
    ----------
    target : str
        The column to predict.
    preset : str, optional
        Answers what is left open: ``quick_look``, ``balanced``, ``thorough``,
        ``interpretable``, ``imbalanced``, ``small_data``, ``large_data``, or the name of
        one that the project has saved.
    algorithms : sequence of str, or mapping of str to mapping, optional
        What to search: names, or names with the space of each, as
        ``{"random_forest": {"max_depth": [4, 8, None]}, "ridge": None}``.
    **options
        See `Options`.

    Returns
    -------
    RunDocument
        For `Dataset.start`, or as JSON for the command line.

    Raises
    ------
    TypeError
        If there is no such option; the message names the nearest.

    Examples
    --------
    >>> configure("species", preset="quick_look", time_budget=60)
    {'target': 'species', 'preset': 'quick_look', 'time_budget': 60}
    """
    for name in options:
        if name not in Options.__annotations__:
            raise TypeError(unknown(name))
    found: RunDocument = {"target": target}
    if preset is not None:
        found["preset"] = preset
    found.update(options)  # type: ignore[typeddict-item]
    if isinstance(algorithms, str):
        raise TypeError(f"algorithms must be a list of names: [{algorithms!r}].")
    if algorithms is not None:
        found["algorithms"] = list(algorithms)
    if isinstance(algorithms, Mapping):
        own = {name: space for name, space in algorithms.items() if space}
        if own:
            found["spaces"] = {**own, **(found.get("spaces") or {})}
    return found


def unknown(name: str) -> str:
    """Say that there is no such option.

    Parameters
    ----------
    name : str
        What was given.

    Returns
    -------
    str
        A sentence with the nearest name there is.
    """
    near = get_close_matches(name, list(Options.__annotations__), n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    names = ", ".join(Options.__annotations__)
    return f"A run has no option {name}.{meant} There are: {names}."
