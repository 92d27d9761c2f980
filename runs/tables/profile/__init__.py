"""A table in plain numbers that JSON can hold; nothing in them is NaN or infinite.

`profile_table` gives ::

    {
      "overview": {"n_rows", "n_columns", "n_missing_cells", "memory_bytes",
                   "n_duplicates": rows equal to an earlier one,
                   "sampled_rows": rows drawn for associations, None if all were used},
      "columns": [                              # one a column, in the table's order
        {"name", "kind", "reason", "dtype", "missing", "distinct",
         "classes": [[text, n]]                 # only if at most 100 are different
         "most": [text, n] | None,              # the most frequent value
         # numbers, and dates as ISO texts:
         "min", "max", "mean", "median", "histogram": {"edges", "counts"},
         "quantiles": {"5", "25", "50", "75", "95"},
         "order": "ascending" | "descending" | None,   # of the rows as they stand
         # numbers:
         "std", "skew", "n_zero", "n_negative", "n_infinite",
         "outliers": {"n_low", "n_high", "low", "high",  # beyond Tukey's outer fences
                      "distance": of the farthest one, in quartile ranges} | None,
         # dates:
         "step_seconds": median distance of neighbouring different values,
         "largest_gap": {"from", "to", "seconds"} | None,
         # all others:
         "top": [[text, n]], "other": rows of other values,
         # texts of any kind:
         "characters": {"5", ..., "95", "max"},
         "words": {"5", ..., "95", "max"},       # kinds text and identifier only
         "examples": [text], "longest": text,    # cut after 300 characters
         "is_code": whether nearly all are of one form with digits, as "A-17",
         "mixed": {"n_numbers", "n_other", "n_distinct_other",
                   "examples": [[row, text]]} | None}],  # most values are numbers
      "missingness": {
        "by_column": [[name, n]],               # columns with any, most first
        "patterns": [{"columns": [name], "n_rows"}],    # most frequent first, at most 20
        "other_rows": rows of other patterns,
        "blocks": {"columns": [name], "starts": [row], "shares": [[share, ...], ...]},
        "correlation": {"columns": [name], "matrix": [[r | None]]}},
      "associations": {
        "columns": [name], "matrix": [[value | None]],  # at most 60 columns
        "strongest": [{"a", "b", "value", "measure"}],  # of all pairs, at most 50
        "left_out": columns that could have been compared but are too many}
    }

Rows are counted from 1 in examples and from 0 in ``starts``; a row of ``shares`` is a
column, with the share of missing cells in each block of rows. Patterns include that of
complete rows (no columns). ``measure`` is "spearman" (from -1 to 1), "cramers_v" or
"correlation_ratio" (from 0 to 1).

`profile_target` gives ::

    {
      "target": name, "task": "binary" | "multiclass" | "regression",
      "n_rows", "n_missing",
      "sampled_rows": rows of associations | None, "power_rows": rows of powers,
      "distribution": what "columns" above says of the target, "classes" always for a
                      class target (the 100 most frequent),
      "columns": [                              # one a column but the target
        {"name", "kind",
         "association": 0 to 1 | None, "measure": as above | None,
         "of": "value" | "length",              # what of the column was compared
         "power": 0 to 1 | None,                # None: not a column to predict from
         "score", "baseline"}],                 # of power_measure, both None with power
      "power_measure": "f1_weighted" | "mean_absolute_error",
      "sums": {"columns": [name], "coefficients": [number], "intercept": number,
               "n_constants": different intercepts that nearly all rows need} | None,
      "conflicts": {"n_rows", "n_groups", "n_columns"}  # equal but for the target
    }
"""

from runs.tables.profile.columns import preview, profile_columns
from runs.tables.profile.table import profile_table
from runs.tables.profile.target import profile_target

__all__ = ["preview", "profile_columns", "profile_table", "profile_target"]
