"""What a server does before the first question, in a process that has imported nothing."""

import subprocess
import sys

SCRIPT = """
import sys
import django
django.setup()
from models_app.inference import starting
assert "sklearn" not in sys.modules
starting.warm_up()
before = set(sys.modules)
from models_app.explanation.shapley import explainer_for
from models_app.explanation._kernels import _shapley
assert _shapley.signatures, "nothing is compiled"
needed = ("sklearn.ensemble", "skrub", "lightgbm", "pandas")
print(all(name in before for name in needed))
"""


def test_warm_up_imports_what_models_need():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == "True", done.stderr[-2000:]
