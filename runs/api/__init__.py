"""The REST API of projects, datasets and runs: JSON in, JSON out.

`automl_site.api` joins it with what `models_app.api` adds.
"""
