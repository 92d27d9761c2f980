"""A worker's job: explain a model, in the columns that were uploaded."""
