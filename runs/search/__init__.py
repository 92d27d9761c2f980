"""The search engine: spaces, plans, folds, trials and their evaluation.

The package knows nothing of Django or Celery, so it can be used from a notebook::

    from runs.search.evaluation import evaluate_unit
    from runs.search.folds import Split, prepare_folds

``problem``, ``spaces``, ``algorithms``, ``metrics`` and ``planning`` import neither
pandas nor scikit-learn, so that a web process can use them; the others do the work.
"""
