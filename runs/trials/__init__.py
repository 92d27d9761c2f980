"""The trials of a run as pages show them: a table, comparisons, and one of them."""
