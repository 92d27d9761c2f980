"""Trials for the tests of charts."""

from runs.charts.trials import Axis, Row, Trials, View


def row(number, value=0.9, **changes):
    fields = {
        "number": number,
        "algorithm": "forest",
        "state": "failed" if value is None else "complete",
        "value": value,
        "folds": [] if value is None else [value - 0.01, value + 0.01],
        "train": [],
        "seconds": 1.0,
        "started": float(number),
        "finished": number + 1.0,
        "worker": "host/1",
        "params": {},
    }
    return Row(**{**fields, **changes})


def trials(*rows, sign=1.0):
    return Trials(rows, sign=sign)


def view(*axes, **changes):
    fields = {
        "metric": "Accuracy",
        "greater_is_better": True,
        "titles": {"forest": "Forest", "ridge": "Ridge"},
        "axes": {"forest": {axis.name: axis for axis in axes}},
        "algorithm": "forest",
        "x": axes[0].name if axes else "",
        "y": axes[1].name if len(axes) > 1 else "",
    }
    return View(**{**fields, **changes})


DEPTH, RATE = Axis("depth"), Axis("rate", log=True)
KERNEL = Axis("kernel", values=("rbf", "poly"))
