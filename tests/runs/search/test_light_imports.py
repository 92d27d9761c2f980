import subprocess
import sys

LIGHT = ["problem", "parameters", "spaces", "algorithms", "metrics", "planning"]
HEAVY = ["numpy", "pandas", "sklearn", "scipy", "skrub", "optuna", "django"]


def test_light_modules_import_no_heavy_library():
    code = (
        f"import sys\nfor name in {LIGHT!r}: __import__('runs.search.' + name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
