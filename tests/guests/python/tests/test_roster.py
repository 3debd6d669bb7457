"""Files into rosters: what is read, and what is said of what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from componentize_py_types import Err
from files import read_csv, read_json, text_of
from roster import Roster, read
from rows import DEPARTMENTS, PEOPLE, UNCLEAR, File
from wit_world.imports.model import Body_Bytes, Body_Text
from words import quoted

D, P, R = (File(name, f"https://hr.example/{name}") for name in ("d.csv", "p.csv", "r.json"))

DEPARTMENT_FILE = "id,name,parent,order\n1,Feihua,,\nrd,R&D,1,10\n"


def of_csv(people: str, departments: str = DEPARTMENT_FILE, delimiter: str = ",") -> Roster:
    return read(read_csv(DEPARTMENTS, D, departments, delimiter), read_csv(PEOPLE, P, people, delimiter))


def of_json(text: str) -> Roster:
    tables = read_json(R, text)
    return read(tables["departments"], tables["people"])


def problems(roster: Roster) -> list[str]:
    return [f"{one.diagnosis.code}: {one.diagnosis.message}" for one in roster.entries]


def one_person(cells: str) -> list[str]:
    """What is wrong with one row of people, without the place."""
    roster = of_csv(f"id,name,departments,email,mobile,title\n{cells}\n")
    return [one.diagnosis.code for one in roster.entries]


def test_a_right_row_is_a_person_with_everything() -> None:
    header = "manager,ID,Name,departments,e-mail,Employee Number,email,mobile,title\n"
    roster = of_csv(header + " 8 , 7,Hong, rd; 1;rd ,x,E-7,h@f.example,+86 (138) 00-07,Lead\n8,8,Bai,,x,,,,\n")
    (person, boss) = roster.people
    assert (person.id, person.name, person.departments, person.manager) == ("7", "Hong", ["1", "rd"], "8")
    assert (person.email, person.mobile, person.title) == ("h@f.example", "+86 (138) 00-07", "Lead")
    assert (person.employee_number, boss.departments) == ("E-7", [])
    assert problems(roster) == ['unknown-columns: p.csv: columns that are not known were left out: "e-mail"']
    assert roster.columns == {"order", "email", "mobile", "title", "employee_number", "manager"}


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ("7,Hong,rd,h@f.example,138,x", []),
        (",Hong,rd,,,", ["value-missing"]),
        ("7,,rd,at,1.38E+10,", ["value-missing", "not-an-email-address", "not-a-telephone-number"]),
        ("7,Hong,rd,@f,12,", ["not-an-email-address", "not-a-telephone-number"]),
        ("7,Hong,rd,h @f,+,", ["not-an-email-address", "not-a-telephone-number"]),
        ('7,"Ho\nng",rd,,,', ["value-not-valid"]),
        ('7,"Ho\x1cng\x1c",rd,,,', ["value-not-valid"]),
        (f"{'7' * 257},Hong,rd,,,", ["value-not-valid"]),
        (f"7,{'名' * 342},rd,,,", ["value-not-valid"]),
        (f"7,Hong,{';'.join(map(str, range(501)))},,,", ["too-many-departments"]),
        ("7,Hong,rd,,", ["row-broken"]),
        ('7,"Hong,rd,,,', ["row-broken"]),
    ],
)
def test_a_wrong_row_is_told_of_and_left_out(cells: str, codes: list[str]) -> None:
    assert one_person(cells) == codes


def test_every_message_has_its_place() -> None:
    roster = of_csv("id,name,departments\r\n\r\n7,Hong\r8,,rd\n9,Li,rd\n9,Li,rd\n")
    assert problems(roster) == [
        "row-broken: p.csv, line 3: the row has 2 columns, the header has 3",
        "value-missing: p.csv, line 4, column name: a value is required",
        'id-not-unique: p.csv, line 6, column id: id "9" stands on line 5 already; none of its rows is imported',
    ]
    assert roster.people == []


def test_a_value_is_repeated_so_that_everything_in_it_is_seen_and_not_too_much_of_it() -> None:
    assert quoted('a"\\\n\0\x1c\u3000 飞') == '"a\\"\\\\\\n\\0\\u{1c}\\u{3000} 飞"'
    assert quoted("x" * 61) == f'"{"x" * 60}…"'


def test_a_quotation_mark_that_is_open_takes_no_row_before_it() -> None:
    roster = of_csv('id,name,departments\n9,New,rd\n7,"Hong,rd\n8,Bai,rd\n')
    assert [person.id for person in roster.people] == ["9"]
    assert problems(roster)[0].startswith("row-broken: p.csv, line 3:")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_divides_columns(delimiter: str) -> None:
    files = [text.replace(",", delimiter) for text in ("id,name,departments\n7,Hong,rd\n", DEPARTMENT_FILE)]
    roster = of_csv(*files, delimiter=delimiter)
    assert [person.departments for person in roster.people] == [["rd"]]


def test_parents_come_first_whatever_the_order_of_the_rows() -> None:
    departments = "id,name,parent\n" + "".join(f"{n},D,{n + 1}\n" for n in range(2000)) + "2000,Top,\n"
    roster = of_csv("id,name,departments\n7,Hong,\n", departments)
    assert [department.id for department in roster.departments] == [str(n) for n in range(2000, -1, -1)]


def test_a_cycle_is_cut_and_told_of() -> None:
    roster = of_csv("id,name,departments\n7,Hong,\n", "id,name,parent\nrd,R&D,b\nb,B,a\na,A,b\n")
    assert [(one.id, one.parent) for one in roster.departments] == [("b", UNCLEAR), ("a", UNCLEAR), ("rd", "b")]
    assert [one.diagnosis.code for one in roster.entries] == ["parent-cycle", "parent-cycle"]


def test_what_names_a_wrong_row_says_nothing_there() -> None:
    roster = of_csv(
        "id,name,departments,manager\n7,,rd,\n8,Bai,1;x,7\n", "id,name,parent,order\n1,F,,\nx,X,,first\ny,Y,x,\n"
    )
    (person,) = roster.people
    assert (person.departments, person.manager) == (None, UNCLEAR)
    assert {one.id: one.parent for one in roster.departments} == {"1": None, "y": UNCLEAR}


def test_what_names_nothing_that_is_listed_is_kept_and_told_of() -> None:
    roster = of_csv("id,name,departments,manager\n8,Bai,1;gone,nobody\n", "id,name,parent\n1,F,gone\n")
    assert [one.diagnosis.message for one in roster.dangling] == [
        'd.csv, line 2, column parent: "gone" is not in the roster',
        'p.csv, line 2, column departments: "gone" is not in the roster',
        'p.csv, line 2, column manager: "nobody" is not in the roster',
    ]
    assert (roster.people[0].departments, roster.people[0].manager, roster.n_errors) == (["1", "gone"], "nobody", 0)


def test_lists_without_anything_are_errors_where_something_is_expected() -> None:
    assert problems(of_csv("id,name,departments\n")) == ["no-people: p.csv: no people are listed"]
    without = of_csv("id,name,departments\n7,Hong,rd\n", "id,name,parent\n")
    assert problems(without) == ["no-departments: d.csv: no departments are listed, and people name some"]
    assert problems(of_csv("id,name,departments\n7,Hong,\n", "id,name,parent\n")) == []


def test_numbers_in_json_are_ids_as_they_are_written() -> None:
    people = '{"id": 18446744073709551615, "name": 7, "departments": [1, "rd"], "title": null, "extra": {}}'
    text = '{"more": [[{"people": 1}]], "people": [%s], "departments": [{"id": 1, "name": "F", "order": -3}, {"id": "rd", "name": "R"}]}'
    roster = of_json(text % people)
    (person,) = roster.people
    assert (person.id, person.name, person.departments) == ("18446744073709551615", "7", ["1", "rd"])
    assert [one.order for one in roster.departments] == [-3, None]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("7", "row-broken"),
        (r'{"id": "\ud800", "name": "x", "departments": []}', "row-broken"),
        ('{"id": 1.0, "name": "x", "departments": []}', "value-not-a-text"),
        ('{"id": 18446744073709551616, "name": "x", "departments": []}', "value-not-a-text"),
        ('{"id": true, "name": "x", "departments": []}', "value-not-a-text"),
        ('{"id": "1", "name": ["x"], "departments": []}', "value-not-a-text"),
        ('{"id": "1", "name": "x", "departments": [null]}', "departments-missing"),
        ('{"id": "1", "name": "x"}', "departments-missing"),
        ('{"id": "1", "name": "x", "departments": [], "email": 1e999}', "row-broken"),
    ],
)
def test_a_wrong_row_of_json_costs_itself(row: str, code: str) -> None:
    roster = of_json('{"departments": [],\n"people": [\n%s, {"id": "2", "name": "y", "departments": []}]}' % row)
    assert [person.id for person in roster.people] == ["2"]
    (entry,) = roster.entries
    assert entry.diagnosis.code == code
    assert entry.diagnosis.message.startswith("r.json, line 3, /people/0")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id,name", "not-json"),
        ("[]", "roster-not-understood"),
        ('{"departments": []}', "roster-not-understood"),
        ('{"departments": [], "people": [], "people": []}', "roster-not-understood"),
        ('{"departments": {}, "people": []}', "roster-not-understood"),
        ('{"departments": [], "people": []} x', "roster-not-understood"),
        ('{"departments": [], "people": [{"id": 1,}]}', "roster-not-understood"),
        ('{"departments": [], "people": ' + "[" * 100_000, "roster-not-understood"),
    ],
)
def test_what_is_no_roster_is_refused(text: str, code: str) -> None:
    assert refusal(read_json, R, text) == ("PROTOCOL", code)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "columns-missing"),
        ("id,name\n", "columns-missing"),
        ("id,id,name,departments\n", "column-twice"),
        ("{", "columns-missing"),
    ],
)
def test_a_file_without_its_columns_is_refused(header: str, code: str) -> None:
    assert refusal(read_csv, PEOPLE, P, header + "x", ",") == ("PROTOCOL", code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (Body_Text(" \n"), "roster-empty"),
        (Body_Text("\ufeff"), "roster-empty"),
        (Body_Text("\n<!doctype html>"), "roster-is-a-web-page"),
        (Body_Bytes(b"id,name\n\xff"), "not-utf8"),
    ],
)
def test_a_body_that_can_be_no_roster_is_refused(body: Any, code: str) -> None:
    assert refusal(text_of, P, body) == ("PROTOCOL", code)


def refusal(call: Any, *arguments: Any) -> tuple[str, str]:
    """The kind and the code with which it ends."""
    with pytest.raises(Err) as refused:
        call(*arguments)
    return refused.value.value.kind.name, refused.value.value.diagnosis.code
