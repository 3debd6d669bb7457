"""The files of a roster into rows: two of CSV, or one of JSON. A row that is wrong takes no other with it.

Pure.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from rows import BLANKS, Cell, DEPARTMENTS, File, Kind, PEOPLE, Place, Row, Wrong
from wit_world.imports.model import Body, Body_Text, FailureKind
from words import Text, fail, quoted

# Brackets within brackets in a JSON roster at most: what Python's parser reads within a component's stack.
MAX_JSON_DEPTH = 128

# The whole numbers that are read as they are written; one beyond is rounded by somebody on the way.
WHOLE_NUMBERS = range(-(2**63), 2**64)


def number_of(digits: str) -> int | float:
    """A whole number of JSON. One that has more digits than 64 bits, and -0, are floating point numbers, as elsewhere."""
    return int(digits) if len(digits) <= 20 and digits != "-0" else float(digits)



@dataclass
class Table:
    """One list of a roster."""

    file: File
    rows: list[Row] = field(default_factory=list)
    # As they are written.
    unknown_columns: set[str] = field(default_factory=set)


def text_of(file: File, body: Body) -> str:
    """The text of a file that can be a roster: not empty, not a web page, without a byte order mark."""
    if isinstance(body, Body_Text):
        text = body.value
    else:
        try:
            text = body.value.decode()
        except UnicodeDecodeError as error:
            fail_not_utf8(file, 1 + body.value.count(b"\n", 0, error.start))
    text = text.removeprefix("\ufeff")
    begin = text.lstrip(BLANKS)
    if not begin:
        why = file.diagnosis(
            "roster-empty",
            ("the file is empty", "文件是空的"),
            (
                "check the export; an empty file is never taken for an empty organisation",
                "请检查导出结果；空文件不会被当作空的组织",
            ),
        )
        fail(FailureKind.PROTOCOL, why)
    if begin.startswith("<"):
        why = file.diagnosis(
            "roster-is-a-web-page",
            ("this is a web page, not a roster", "返回的是网页，不是花名册"),
            (
                "it may be a sign-in page: set `authorization`, or use an address that needs no sign-in",
                "可能是登录页面：请填写 authorization，或使用无需登录的地址",
            ),
        )
        fail(FailureKind.PROTOCOL, why)
    return text


def fail_not_utf8(file: File, line: int) -> NoReturn:
    why = file.diagnosis(
        "not-utf8",
        (f"line {line} is not UTF-8 text", f"第 {line} 行不是 UTF-8 文本"),
        (
            'save the file as UTF-8; in a spreadsheet choose "CSV UTF-8"',
            "请以 UTF-8 编码保存文件；在表格软件中选择“CSV UTF-8”格式",
        ),
        line=line,
    )
    fail(FailureKind.PROTOCOL, why)


def read_csv(kind: Kind, file: File, text: str, delimiter: str) -> Table:
    """A CSV file. Fails when it has no header with the columns that it must have."""
    csv.field_size_limit(len(text) + 1)
    records = _records(text, delimiter)
    _, header, _ = next(records, (1, [], ""))
    table = Table(file)
    columns = _columns(kind, file, text, header, table)
    for line, fields, raw in records:
        place = Place(file, line)
        broken = _broken(columns, fields, raw)
        # Of a broken row nobody knows which value belongs to which column.
        cells: dict[str, Cell] = (
            {} if broken else {name: cell for name, cell in zip(columns, fields, strict=True) if name}
        )
        table.rows.append(Row(place, cells, broken))
    return table


def _records(text: str, delimiter: str) -> Any:
    """The records with the line on which each begins, as an editor counts lines, and the text of its lines."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=delimiter)
    begin = 0
    for fields in reader:
        if fields:
            yield begin + 1, fields, "".join(lines[begin : reader.line_num])
        begin = reader.line_num


def _columns(kind: Kind, file: File, text: str, header: list[str], table: Table) -> list[str | None]:
    columns: list[str | None] = []
    for title in header:
        # "Employee Number" is `employee_number`.
        plain = re.sub("[ -]", "_", title.strip(BLANKS)).lower()
        column = plain if plain in kind.columns else None
        if column is not None and column in columns:
            why = (f"column {column} stands in the header twice", f"表头中 {column} 列重复")
            fail(FailureKind.PROTOCOL, file.diagnosis("column-twice", why))
        # A column without a name is what a spreadsheet leaves behind at the right edge.
        if column is None and title.strip(BLANKS):
            table.unknown_columns.add(title.strip(BLANKS))
        columns.append(column)
    missing = [column for column in kind.required if column not in columns]
    if missing:
        _fail_missing(kind, file, text, missing)
    return columns


def _broken(columns: list[str | None], fields: list[str], raw: str) -> Text | None:
    if raw.count('"') % 2:
        return (
            "a quotation mark is not closed, or one inside a value is not doubled",
            "引号没有闭合，或值中的引号没有写成两个",
        )
    expected, found = len(columns), len(fields)
    if expected != found:
        return f"the row has {found} columns, the header has {expected}", f"该行有 {found} 列，表头有 {expected} 列"
    return None


