"""A pipeline as a .skops file, which opens without running what is in it."""

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sklearn.pipeline import Pipeline
from skops import io
from skops.io import _utils

_MODULE = re.compile(r'"__module__": "([A-Za-z0-9_.]+)"')
# Of these libraries a model consists, so their types are known before a file is read.
_LIBRARIES = frozenset(
    {
        "builtins",
        "catboost",
        "collections",
        "functools",
        "lightgbm",
        "numpy",
        "operator",
        "pandas",
        "scipy",
        "sklearn",
        "skrub",
        "xgboost",
    }
)

# As short as a reference to them.
_ALWAYS_WRITTEN = (str, bytes, int, float, complex, type, type(None))


class ForeignTypesError(Exception):
    """A model holds something that is of none of the known libraries."""


class SkopsFile(NamedTuple):
    """What a written file holds.

    Attributes
    ----------
    untrusted : list of str
        Types that skops does not trust by itself: whoever opens the file names them.
    libraries : list of str
        Top-level packages of everything in it, sorted.
    """

    untrusted: list[str]
    libraries: list[str]


def write(pipeline: Pipeline, path: Path) -> SkopsFile:
    """Write a pipeline and read it back.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted.
    path : Path
        Where to.

    Returns
    -------
    SkopsFile
        What it holds.

    Raises
    ------
    ForeignTypesError
        If a type is of none of the libraries models are made of.
    """
    with _written_once():
        io.dump(pipeline, path, compression=zipfile.ZIP_DEFLATED)
    untrusted = sorted(io.get_untrusted_types(file=path))
    foreign = [name for name in untrusted if name.split(".")[0] not in _LIBRARIES]
    if foreign:
        raise ForeignTypesError(f"it holds {', '.join(foreign)}")
    with zipfile.ZipFile(path) as archive:
        schema = archive.read("schema.json").decode()
    json.loads(schema)
    libraries = {name.split(".")[0] for name in _MODULE.findall(schema)}
    return SkopsFile(untrusted, sorted(libraries))


def read(path: Path, untrusted: list[str]) -> Any:  # noqa: ANN401
    """Read a file that `write` has written.

    Parameters
    ----------
    path : Path
        The file.
    untrusted : list of str
        The types it may hold besides those skops trusts.

    Returns
    -------
    object
        The pipeline.
    """
    return io.load(path, trusted=untrusted)


@contextmanager
def _written_once() -> Iterator[None]:
    """Have what is referred to again written as a reference, which skops reads.

    skops 0.16 writes it once more, whole (a note in its `get_state` tells of it). skrub
    refers to each step of preparing text ten times and an ensemble to each member three
    times: a file of 3 MB became one of 1.4 GB on its way, in minutes.
    """
    plain = _utils._get_state
    seen: set[int] = set()  # skops keeps what it has seen, so that numbers stay its own

    def state_of(value: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401
        if not isinstance(value, _ALWAYS_WRITTEN):
            if id(value) in seen:
                return {"__class__": "", "__module__": "", "__loader__": "CachedNode"}
            seen.add(id(value))
        state: dict[str, Any] = plain(value, context)
        return state

    _utils._get_state = state_of
    try:
        yield
    finally:
        _utils._get_state = plain
