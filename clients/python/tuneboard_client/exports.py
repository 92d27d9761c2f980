"""Models as files: asked for, waited for, saved."""

from pathlib import Path
from typing import Any, Literal

from tuneboard_client.errors import FailedError
from tuneboard_client.resources import until
from tuneboard_client.transport import Transport

Kind = Literal["joblib", "skops", "onnx", "folder", "recipe"]
WORKING = frozenset({"waiting", "computing"})


def list_exports(transport: Transport, model_id: int) -> dict[str, dict[str, Any]]:
    """Return what a model can be taken away as.

    Parameters
    ----------
    transport : Transport
        The server.
    model_id : int
        The model.

    Returns
    -------
    dict of str to dict
        By kind: ``state``, ``error``, ``file``, ``checks``.
    """
    found = transport.get(f"/models/{model_id}/exports")["items"]
    return {one["kind"]: one for one in found}


def save_export(
    transport: Transport,
    model_id: int,
    kind: Kind,
    path: Path,
    *,
    timeout: float | None = None,
) -> Path:
    """Save a model as a file of a kind; have it written first if it is not there.

    Parameters
    ----------
    transport : Transport
        The server.
    model_id : int
        The model.
    kind : {'joblib', 'skops', 'onnx', 'folder', 'recipe'}
        What it is to be.
    path : Path
        The file to write, or a folder to write it into.
    timeout : float, optional
        Seconds after which to give up.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If there is no such kind.
    FailedError
        If the model cannot be written so; the message says why.
    """
    found = list_exports(transport, model_id)
    if kind not in found:
        raise ValueError(f"There is no export {kind!r}. There are: {', '.join(found)}.")
    if found[kind]["state"] == "missing":
        transport.create(f"/models/{model_id}/exports", {"kind": kind})

    def is_written() -> bool:
        """Ask again."""
        found.update(list_exports(transport, model_id))
        return found[kind]["state"] not in WORKING

    what = f"The export {kind} of model {model_id}"
    for _ in until(is_written, what=what, timeout=timeout):
        pass
    if found[kind]["file"] is None:
        why = found[kind]["error"] or "there is no such file."
        raise FailedError(f"Model {model_id} cannot be taken away as {kind}: {why}")
    return transport.download(f"/models/{model_id}/exports/{kind}/file", path)
