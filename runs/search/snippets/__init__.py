"""A trial as a program of its own: scikit-learn and skrub, nothing of Tuneboard."""

from runs.search.snippets.program import SCORES_FILE, Subject, snippet

__all__ = ["SCORES_FILE", "Subject", "snippet"]
