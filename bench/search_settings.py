"""The product's settings for benchmarks of searches: a run ends with its search."""

# ruff: noqa: F403, F405 - a settings module is its names

from automl_site.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "without_models.WithoutModels"]
