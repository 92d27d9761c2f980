"""How a file is to be read: every detection can be overridden, an empty field is one."""

from collections.abc import Mapping
from typing import Any

from django import forms

from runs.models import Dataset

NONE = "none"
OTHER = "other"
# Characters that a form cannot carry by themselves, by the names they have in it.
CODES = {"": NONE, "\t": "tab", " ": "space"}
CHARACTERS = {code: character for character, code in CODES.items()}
NAMES = {
    ",": "comma ,",
    ";": "semicolon ;",
    "\t": "tab",
    "|": "pipe |",
    " ": "space",
    ":": "colon :",
    "^": "caret ^",
    "~": "tilde ~",
    "": "none",
    '"': 'double "',
    "'": "single '",
    "\\": "backslash \\",
    ".": "point .",
}
ENCODINGS = [
    *("utf-8", "utf-16", "utf-32", "cp1252", "iso8859-1", "iso8859-15", "cp1250"),
    *("cp1251", "koi8-r", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
    "mac_roman",
]
FORMAT_NAMES = {
    "csv": "delimited text (CSV, TSV)",
    "fixed": "fixed width",
    "jsonl": "JSON lines",
    "json": "JSON records",
    "parquet": "Parquet",
    "feather": "Feather",
    "excel": "workbook (Excel, OpenDocument)",
    "arff": "ARFF",
}
MARKS: dict[str, list[str]] = {
    "delimiter": [",", ";", "\t", "|", " ", ":", "^", "~", ""],
    "quotechar": ['"', "'", ""],
    "escapechar": ["\\", ""],
    "comment": ["#", "%", "//", ";", ""],
    "decimal": [".", ","],
    "thousands": [",", ".", " ", "'", ""],
}
TEXT_ONLY = ("encoding", "delimiter", "quotechar", "escapechar", "comment")
YES_NO = {"true": True, "false": False}
EMPTY = "(empty)"  # how an empty text is written


class ReadingForm(forms.Form):
    """Overrides of what was detected. Valid, `options` are those of `ReadingOptions`."""

    format = forms.ChoiceField(required=False)
    member = forms.ChoiceField(required=False, label="File in the archive")
    sheet = forms.ChoiceField(required=False, label="Sheet")
    encoding = forms.ChoiceField(required=False)
    delimiter = forms.ChoiceField(required=False)
    delimiter_other = forms.CharField(
        required=False, strip=False, max_length=1, label="Another delimiter"
    )
    quotechar = forms.ChoiceField(required=False, label="Quote")
    escapechar = forms.ChoiceField(required=False, label="Escape")
    comment = forms.ChoiceField(required=False, label="Comment lines begin with")
    header = forms.ChoiceField(required=False, label="Names in the first row")
    skip_lines = forms.IntegerField(
        required=False,
        min_value=0,
        label="Lines above the table",
        widget=forms.NumberInput(attrs={"min": 0, "inputmode": "numeric"}),
    )
    decimal = forms.ChoiceField(required=False, label="Decimal mark")
    thousands = forms.ChoiceField(required=False, label="Thousands mark")
    day_first = forms.ChoiceField(required=False, label="Order in dates")
    missing = forms.CharField(
        required=False,
        strip=False,
        label="Texts for a missing value",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=(
            "One a line, in place of the usual ones; (empty) for an empty cell. "
            "Nothing here: the usual ones."
        ),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, dataset: Dataset, **kwargs: Any
    ) -> None:
        options = dataset.recipe["options"]
        kwargs.setdefault("initial", initial_of(options))
        super().__init__(data, auto_id="reading-%s", **kwargs)
        self.dataset = dataset
        self.reading = dataset.reading
        self.set_options = options
        self.options: dict[str, Any] = {}
        self.fill_choices()

    def fill_choices(self) -> None:
        self.choices("format", list(FORMAT_NAMES.items()))
        encodings = dict.fromkeys([*ENCODINGS, *self.known("encoding")])
        self.choices("encoding", [(name, name) for name in encodings])
        for name, marks in MARKS.items():
            found = dict.fromkeys([*marks, *self.known(name)])
            pairs = [(CODES.get(mark, mark), NAMES.get(mark, mark)) for mark in found]
            more = [(OTHER, "another one")] if name == "delimiter" else []
            self.choices(name, [*pairs, *more])
        self.choices("header", [("true", "yes"), ("false", "no")])
        self.choices("day_first", [("true", "day first"), ("false", "month first")])
        choices = self.reading.get("choices") or {}
        for name, several in (("member", "members"), ("sheet", "sheets")):
            offered = dict.fromkeys([*(choices.get(several) or []), *self.known(name)])
            self.choices(name, [(str(value), str(value)) for value in offered])
        for name in self.hidden():
            del self.fields[name]

    def known(self, name: str) -> list[Any]:
        """Return the values that were found or set, to be among the choices."""
        values = (self.reading.get(name), self.set_options.get(name))
        return [value for value in values if value is not None]

    def hidden(self) -> list[str]:
        """Return the fields that say nothing of a file like this one."""
        from runs.tables.options import TEXT_FORMATS

        hidden = [name for name in ("member", "sheet") if not self.has_several(name)]
        found = self.reading.get("format")
        chosen = self.data.get("format") if self.is_bound else None
        chosen = chosen or self.set_options.get("format")
        if (
            found
            and found not in {*TEXT_FORMATS, "tsv"}
            and chosen in {None, "", found}
        ):
            hidden += [*TEXT_ONLY, "delimiter_other"]
            if found != "excel":
                hidden += ["header", "skip_lines"]
        return hidden

    def has_several(self, name: str) -> bool:
        field = self.fields[name]
        return len(field.choices) > 2  # type: ignore[attr-defined]  # one is "detected"

    def choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", f"Detected{self.detected(name)}"), *choices]

    def detected(self, name: str) -> str:
        """Return what was found where nothing is set, to be named beside "Detected"."""
        value = self.reading.get(name)
        if value is None or name in self.set_options:
            return ""
        if name == "format":
            return f": {FORMAT_NAMES.get(value, value)}"
        if isinstance(value, bool):
            words = (
                ("day first", "month first") if name == "day_first" else ("yes", "no")
            )
            return f": {words[not value]}"
        return f": {NAMES.get(value, value)}" if name in MARKS else f": {value}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("delimiter") == OTHER and not cleaned.get("delimiter_other"):
            self.add_error("delimiter_other", "Give the character between the cells.")
        if self.errors:
            return cleaned
        from runs.tables.errors import TableError
        from runs.tables.options import ReadingOptions

        try:
            self.options = ReadingOptions.from_json(self.wanted(cleaned)).to_json()
        except TableError as error:
            name = getattr(error, "field", None)
            self.add_error(name if name in self.fields else None, str(error))
        return cleaned

    def wanted(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        options: dict[str, Any] = {}
        for name, value in cleaned.items():
            if name == "delimiter_other" or value in {"", None}:
                continue
            if name in MARKS:
                options[name] = CHARACTERS.get(value, value)
            elif name in {"header", "day_first"}:
                options[name] = YES_NO[value]
            elif name == "missing":
                options[name] = tokens_of(value)
            else:
                options[name] = value
        if options.get("delimiter") == OTHER:
            options["delimiter"] = cleaned["delimiter_other"]
        return options


def tokens_of(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    tokens = ["" if line == EMPTY else line for line in lines if line]
    return list(dict.fromkeys(tokens))


def initial_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the form's fields that stand for these options."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        if name in MARKS:
            found[name] = CODES.get(value, value)
        elif isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif name == "missing":
            found[name] = "\n".join(token or EMPTY for token in value)
        else:
            found[name] = value
    return found
