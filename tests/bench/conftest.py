"""Lets tests import the benchmarks' modules as the scripts do: from their own folder."""

import sys
from pathlib import Path

BENCH = str(Path(__file__).parents[2] / "bench")
if BENCH not in sys.path:
    sys.path.append(BENCH)
