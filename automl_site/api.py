"""The REST API under /api/v1: what both apps offer."""

from models_app.api import (
    artifacts,
    computations,
    decisions,
    evaluation_sets,
    exports,
    leaderboards,
    models,
    predictions,
    rows,
    what_if,
)
from models_app.api import comparing as comparing_models
from runs.api import (
    analysis,
    auditing,
    catalogue,
    comparing,
    datasets,
    descents,
    events,
    members,
    preflights,
    presets,
    projects,
    readings,
    runs,
    samples,
    steering,
    tables,
    trials,
    workers,
)
from runs.api.instance import TuneboardAPI

PARTS = (
    *(
        projects,
        members,
        auditing,
        datasets,
        samples,
        tables,
        readings,
        catalogue,
        presets,
        preflights,
    ),
    *(runs, descents, steering),
    *(trials, comparing, events, analysis, models, artifacts, computations, decisions),
    *(rows, predictions, what_if, exports, leaderboards, comparing_models),
    *(evaluation_sets, workers),
)
api = TuneboardAPI()
for part in PARTS:
    api.add_router("", part.router)
