"""Small workbooks for tests, written by hand: sheets by name, each a list of rows of cells.

A cell is text, a number, a ``date`` or ``None``; a date is stored as spreadsheets store it.
``locked.xlsx`` is a workbook of a header and one row behind a password, as spreadsheet programs
make them (openpyxl 3.1.5 and msoffcrypto-tool 6.1.0; password "secret").
"""

import io
import zipfile
from datetime import date
from xml.sax.saxutils import escape

_XLSX = "http://schemas.openxmlformats.org/"
_MAIN = f'xmlns="{_XLSX}spreadsheetml/2006/main"'
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"


def xlsx(sheets):
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_XLSX}package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_XLSX}officeDocument/2006/relationships">'
        f"<sheets>{''.join(_listed(sheets))}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            {f"rId{n}": ("worksheet", f"worksheets/s{n}.xml") for n in range(1, len(sheets) + 1)}
            | {"rId0": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": f'<styleSheet {_MAIN}><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    for number, rows in enumerate(sheets.values(), 1):
        lines = "".join(
            f'<row r="{row}">{"".join(_xlsx_cells(row, cells))}</row>'
            for row, cells in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/s{number}.xml"] = (
            f"<worksheet {_MAIN}><sheetData>{lines}</sheetData></worksheet>"
        )
    return _zip(parts)


def _relations(targets):
    lines = "".join(
        f'<Relationship Id="{key}" Target="{target}" '
        f'Type="{_XLSX}officeDocument/2006/relationships/{kind}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_XLSX}package/2006/relationships">{lines}</Relationships>'


def _listed(sheets):
    for number, name in enumerate(sheets, 1):
        yield f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'


def _xlsx_cells(row, cells):
    for column, value in enumerate(cells, 1):
        place = f'r="{_letters(column)}{row}"'
        if isinstance(value, date):
            yield f'<c {place} s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        elif isinstance(value, int | float):
            yield f"<c {place}><v>{value}</v></c>"
        elif value:
            text = escape(value)
            yield f'<c {place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(column):
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def ods(sheets):
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(_ods_cells(row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    spaces = " ".join(f'xmlns:{name}="{_OFFICE}{name}:1.0"' for name in ("office", "table", "text"))
    return _zip({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_OFFICE}manifest:1.0"/>',
        "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f"{tables}</office:spreadsheet></office:body></office:document-content>",
    })  # fmt: skip


def _ods_cells(row):
    for value in row:
        if isinstance(value, date):
            attributes = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        elif isinstance(value, int | float):
            attributes = f'office:value-type="float" office:value="{value}"'
        elif value:
            attributes = 'office:value-type="string"'
        else:
            yield "<table:table-cell/>"
            continue
        text = f"<text:p>{escape(str(value))}</text:p>"
        yield f"<table:table-cell {attributes}>{text}</table:table-cell>"


def _zip(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text if name == "mimetype" else f"<?xml version='1.0'?>{text}")
    return stream.getvalue()
