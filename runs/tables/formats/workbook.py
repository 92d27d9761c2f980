"""Excel and OpenDocument workbooks: one sheet of them."""

import datetime
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa
import python_calamine as calamine

from runs.tables.errors import TableError
from runs.tables.formats.found import Rows, Source
from runs.tables.header import find_header, listed
from runs.tables.labels import label
from runs.tables.shelf import Cells
from runs.tables.unpacking import check_ratio

# A sheet is in memory as a whole rectangle, empty cells too.
_MAX_CELLS: Final = 50_000_000
_MAX_XML_BYTES: Final = 1 << 30
_HEADER_ROWS = 500
_CHUNK_ROWS = 20_000
_PIECE = 1 << 20

_REFERENCE = re.compile(rb'r="([A-Z]{1,3})([0-9]{1,7})"')
_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="([0-9]+)"')


def find_workbook(source: Source) -> Rows:
    """Find the table in a sheet of a workbook.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    Rows
        The table: of the sheet wanted, or else of the first that holds something.

    Raises
    ------
    TableError
        If the workbook is damaged, encrypted or too large, or has no such sheet.
    """
    _check_size(source)
    try:
        with calamine.CalamineWorkbook.from_path(str(source.path)) as workbook:
            return _find(workbook, source)
    except calamine.PasswordError as error:
        raise TableError(
            f"{source.filename} is protected by a password: save it without one and "
            "upload that."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(
            f"{source.filename} is a damaged workbook or no workbook: open it, save "
            "the sheet as CSV and upload that."
        ) from error


def _find(workbook: Any, source: Source) -> Rows:  # noqa: ANN401 - calamine has no types
    names = _sheet_names(workbook)
    wanted = source.options.sheet
    if wanted is not None and wanted not in workbook.sheet_names:
        raise TableError(
            f'{source.filename} has no sheet "{wanted}": it has {listed(names)}.',
            field="sheet",
        )
    rows: list[list[Any]] = []
    for name in [wanted] if wanted is not None else names:
        rows = _rows(workbook.get_sheet_by_name(name), source)
        if len(rows) > 1 or wanted is not None or name == names[-1]:
            break
    if not rows:
        raise TableError(
            f"{source.filename} is empty: "
            + (f'the sheet "{name}" has no cells.' if wanted else "no sheet has cells.")
        )
    found = _of_rows(rows, source)
    found.how |= {"format": "excel", "sheet": name}
    if len(names) > 1:
        found.choices["sheets"] = names
        if wanted is None:
            found.repairs.insert(0, f'Of {len(names)} sheets "{name}" was read.')
    return found


def _sheet_names(workbook: Any) -> list[str]:  # noqa: ANN401 - calamine has no types
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible
        and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    return visible or list(workbook.sheet_names)


def _rows(sheet: Any, source: Source) -> list[list[Any]]:  # noqa: ANN401 - calamine has no types
    """Return the rows, without empty ones and columns around them."""
    n_cells = sheet.height * sheet.width
    if n_cells > _MAX_CELLS:
        raise TableError(
            f'The sheet "{sheet.name}" of {source.filename} has {n_cells:,} cells and '
            f"at most {_MAX_CELLS:,} can be read: save it as CSV and upload that."
        )
    nrows = None if source.n_rows is None else source.n_rows + _HEADER_ROWS
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=True, nrows=nrows)
    return rows


