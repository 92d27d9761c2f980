"""Compressed files and archives to the file inside, bounded in every respect."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

import pyarrow as pa

from runs.tables.errors import TableError
from runs.tables.header import listed

Progress = Callable[[str, int, int], object]

MAX_BYTES: Final = 2 << 30
# Tables of few different values shrink a hundredfold; a bomb a thousandfold and more.
_MAX_RATIO = 500
RATIO_FROM_BYTES = 1 << 26
_MAX_MEMBERS = 10_000
_PIECE = 1 << 20
_ENCRYPTED = 1

_COMPRESSIONS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
)
_SUFFIXES = {".gz", ".bz2", ".xz", ".zst", ".zstd", ".tgz"}
_TABLES = frozenset(
    {
        ".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".psv", ".asc", ".prn",
        ".json", ".jsonl", ".ndjson", ".parquet", ".feather", ".arrow", ".arff",
        ".xlsx", ".xlsm", ".xls", ".ods",
    }
)  # fmt: skip
# Said of a member, not of a table: read only if there is nothing else.
_ABOUT = ("readme", "license", "licence", "changelog", "notes")

_DAMAGED = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    pa.ArrowInvalid,
)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The file with the table: the one that was brought, or what was inside it.

    ``whole`` is False when only its beginning was asked for and there is more.
    """

    path: Path
    filename: str
    member: str | None = None
    members: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    whole: bool = True


def unpack(
    path: Path,
    *,
    filename: str,
    folder: Path,
    member: str | None = None,
    limit: int | None = None,
    on_progress: Progress | None = None,
) -> Unpacked:
    """Unpack a compressed file or the table of a zip archive.

    Parameters
    ----------
    path : Path
        The file; one that is not packed is left where it is.
    filename : str
        The name the person knows the file by.
    folder : Path
        Where to put what was inside; its owner removes it.
    member : str or None, default None
        The file wanted out of an archive; the largest table if None.
    limit : int or None, default None
        Bytes of the beginning that suffice; all if None.
    on_progress : callable or None, default None
        Called with a step, bytes done and bytes in all.

    Returns
    -------
    Unpacked
        Where the table is.

    Raises
    ------
    TableError
        If the archive is damaged, incomplete, encrypted, nested or too large, or has
        no such member.
    """
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"PK\x03\x04") and not is_document(path):
        return _unpack_zip(path, filename, folder, member, limit, on_progress)
    compression = _compression(head)
    if member is not None:
        raise TableError(
            f"{filename} is no zip archive: leave the choice of a file inside it open.",
            field="member",
        )
    if not compression:
        return Unpacked(path, filename)
    target = folder / "unpacked"
    size = path.stat().st_size
    with path.open("rb") as packed, _opened(packed, compression) as stream:
        whole = _copy(
            stream,
            target,
            filename=filename,
            what=compression,
            packed=packed.tell,
            size=size,
            limit=limit,
            on_progress=on_progress,
        )
    inner = PurePosixPath(filename)
    inside = inner.stem if inner.suffix.lower() in _SUFFIXES else filename
    _refuse_nested(target, filename, inside)
    return Unpacked(target, inside, whole=whole)


