"""Say what a file is when it is no delimited text."""

import re
import zipfile
from pathlib import Path

from runs.tables.errors import TableError

_HEAD_BYTES = 4096

_SAVE_SHEET = "save the sheet as CSV and upload that"
_UNPACK = "unpack it and upload the CSV file inside"
_EXPORT = "export the table as CSV and upload that"

# First bytes, what they mean, and the way out.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive", _UNPACK),
    (b"PK\x05\x06", "an empty zip archive", "upload the CSV file itself"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook or a password-protected Office document",
        f"open it, {_SAVE_SHEET}",
    ),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"PAR1", "a Parquet file", _EXPORT),
    (b"PARE", "an encrypted Parquet file", f"decrypt it, {_EXPORT}"),
    (b"ARROW1", "an Arrow file", _EXPORT),
    (b"FEA1", "a Feather file", _EXPORT),
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

_MARKUP = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:(\?xml)|!doctype|html|head|body|table|svg)", re.I
)
_JSON = re.compile(rb"\s*(?:\[\s*[\[{]|\{\s*(?:\"|\}))")


def refuse_known_formats(path: Path, filename: str) -> None:
    """Refuse a file that is empty or of a format that is no delimited text.

    Parameters
    ----------
    path : Path
        The file to look at; only its first bytes are read.
    filename : str
        The name the person knows the file by.

    Raises
    ------
    TableError
        If the file is empty, or its first bytes tell another format.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        if head.strip(b" \t\r\n\xef\xbb\xbf"):
            raise TableError(f"{filename} holds null bytes only: upload it again.")
        if path.stat().st_size <= _HEAD_BYTES:
            raise TableError(
                f"{filename} is empty: upload a file with a header and rows."
            )
    what, way_out = _known_format(path, head)
    if what:
        raise TableError(f"{filename} is {what}, not a text table: {way_out}.")


def _known_format(path: Path, head: bytes) -> tuple[str, str]:
    if head.startswith(b"PK\x03\x04"):
        return _zip_content(path)
    for magic, what, way_out in _MAGIC:
        if head.startswith(magic):
            return what, way_out
    if head[257:262] == b"ustar":
        return "a tar archive", _UNPACK
    if markup := _MARKUP.match(head):
        return ("an XML file" if markup[1] else "a web page"), _EXPORT
    if _JSON.match(head):
        return "a JSON file", _EXPORT
    return "", ""


def _zip_content(path: Path) -> tuple[str, str]:
    """Tell office documents, which are zip archives too, from plain archives."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return "a damaged zip archive", "upload the CSV file itself"
    if any(name.startswith("xl/") for name in names):
        return "an Excel workbook", _SAVE_SHEET
    if "content.xml" in names:
        return "an OpenDocument file", _SAVE_SHEET
    return "a zip archive", _UNPACK
