"""Bytes of any encoding to clean UTF-8."""

import codecs
import re
from pathlib import Path

import charset_normalizer

from runs.tables.errors import TableError
from runs.tables.text import Text, pieces

_GUESS_BYTES = 1 << 16
_MOSTLY = 0.95
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_INSIDE_WORD = re.compile(rb"(?<=[A-Za-z])[\x80-\xff](?=[a-z])")

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Encodings met in real tables. Left to itself charset-normalizer also proposes
# EBCDIC and other curiosities for short texts.
_LEGACY = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "iso8859_2",
    "koi8_r",
    "mac_roman",
    "cp850",
    "shift_jis",
    "euc_jp",
    "cp949",
    "gb18030",
    "big5",
]

_LATIN = ("cp1252", "cp1250", "mac_roman", "cp850")


def read_text(path: Path, *, filename: str, encoding: str | None = None) -> Text:
    """Detect the encoding of a text and turn it into UTF-8.

    Parameters
    ----------
    path : Path
        The file. One that is clean UTF-8 already is not loaded.
    filename : str
        The name the person knows the file by, for messages.
    encoding : str or None, default None
        The encoding if a person says it; detected if None.

    Returns
    -------
    Text
        The text, the name of its encoding, and a sentence for every repair.

    Raises
    ------
    TableError
        If the bytes are no text.
    """
    with path.open("rb") as file:
        mark = file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    start = len(codecs.BOM_UTF8) if mark else 0
    if encoding is not None and codecs.lookup(encoding).name != "utf-8":
        return _to_utf8(path.read_bytes(), filename, encoding)
    if _is_clean(path):
        return Text(path, start, path.stat().st_size - start, "utf-8", [])
    return _to_utf8(path.read_bytes(), filename, encoding)


def _is_clean(path: Path) -> bool:
    """Tell whether a file is UTF-8 without null bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            for piece in pieces(file):
                if b"\0" in piece:
                    return False
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _to_utf8(data: bytes, filename: str, given: str | None = None) -> Text:
    for bom, encoding in _BOMS:
        if given is None and data.startswith(bom):
            if encoding == "utf-8":
                data = data[len(bom) :]
            break
    else:
        encoding = given or _utf16_without_mark(data) or "utf-8"
    if encoding == "utf-8" and given is None and not _is_utf8(data):
        encoding = _legacy_encoding(data, filename)
        data, repairs = _transcode(data, encoding)
    elif encoding == "utf-8" and given is None:
        repairs = []
    else:
        data, repairs = _transcode(data, encoding)
    n_null = data.count(0)
    if n_null > len(data) // 20:
        raise _not_text(filename)
    if n_null:
        data = data.replace(b"\0", b"")
        what = "1 null byte was" if n_null == 1 else f"{n_null} null bytes were"
        repairs.append(f"{what} removed.")
    return Text(data, 0, len(data), encoding, repairs)


def _transcode(data: bytes, encoding: str) -> tuple[bytes, list[str]]:
    try:
        return data.decode(encoding).encode("utf-8", errors="replace"), []
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
    n_bad = text.count("\ufffd")
    what = (
        "1 unreadable character was"
        if n_bad == 1
        else f"{n_bad} unreadable characters were"
    )
    return text.encode("utf-8", errors="replace"), [
        f"{what} replaced: the file is not all {encoding}."
    ]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(data: bytes) -> str:
    head = data[:_GUESS_BYTES]
    if len(head) < 4:
        return ""
    half = len(head) // 2
    if head[1::2].count(0) > half * 0.4 and head[0::2].count(0) < half * 0.05:
        return "utf-16-le"
    if head[0::2].count(0) > half * 0.4 and head[1::2].count(0) < half * 0.05:
        return "utf-16-be"
    return ""


def _legacy_encoding(data: bytes, filename: str) -> str:
    head = _around_first_special_byte(data)
    n_control = sum(head.count(code) for code in (*range(9), *range(14, 27), 127))
    if n_control > len(head) * 0.02:
        raise _not_text(filename)
    lenient = data[: 1 << 20].decode("utf-8", errors="replace")
    n_special = sum(char > "\x7f" for char in lenient)
    if lenient.count("\ufffd") < n_special * (1 - _MOSTLY):
        return "utf-8"  # a few damaged characters in a text that is UTF-8
    if encoding := _latin_encoding(data, head):
        return encoding
    best = charset_normalizer.from_bytes(
        head, cp_isolation=_LEGACY, preemptive_behaviour=False
    ).best()
    return best.encoding if best is not None else "cp1252"


def _latin_encoding(data: bytes, sample: bytes) -> str:
    """Tell a Latin encoding by its accents: single ones, small letters among small.

    In Cyrillic, Greek and East Asian encodings special bytes stand side by side; in
    the wrong Latin encoding they would be capitals or signs in the middle of words.
    """
    n_special = sum(byte > 127 for byte in sample)
    if len(_ALONE.findall(sample)) < 0.5 * n_special:
        return ""
    inside = b"".join(_INSIDE_WORD.findall(sample))
    for encoding in _LATIN:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        letters = inside.decode(encoding)
        n_plausible = sum(char.islower() or char == "\u2019" for char in letters)
        if n_plausible >= 0.9 * len(inside):
            return encoding
    return ""


def _around_first_special_byte(data: bytes) -> bytes:
    """Cut a sample that holds what distinguishes encodings: bytes above 127."""
    # Translating is the fastest search for "any byte above 127" in pure Python.
    ascii_only = bytes(range(128)) + b"\xff" * 128
    first = data.translate(ascii_only).find(b"\xff")
    start = max(0, data.rfind(b"\n", 0, max(first, 0)) + 1)
    if first < _GUESS_BYTES // 2:
        start = 0
    sample = data[start : start + _GUESS_BYTES]
    # Whole lines: a cut through a multi-byte character would rule its encoding out.
    cut = sample.rfind(b"\n")
    return sample[:cut] if cut > 0 and len(sample) == _GUESS_BYTES else sample


def _not_text(filename: str) -> TableError:
    return TableError(
        f"{filename} holds binary data, not text: export the table as CSV "
        "and upload that."
    )