def _fail_missing(kind: Kind, file: File, text: str, missing: list[str]) -> NoReturn:
    begin = text.lstrip(BLANKS)
    first_line = quoted(begin.splitlines()[0])
    why = (
        f"the header lacks {', '.join(missing)}; the first line is {first_line}",
        f"表头缺少 {'、'.join(missing)} 列；第一行是 {first_line}",
    )
    remedy = (
        f"the first line must name the columns {', '.join(kind.required)}; check `delimiter` too",
        f"第一行必须包含列名 {'、'.join(kind.required)}；也请检查 delimiter",
    )
    if begin.startswith(("{", "[")):
        remedy = ("for a JSON roster set `url` instead", "如果是 JSON 花名册，请改为填写 url")
    fail(FailureKind.PROTOCOL, file.diagnosis("columns-missing", why, remedy))


def read_json(file: File, text: str) -> dict[str, Table]:
    """A JSON roster. Fails when it is not an object with a list of departments and a list of people."""
    try:
        lists = _lists(text)
        tables = {}
        for kind in (DEPARTMENTS, PEOPLE):
            if kind.member not in lists:
                raise ValueError(f"missing field `{kind.member}`")
            tables[kind.member] = _table(kind, file, text, lists[kind.member])
        return tables
    except ValueError as error:
        _fail_not_understood(file, text, str(error)[:300])


def _lists(text: str) -> dict[str, list[tuple[int, Any]]]:
    """The two lists of the document: where each element begins, and the element. Whatever else is there is passed over."""
    deepest = _depth(text)
    if MAX_JSON_DEPTH < deepest:
        raise ValueError(f"it is nested {deepest} deep, and at most {MAX_JSON_DEPTH} are read")
    scan = _Scan(text)
    lists: dict[str, list[tuple[int, Any]]] = {}
    for _ in scan.items("{", "}"):
        name = scan.value()
        scan.expect(":")
        if name not in (DEPARTMENTS.member, PEOPLE.member):
            scan.value()
        elif name in lists:
            raise ValueError(f"duplicate field `{name}`")
        else:
            lists[name] = [(scan.place, scan.value()) for _ in scan.items("[", "]")]
    scan.end()
    return lists


def _depth(text: str) -> int:
    """How deep brackets are nested, those within texts not counted."""
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    return deepest


class _Scan:
    """Walks through a JSON text as far as its rows, which Python's own parser reads."""

    _decoder = json.JSONDecoder(parse_int=number_of)

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0
        self.skip()

    def skip(self) -> None:
        while self.text.startswith((" ", "\t", "\n", "\r"), self.place):
            self.place += 1

    def expect(self, sign: str) -> None:
        if not self.text.startswith(sign, self.place):
            raise json.JSONDecodeError(f"Expecting {sign!r}", self.text, self.place)
        self.place += 1
        self.skip()

    def items(self, open: str, close: str) -> Any:
        """Yield at the beginning of each item between two brackets; whoever is yielded to reads it."""
        self.expect(open)
        if self.text.startswith(close, self.place):
            return self.expect(close)
        while True:
            yield
            if self.text.startswith(close, self.place):
                return self.expect(close)
            self.expect(",")

    def value(self) -> Any:
        value, self.place = self._decoder.raw_decode(self.text, self.place)
        self.skip()
        return value

    def end(self) -> None:
        if self.place < len(self.text):
            raise json.JSONDecodeError("Extra data", self.text, self.place)


def _table(kind: Kind, file: File, text: str, elements: list[tuple[int, Any]]) -> Table:
    table = Table(file)
    line, counted_to = 1, 0
    for index, (begin, element) in enumerate(elements):
        line += text.count("\n", counted_to, begin)
        counted_to = begin
        row = Row(Place(file, line, f"/{kind.member}/{index}"))
        if _is_row(element):
            table.unknown_columns |= element.keys() - set(kind.columns)
            row.cells = {name: _cell(element[name]) for name in kind.columns if element.get(name) is not None}
        else:
            row.broken = ("the row is not a JSON object", "该行不是 JSON 对象")
        table.rows.append(row)
    return table


def _is_row(element: Any) -> bool:
    """Whether it is an object, and every text in it can be written again: half of a surrogate pair cannot."""
    try:
        json.dumps(element, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return False
    return isinstance(element, dict)


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        texts = [text_of_value(element) for element in value]
        return Wrong() if None in texts else [text for text in texts if text is not None]
    text = text_of_value(value)
    return Wrong() if text is None else text


def text_of_value(value: Any) -> str | None:
    """A text, or a whole number as its digits: ids are written either way."""
    if isinstance(value, str):
        return value
    is_whole = isinstance(value, int) and not isinstance(value, bool) and value in WHOLE_NUMBERS
    return str(value) if is_whole else None


def _fail_not_understood(file: File, text: str, why: str) -> NoReturn:
    begin = text.lstrip(BLANKS)
    if not begin.startswith(("{", "[")):
        shown = quoted(begin)
        message = (f"this is not JSON; it begins with {shown}", f"这不是 JSON，开头是 {shown}")
        remedy = (
            "for CSV files set `departments_url` and `people_url` instead of `url`",
            "如果是 CSV 文件，请填写 departments_url 和 people_url，而不是 url",
        )
        fail(FailureKind.PROTOCOL, file.diagnosis("not-json", message, remedy))
    message = (f"this is not a roster: {why}", f"这不是有效的花名册：{why}")
    remedy = (
        'the document must be {"departments": [...], "people": [...]}',
        '文档必须形如 {"departments": [...], "people": [...]}',
    )
    fail(FailureKind.PROTOCOL, file.diagnosis("roster-not-understood", message, remedy))