def _of_rows(rows: list[list[Any]], source: Source) -> Rows:
    options = source.options
    numbered = [(row, i) for i, row in enumerate(rows) if any(v != "" for v in row)]
    if not numbered:
        raise TableError(f"{source.filename} is empty: the sheet has no cells.")
    first = [([_text(value) for value in row], i) for row, i in numbered[:_HEADER_ROWS]]
    header = find_header(first, header=options.header, skip_lines=options.skip_lines)
    width = len(header.names)
    body = [row for row, i in numbered if i >= header.skipped_lines][header.n_records :]
    numbers: set[str] = set()

    def fill(cells: Cells) -> list[str]:
        n_long = 0
        for chunk in _chunks(body):
            columns = []
            n_long += sum(any(v != "" for v in row[width:]) for row in chunk)
            for at, name in enumerate(header.names):
                values = [row[at] if at < len(row) else "" for row in chunk]
                if any(type(value) in (float, int) for value in values):
                    numbers.add(name)
                texts = [v if type(v) is str else _text(v) for v in values]
                columns.append(pa.array(texts, pa.large_string()))
            cells.add(pa.RecordBatch.from_arrays(columns, names=header.names))
        if not n_long:
            return []
        which = "1 row has" if n_long == 1 else f"{n_long:,} rows have"
        return [f"{which} cells to the right of the table, which were left out."]

    return Rows(
        header=header,
        size=len(rows) * width * 8,
        fill=fill,
        how={"header": header.present, "skip_lines": header.skipped_lines},
        repairs=list(header.repairs),
        plain=numbers,
    )


def _chunks(rows: list[list[Any]]) -> Iterator[list[list[Any]]]:
    for start in range(0, len(rows), _CHUNK_ROWS):
        yield rows[start : start + _CHUNK_ROWS]


def _text(value: Any) -> str:  # noqa: ANN401 - a cell holds any of several types
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.timedelta):
        return repr(value.total_seconds())
    if isinstance(value, (datetime.date, datetime.time)) and not isinstance(
        value, datetime.datetime
    ):
        return value.isoformat()
    return label(value)


def _check_size(source: Source) -> None:
    """Refuse a workbook that is a bomb before the library opens it.

    The library makes room for the whole rectangle between the first and last cell.
    """
    if not zipfile.is_zipfile(source.path):
        return
    try:
        with zipfile.ZipFile(source.path) as archive:
            infos = archive.infolist()
            total = sum(info.file_size for info in infos)
            if total > _MAX_XML_BYTES:
                raise TableError(
                    f"{source.filename} unpacks to {total >> 20:,} MB and at most "
                    f"{_MAX_XML_BYTES >> 20:,} MB can be read: save the sheet as CSV "
                    "and upload that."
                )
            check_ratio(total, source.path.stat().st_size, source.filename)
            for info in infos:
                if info.filename.startswith("xl/worksheets/"):
                    _check_extent(archive, info, source)
                elif info.filename == "content.xml":
                    _check_repeats(archive, info, source)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError):
        return  # the library says what is wrong


def _check_extent(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: Source
) -> None:
    rows, columns = set[int](), set[bytes]()
    for piece in _pieces(archive, info):
        for column, row in set(_REFERENCE.findall(piece)):
            rows.add(int(row))
            columns.add(column)
    if not rows:
        return
    places = [_column_number(column) for column in columns]
    height = max(rows) - min(rows) + 1
    width = max(places) - min(places) + 1
    if height * width > _MAX_CELLS:
        raise TableError(
            f"A sheet of {source.filename} reaches over {height:,} rows and {width:,} "
            f"columns and at most {_MAX_CELLS:,} cells can be read: delete stray cells "
            "far from the table, or save it as CSV and upload that."
        )


def _check_repeats(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: Source
) -> None:
    """Bound the cells an OpenDocument sheet makes by repeating one."""
    for piece in _pieces(archive, info):
        for cells in re.findall(rb"<table:table-cell[^>]*office:value[^>]*>", piece):
            for n in _REPEATED.findall(cells):
                if int(n) > 16_384:
                    raise TableError(
                        f"{source.filename} repeats a cell {int(n):,} times: "
                        "save the sheet as CSV and upload that."
                    )


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    tail = b""
    with archive.open(info) as stream:
        while piece := stream.read(_PIECE):
            yield tail + piece
            tail = piece[-64:]


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number
