"""The REST API of models; `automl_site.api` joins it with that of `runs.api`."""
