"""New rows: checked against what a model needs, predicted, and written."""