def is_document(path: Path) -> bool:
    """Tell an office document, which is a zip archive too, from a plain archive.

    Parameters
    ----------
    path : Path
        A file that begins as a zip archive.

    Returns
    -------
    bool
        Whether it is a workbook or another document.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    return (
        "[Content_Types].xml" in names
        or ("content.xml" in names and "mimetype" in names)
        or any(name.startswith("xl/") for name in names)
    )


def check_ratio(size: int, packed: int, filename: str) -> None:
    """Refuse what unpacks to too much.

    Parameters
    ----------
    size : int
        Bytes it unpacks to, or has so far.
    packed : int
        Bytes they are made of.
    filename : str
        The name the person knows the file by.

    Raises
    ------
    TableError
        If it is too much by itself, or for so small a file.
    """
    if size > MAX_BYTES:
        raise TableError(
            f"{filename} unpacks to more than {MAX_BYTES >> 30} GB: "
            "upload a part of its rows."
        )
    if size > RATIO_FROM_BYTES and size > _MAX_RATIO * max(1, packed):
        raise TableError(
            f"{filename} unpacks to more than {_MAX_RATIO} times its size: "
            "upload the table itself if it is one."
        )


def _compression(head: bytes) -> str:
    return next((name for magic, name in _COMPRESSIONS if head.startswith(magic)), "")


@contextmanager
def _opened(packed: BinaryIO, compression: str) -> Iterator[Any]:
    if compression == "gzip":
        with gzip.GzipFile(fileobj=packed) as stream:
            yield stream
    elif compression == "bzip2":
        with bz2.BZ2File(packed) as stream:
            yield stream
    elif compression == "xz":
        with lzma.LZMAFile(packed) as stream:
            yield stream
    else:
        file = pa.PythonFile(packed, mode="r")
        with pa.CompressedInputStream(file, "zstd") as stream:
            yield stream


def _copy(
    stream: Any,  # noqa: ANN401 - anything with read
    target: Path,
    *,
    filename: str,
    what: str,
    packed: Callable[[], int],
    size: int,
    limit: int | None,
    on_progress: Progress | None,
) -> bool:
    """Unpack a stream into a file; return whether that is all of it."""
    done = 0
    with target.open("wb") as file:
        while True:
            try:
                piece = stream.read(_PIECE)
            except _DAMAGED as error:
                raise _damaged(filename, what, done, error) from error
            if not piece:
                break
            done += len(piece)
            check_ratio(done, packed(), filename)
            file.write(piece)
            if on_progress is not None:
                on_progress("unpacking", packed(), size)
            if limit is not None and done >= limit:
                return not stream.read(1)
    return True


def _damaged(filename: str, what: str, done: int, error: Exception) -> TableError:
    cut = isinstance(error, EOFError) or "runcated" in str(error)
    how = "is incomplete" if cut else "is damaged"
    return TableError(
        f"{filename} {how}: the {what} stream breaks off after {done:,} bytes of the "
        "file inside; pack it once more and upload it again."
    )


def _unpack_zip(
    path: Path,
    filename: str,
    folder: Path,
    member: str | None,
    limit: int | None,
    on_progress: Progress | None,
) -> Unpacked:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise TableError(
            f"{filename} is a damaged zip archive: upload the table itself."
        ) from error
    with archive:
        infos = {info.filename: info for info in _members(archive, filename)}
        chosen, members, repairs = _choose(list(infos.values()), filename, member)
        info = infos[chosen]
        if info.flag_bits & _ENCRYPTED:
            raise TableError(
                f"{filename} is encrypted: unpack it with its password and upload "
                f'"{chosen}".'
            )
        target = folder / "unpacked"
        try:
            with archive.open(info) as stream:
                whole = _copy(
                    stream,
                    target,
                    filename=filename,
                    what="zip",
                    packed=lambda: info.compress_size,
                    size=info.compress_size,
                    limit=limit,
                    on_progress=on_progress,
                )
        except NotImplementedError as error:
            raise TableError(
                f"{filename} is packed in a way that cannot be read: unpack it and "
                f'upload "{chosen}".'
            ) from error
        except _DAMAGED as error:
            raise _damaged(filename, "zip", 0, error) from error
    _refuse_nested(target, filename, chosen)
    name = PurePosixPath(chosen).name or filename
    return Unpacked(target, name, chosen, members, repairs, whole)


def _members(archive: zipfile.ZipFile, filename: str) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > _MAX_MEMBERS:
        raise TableError(
            f"{filename} holds {len(infos):,} files: upload the one with the table."
        )
    return [
        info
        for info in infos
        if not info.is_dir()
        and info.file_size
        and not info.filename.startswith("__MACOSX/")
        and not PurePosixPath(info.filename).name.startswith(".")
    ]


def _choose(
    infos: list[zipfile.ZipInfo], filename: str, member: str | None
) -> tuple[str, list[str], list[str]]:
    """Choose a member; return it, those to choose from, and what is to be said."""
    if not infos:
        raise TableError(f"{filename} is a zip archive without files: add the table.")
    names = [info.filename for info in infos]
    if member is not None and member not in names:
        raise TableError(
            f'{filename} has no file "{member}": it holds {listed(names)}.',
            field="member",
        )
    tables = [info for info in infos if _may_be_table(info.filename)] or infos
    choices = [info.filename for info in tables]
    if member is not None:
        return member, choices if len(choices) > 1 else [], []
    largest = max(tables, key=lambda info: info.file_size).filename
    if len(tables) == 1:
        return largest, [], []
    said = f'Of {len(tables)} files in the archive the largest was read: "{largest}".'
    return largest, choices, [said]


def _may_be_table(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.suffix in _TABLES and not path.stem.startswith(_ABOUT)


def _refuse_nested(target: Path, filename: str, inside: str) -> None:
    with target.open("rb") as file:
        head = file.read(512)
    packed = _compression(head) or (head[257:262] == b"ustar" and "tar")
    if not packed and head.startswith(b"PK\x03\x04") and not is_document(target):
        packed = "zip"
    if packed:
        raise TableError(
            f'{filename} holds another archive, "{inside}" ({packed}): unpack it and '
            "upload the table inside."
        )
