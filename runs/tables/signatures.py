"""Tell the format of a file by its first bytes, or say why it is none to read."""

import json
import re
import zipfile
from pathlib import Path

from runs.tables.errors import TableError

_HEAD_BYTES = 1 << 16

_UNPACK = "unpack it and upload the table inside"
_EXPORT = "export the table as CSV and upload that"

# First bytes of what can be read.
_FORMATS: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "parquet"),
    (b"ARROW1", "feather"),
    (b"FEA1", "feather"),
    (b"\xff\xff\xff\xff", "feather"),  # an Arrow stream
    (b"\xd0\xcf\x11\xe0", "excel"),  # before 2007, or protected by a password
)
# First bytes of what cannot, what they mean, and the way out.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x05\x06", "an empty zip archive", "upload the table itself"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"PARE", "an encrypted Parquet file", f"decrypt it, {_EXPORT}"),
    (b"SQLite format 3\x00", "an SQLite database", _EXPORT),
    (b"\x89HDF\r\n", "an HDF5 file", _EXPORT),
    (b"\x93NUMPY", "a NumPy array", _EXPORT),
    (b"Obj\x01", "an Avro file", _EXPORT),
    (b"ORC", "an ORC file", _EXPORT),
    (b"%PDF", "a PDF document", "upload the table behind it as CSV"),
    (b"\x89PNG\r\n", "a PNG picture", "upload a CSV file"),
    (b"\xff\xd8\xff", "a JPEG picture", "upload a CSV file"),
    (b"GIF8", "a GIF picture", "upload a CSV file"),
    (b"\x7fELF", "a program", "upload a CSV file"),
)

_BOM = b"\xef\xbb\xbf"
_MARKUP = re.compile(rb"<(?:(\?xml)|!doctype|html|head|body|table|svg)", re.IGNORECASE)
_JSON = re.compile(rb"\[\s*[\[{]|\{\s*[\"}]")


def recognise(path: Path, filename: str) -> str:
    """Tell the format of a file by its content.

    Parameters
    ----------
    path : Path
        The file to look at; only its first bytes are read.
    filename : str
        The name the person knows the file by.

    Returns
    -------
    str
        A format of `ReadingOptions`; ``"csv"`` for any text.

    Raises
    ------
    TableError
        If the file is empty, or its first bytes tell a format that cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    _refuse_empty(path, head, filename)
    for magic, name in _FORMATS:
        if head.startswith(magic):
            return name
    if head.startswith(b"PK\x03\x04"):
        return _document(path, filename)
    start = head.removeprefix(_BOM).lstrip()
    what, way_out = _known_format(head, start)
    if what:
        raise TableError(f"{filename} is {what}, not a table: {way_out}.")
    if _is_arff(start):
        return "arff"
    return _json_or_text(path, start) if _JSON.match(start) else "csv"


def _refuse_empty(path: Path, head: bytes, filename: str) -> None:
    if head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return
    if head.strip(b" \t\r\n\xef\xbb\xbf"):
        raise TableError(f"{filename} holds null bytes only: upload it again.")
    if path.stat().st_size <= _HEAD_BYTES:
        raise TableError(f"{filename} is empty: upload a file with a header and rows.")


def _is_arff(start: bytes) -> bool:
    """Tell whether the first line that is no comment names a relation."""
    lines = (line.strip() for line in start.splitlines())
    first = next((line for line in lines if line and line[:1] != b"%"), b"")
    return first[:10].lower().startswith(b"@relation")


def _known_format(head: bytes, start: bytes) -> tuple[str, str]:
    for magic, what, way_out in _MAGIC:
        if head.startswith(magic):
            return what, way_out
    if head[257:262] == b"ustar":
        return "a tar archive", _UNPACK
    if markup := _MARKUP.match(start):
        return ("an XML file" if markup[1] else "a web page"), _EXPORT
    return "", ""


def _document(path: Path, filename: str) -> str:
    """Tell workbooks from other documents that are zip archives, too."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError):
        raise TableError(
            f"{filename} is a damaged zip archive or workbook: upload it again, or "
            "the table itself as CSV."
        ) from None
    if b"spreadsheet" in kind or any(name.startswith("xl/") for name in names):
        return "excel"
    raise TableError(f"{filename} is an office document, not a table: {_EXPORT}.")


def _json_or_text(path: Path, start: bytes) -> str:
    """Tell a JSON document from JSON lines, and both from text that begins alike."""
    text = start.decode("utf-8", errors="ignore")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except RecursionError:
        return "json"
    except json.JSONDecodeError as error:
        # The head may end inside the first value; text goes wrong long before.
        cut = path.stat().st_size > len(start) and error.pos > len(text) // 2
        return "json" if cut or _is_broken_json(text) else "csv"
    except ValueError:  # a number of thousands of digits
        return "json"
    rest = text[end:].lstrip()
    if text[0] == "{" and "\n" not in text[:end] and (rest[:1] in ("{", "[", "")):
        return "jsonl" if rest or _is_flat(text[:end]) else "json"
    return "csv" if rest and rest[0] not in "]}" and text[0] == "[" else "json"


def _is_flat(text: str) -> bool:
    return not any(isinstance(v, (list, dict)) for v in json.loads(text).values())


def _is_broken_json(text: str) -> bool:
    """Tell JSON that goes wrong somewhere from text: an object with a colon in it."""
    return bool(re.match(r"\[?\s*\{\s*\"[^\"\n]*\"\s*:", text))
