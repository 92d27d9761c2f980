import zipfile

import numpy as np
import pandas as pd
import pytest
from skops import io

from models_app.taking import skops_file
from runs.search.problem import TaskType
from runs.search.refit import combine, refit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows():
    chance = np.random.default_rng(0)
    texts = [
        " ".join(f"w{n:03d}" for n in chance.integers(0, 400, 6)) for _ in range(200)
    ]
    return pd.DataFrame({"text": texts, "number": chance.normal(size=200)})


def test_what_is_referred_to_again_is_written_once_and_read_as_it_was(rows, tmp_path):
    y = pd.Series(np.where(rows["number"] > 0, "yes", "no"))
    members = [
        refit(name, {}, rows, y, task=TaskType.BINARY, random_state=0)
        for name in ("logistic_regression", "decision_tree")
    ]
    pipeline = combine(members, [2, 1], task=TaskType.BINARY, classes=["no", "yes"])
    path = tmp_path / "model.skops"

    found = skops_file.write(pipeline, path)

    schema = zipfile.ZipFile(path).read("schema.json").decode()
    assert schema.count('"vocabulary_"') == len(members)
    # As whoever takes it away opens it.
    again = io.load(path, trusted=found.untrusted)
    np.testing.assert_array_equal(again.predict(rows), pipeline.predict(rows))
    np.testing.assert_array_equal(
        again.predict_proba(rows), pipeline.predict_proba(rows)
    )
    # What was one object is one again.
    assert again[-1].estimators_[0] is again[-1].estimators[0][1]
    assert len(io.dumps(pipeline)) > 4 * path.stat().st_size
