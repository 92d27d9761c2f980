"""Predict the rows of a CSV file: python predict.py rows.csv -o answers.csv

Needs the packages of requirements.txt, and the files that lie beside this one. The answer
has all columns of the file in their order, and behind them `prediction`, a column
`probability_CLASS` for each class, or the bounds of prediction intervals.
"""

import argparse
import csv
import json
import sys
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
CHUNK_ROWS = 50_000
TRUTHS = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}


def main(arguments=None):
    options = parsed(arguments)
    schema = json.loads((HERE / "schema.json").read_text(encoding="utf-8"))
    n_rows = predict_file(options.file, options.output, schema, options.separator)
    sys.stdout.write(f"{options.output}: {n_rows:,} rows predicted.\n")


def parsed(arguments):
    parser = argparse.ArgumentParser(
        description="Predict the rows of a CSV file with a header.",
        epilog=(
            "Columns may come in any order, and others may be among them. Numbers have "
            "a decimal point, dates are written as 2024-12-31."
        ),
    )
    parser.add_argument("file", type=Path, help="the rows, as CSV in UTF-8")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="the CSV file to write"
    )
    parser.add_argument("-s", "--separator", default=",", help="between the cells")
    return parser.parse_args(arguments)


def predict_file(source, goal, schema, separator=","):
    """Predict a file some rows at a time; return how many there are."""
    model = load_model(schema)
    reader = pd.read_csv(
        source,
        sep=separator,
        dtype="str",
        keep_default_na=False,
        encoding="utf-8-sig",
        chunksize=CHUNK_ROWS,
    )
    n_rows = 0
    with goal.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        for rows in reader:
            rows.columns = rows.columns.str.strip()
            answers = predict(rows, schema, model)
            if not n_rows:
                check(rows, schema)
                writer.writerow([*rows.columns, *free(answers, rows.columns)])
            columns = [rows[name].tolist() for name in rows.columns]
            columns += [values.tolist() for values in answers.values()]
            writer.writerows(zip(*columns, strict=True))
            n_rows += len(rows)
    return n_rows


def load_model(schema):
    """Open the model beside this file."""
    path = HERE / schema["model_file"]
    if path.suffix == ".skops":
        from skops.io import load

        # Nothing else in the file is brought to life.
        return load(path, trusted=schema["untrusted_types"])
    import joblib

    return joblib.load(path)["pipeline"]


def check(rows, schema):
    """Refuse rows that lack a column."""
    names = [column["name"] for column in schema["columns"]]
    for name in names:
        if name not in rows.columns:
            others = [other for other in rows.columns if other not in names]
            near = get_close_matches(name, others, n=1)
            hint = f" The nearest there is: {near[0]}." if near else ""
            sys.exit(f"The file lacks the column {name}.{hint}")


def predict(rows, schema, model):
    """Return the answers to rows of text, an array a column."""
    check(rows, schema)
    missing = set(schema["missing_values"])
    X = pd.DataFrame(
        {
            column["name"]: typed(rows[column["name"]], column, missing)
            for column in schema["columns"]
        }
    )
    # Columns are prepared once for both questions.
    prepared, estimator = model[:-1].transform(X), model[-1]
    if not schema["classes"]:
        values = np.asarray(estimator.predict(prepared), dtype=np.float64)
        answers = {"prediction": values}
        for each in schema["intervals"]:
            percent = f"{100 * each['level']:g}"
            # Rows with similar predictions have a half width of their own.
            group = np.searchsorted(np.asarray(each["edges"], dtype=np.float64), values)
            half = np.asarray(each["half_widths"], dtype=np.float64)[group]
            answers[f"lower_{percent}"] = values - half
            answers[f"upper_{percent}"] = values + half
        return answers
    shares = np.asarray(estimator.predict_proba(prepared), dtype=np.float64)
    labels = np.asarray(schema["classes"], dtype=object)
    # The model's own probabilities decide; those told may be recalibrated.
    answers = {"prediction": labels[decide(shares, schema)]}
    if schema["calibrators"]:
        shares = recalibrated(shares, schema["calibrators"])
    for position, label in enumerate(schema["classes"]):
        answers[f"probability_{label}"] = shares[:, position]
    return answers


def decide(shares, schema):
    """Choose the more probable class, or the positive one from a threshold on."""
    threshold, positive = schema["threshold"], schema["positive"]
    if threshold is None or positive is None:
        return shares.argmax(axis=1)
    return np.where(shares[:, positive] >= threshold, positive, 1 - positive)


def recalibrated(shares, calibrators):
    """Make better probabilities of the model's own; those of a row sum to one."""
    if shares.shape[1] == 2:
        second = calibrated(calibrators[0], shares[:, 1])
        return np.column_stack([1 - second, second])
    found = np.column_stack(
        [calibrated(each, shares[:, at]) for at, each in enumerate(calibrators)]
    )
    total = found.sum(axis=1, keepdims=True)
    even = np.full_like(found, 1 / found.shape[1])
    return np.divide(found, total, out=even, where=total > 0)


def calibrated(calibrator, p):
    """Apply a line of steps, or a sigmoid of the logarithm of the odds."""
    if calibrator["slope"] is None:
        return np.interp(p, calibrator["x"], calibrator["y"])
    inside = np.clip(p, 1e-6, 1 - 1e-6)
    odds = np.log(inside) - np.log1p(-inside)
    raw = calibrator["slope"] * odds + calibrator["intercept"]
    return 0.5 * (1 + np.tanh(0.5 * raw))


def free(answers, taken):
    """Name the new columns so that none takes the name of one there is."""
    used, found = set(taken), []
    for name in answers:
        free_name, number = name, 2
        while free_name in used:
            free_name, number = f"{name}_{number}", number + 1
        used.add(free_name)
        found.append(free_name)
    return found


# --- Text to the types of training -----------------------------------------------------


def typed(texts, column, missing):
    """Read a column of text as what it was in training."""
    stripped = texts.str.strip()  # blanks around a value are none of it
    present = stripped.where(~stripped.isin(missing))
    dtype = column["dtype"]
    if dtype in ("int64", "float64"):
        series = numbers(present, whole=dtype == "int64")
    elif dtype == "datetime64":
        series = pd.to_datetime(present, errors="coerce", format="ISO8601")
        series = series.astype("datetime64[us]")
    elif dtype == "bool":
        series = present.str.lower().map(TRUTHS).astype("float64")
        series = series if series.isna().any() else series.astype("bool")
    else:
        series = present.astype("str")
    if column["kind"] == "integer_category":
        return codes(series)
    if column["kind"] in ("category", "text") and dtype == "string":
        return words(series)
    return series


def numbers(texts, *, whole):
    series = pd.to_numeric(texts, errors="coerce").astype("float64")
    is_whole = series.notna().all() and np.isfinite(series).all()
    if whole and is_whole and (series == series.round()).all():
        return series.astype("int64")
    return series


def codes(series):
    """Make codes written as numbers an ordered category."""
    values = pd.to_numeric(series, errors="coerce").to_numpy(dtype="float64")
    whole = np.isfinite(values) & (values == np.rint(values))
    categories, positions = np.unique(values[whole], return_inverse=True)
    places = np.full(len(values), -1)
    places[whole] = positions
    index = pd.Index(categories.astype("int64"))
    return pd.Series(
        pd.Categorical.from_codes(places, categories=index, ordered=True),
        index=series.index,
    )


def words(series):
    """Keep words that look like numbers words."""
    present = series.dropna()
    looks = pd.to_numeric(present, errors="coerce").notna()
    return series.astype("category") if len(present) and looks.all() else series


if __name__ == "__main__":
    main()
