"""Packed files: a table, or a sentence that says what is wrong with the package."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pyarrow as pa
import pytest

from runs.tables import unpacking
from runs.tables.errors import TableError
from runs.tables.options import ReadingOptions
from runs.tables.reading import read_sample

TEXT = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * 7919 % 104729) for i in range(20_000))


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return stream.getvalue()


packings = pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, zstd, lambda d: zipped(t_csv=d)],
)


@packings
def test_packed_table_is_read_whatever_it_is_called(read, pack):
    table = read(pack(TEXT), filename="upload.csv")

    assert table.frame.shape == (20_000, 2)
    assert table.reading.format == "csv"
    assert table.repairs == []


@packings
def test_sample_of_packed_table_has_its_first_rows(pack, tmp_path):
    path = tmp_path / "t"
    path.write_bytes(pack(TEXT + TEXT[4:] * 7))

    sample = read_sample(path)

    assert sample.frame["a"].tolist() == list(range(500))


@packings
@pytest.mark.parametrize("share", [0.5, 0.999])
def test_broken_off_package_is_refused(read, pack, share):
    data = pack(TEXT)

    with pytest.raises(TableError, match=r"(incomplete|damaged).*again|damaged zip"):
        read(data[: int(share * len(data))])


def test_sentence_says_how_much_could_be_read(read):
    data = gzip.compress(TEXT * 20)

    with pytest.raises(TableError, match=r"breaks off after \d[\d,]+ bytes"):
        read(data[: len(data) // 2])


def test_damaged_member_is_refused(read):
    data = bytearray(zipped(t_csv=TEXT))
    data[1000:1040] = bytes(40)

    with pytest.raises(TableError, match="damaged"):
        read(bytes(data))


@packings
def test_bomb_is_refused_while_it_is_unpacked(read, pack, monkeypatch):
    monkeypatch.setattr(unpacking, "RATIO_FROM_BYTES", 1 << 22)

    with pytest.raises(TableError, match="500 times its size"):
        read(pack(b"1,2\n" * (1 << 21)))


def test_zip_that_lies_about_its_size_is_bounded(read, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_BYTES", 1 << 20)

    with pytest.raises(TableError, match="unpacks to more than"):
        read(zipped(t_csv=TEXT * 10))


def test_archive_in_an_archive_is_refused(read):
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        info = tarfile.TarInfo("t.csv")
        info.size = len(TEXT)
        archive.addfile(info, io.BytesIO(TEXT))

    for data in (
        zipped(t_zip=zipped(t_csv=TEXT)),
        zipped(t_csv_gz=gzip.compress(TEXT)),
        gzip.compress(gzip.compress(TEXT)),
        tar.getvalue(),
    ):
        with pytest.raises(TableError, match="holds another archive"):
            read(data)


def test_largest_table_of_several_is_read_and_said(read):
    data = zipped(
        small_csv=b"x\n1\n", data__big_csv=TEXT, README_txt=TEXT * 2, MACOSX_=b"no"
    )

    table = read(data)

    assert table.reading.member == "data/big.csv"
    assert table.reading.choices == {"members": ["small.csv", "data/big.csv"]}
    assert table.repairs == [
        'Of 2 files in the archive the largest was read: "data/big.csv".'
    ]


def test_member_can_be_chosen(read):
    data = zipped(small_csv=b"x\n1\n2\n", big_csv=TEXT)

    table = read(data, options=ReadingOptions(member="small.csv"))

    assert table.frame["x"].tolist() == [1, 2]
    assert table.repairs == []
    for wrong in (data, TEXT, gzip.compress(TEXT)):
        with pytest.raises(TableError) as caught:
            read(wrong, options=ReadingOptions(member="other.csv"))
        assert caught.value.field == "member"


def test_encrypted_zip_is_refused(read):
    data = bytearray(zipped(t_csv=TEXT))
    data[6] |= 1
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1

    with pytest.raises(TableError, match="encrypted"):
        read(bytes(data))


def test_zip_without_files_is_refused(read):
    with pytest.raises(TableError, match="zip archive"):
        read(zipped())
    with pytest.raises(TableError, match="without files"):
        read(zipped(empty_csv=b""))
