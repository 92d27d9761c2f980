"""The table of trials on PostgreSQL: what it finds is what it finds on SQLite."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

LOOKS = """
import json
from django.contrib.auth.models import User
from django.http import QueryDict
from tests.factories import RunFactory, TrialFactory
from runs.trials.layout import Layout
from runs.trials.listing import Listing
from runs.trials.page import log_lines
from runs.models import RunEvent

run = RunFactory(scoring="roc_auc", metrics=["log_loss"], spaces={"random_forest": {
    "n_estimators": [1], "max_depth": [None, 2], "max_features": ["sqrt", 0.5]}})
rows = [
    ({"n_estimators": 5, "max_depth": None, "max_features": "sqrt"}, [-0.3, -0.5], 3),
    ({"n_estimators": 50, "max_depth": 2, "max_features": 0.5}, [-0.2, -0.2], 1),
    ({"n_estimators": 20, "max_depth": 4, "max_features": 1.0}, [-0.1, -0.5], 2),
]
for number, (params, losses, seconds) in enumerate(rows):
    key = json.dumps(params, sort_keys=True, separators=(",", ":"))
    TrialFactory(run=run, number=number, params=params, params_key=key,
        metrics={"log_loss": losses}, fit_seconds=[seconds, seconds])
RunEvent.objects.create(run=run, kind="note", message="a", data={"trials": [1, 2]})
RunEvent.objects.create(run=run, kind="note", message="b", data={"trials": [12]})
RunEvent.objects.create(run=run, kind="note", message="c", data={})
asked = [
    "", "order=-log_loss", "order=fit", "order=-param_max_depth", "order=param_max_features",
    "param_max_depth_min=1", "param_max_depth_max=3", "param_max_depth=None",
    "param_max_features=sqrt", "param_n_estimators_min=6&param_n_estimators_max=20",
    "log_loss_max=0.35", "fit_min=3", "duration_max=5", "params=max_features%3Dsqrt",
    "params=n_estimators%3D5", "params=depth", "state=complete&value_min=0.1",
]
found = {q: [t.number for t in Listing(run, QueryDict(q), Layout()).trials] for q in asked}
found["log"] = [e.message for e in log_lines(run.trials.get(number=1))]
found["csv"] = len(list(Listing(run, QueryDict(""), Layout()).trials.iterator()))
print("FOUND" + json.dumps(found))
"""

EXPECTED = {
    "": [0, 1, 2],
    "order=-log_loss": [1, 2, 0],
    "order=fit": [1, 2, 0],
    "order=-param_max_depth": [2, 1, 0],
    "order=param_max_features": [1, 2, 0],
    "param_max_depth_min=1": [1, 2],
    "param_max_depth_max=3": [1],
    "param_max_depth=None": [0],
    "param_max_features=sqrt": [0],
    "param_n_estimators_min=6&param_n_estimators_max=20": [2],
    "log_loss_max=0.35": [1, 2],
    "fit_min=3": [0, 2],
    "duration_max=5": [0, 1, 2],
    "params=max_features%3Dsqrt": [0],
    "params=n_estimators%3D5": [0],
    "params=depth": [0, 1, 2],
    "state=complete&value_min=0.1": [0, 1, 2],
    "log": ["a"],
    "csv": 3,
}


def look(home, database):
    """Migrate a database, fill it, and ask for trials."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "automl_site.settings",
        "DATABASE_URL": database,
        "TUNEBOARD_HOME": str(home),
    }
    code = f"from django.core.management import call_command\ncall_command('migrate', verbosity=0)\n{LOOKS}"
    done = subprocess.run(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{code}"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.split("FOUND")[1])


def test_filters_and_orders_on_sqlite(tmp_path):
    assert look(tmp_path, f"sqlite:///{tmp_path}/db.sqlite3") == EXPECTED


@pytest.mark.timeout(600)
def test_filters_and_orders_on_postgresql(tmp_path, postgres):
    assert look(tmp_path, postgres.new_database()) == EXPECTED
