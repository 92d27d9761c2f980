"""What `runs` tells the rest of the product."""

from django.dispatch import Signal

# Sent with `run` for every run whose search has ended, each time the lifecycle looks
# at it. A receiver does what is left to do and answers with the phase it is in:
# Phase.REFITTING, EVALUATING, EXPLAINING, or FINISHED when nothing is left.
run_finished = Signal()

# Sent with `project` when its page is made. A receiver answers with what its app adds to
# it, a `runs.dashboard.parts.Contribution`, from a fixed number of queries.
project_shown = Signal()
