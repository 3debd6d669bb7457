"""Filters as Entra and the RFC write them, with all there is to their language; `suites` has the titles of the documents."""

from __future__ import annotations

import pytest
from crowd import N_PEOPLE, Crowd
from suites import ENTERPRISE, ENTRA_HEADERS, NOBODY, Case, a_list_of, finds, identified, judge, titled

MAIL = "u0002@crowd.example"

ENTRA = [
    Case("ENTRA", f'Users?filter=emails[type eq "work"].value eq "{MAIL}"', finds("u0002")),
    Case("ENTRA", f'Users?filter=emails[type eq "home"].value eq "{MAIL}"', NOBODY),
    Case("ENTRA", f'Users?filter=emails[type eq "work"].value eq "{MAIL}" and active eq true', finds("u0002")),
    Case("ENTRA", 'Users?filter=userName eq "u0002" and active eq "True"', finds("u0002")),
    Case("ENTRA", f'Users?filter={ENTERPRISE}:employeeNumber eq "E-2"', finds("u0002")),
    # "Requests to determine whether a reference attribute has a certain value are requests about the members attribute."
    Case("ENTRA", 'Groups?filter=id eq "{group}" and members.value eq "{member}"', finds("7")),
    Case("ENTRA", 'Groups?filter=id eq "{group}" and members eq "{member}"', finds("7")),
    Case("ENTRA", 'Groups?filter=id eq "{group}" and members.value eq "{stranger}"', NOBODY),
    Case(
        "ENTRA",
        f'Users?filter=id eq "{{user}}" and {ENTERPRISE}:manager eq "{{manager}}"&attributes=id',
        lambda body, known: [one["id"] for one in body["Resources"]] == [known["user"]],
    ),
]

RFC = [
    Case("RFC", 'Users?filter=name.familyName co "欧阳" and userName sw "u0005"', finds("u0005")),
    Case("RFC", 'Users?filter=userName sw "u000" and not (userName ew "9")&count=3', a_list_of(9, 3)),
    Case("RFC", 'Users?filter=userName eq "u0001" or userName eq "u0002"', finds("u0001", "u0002")),
    Case("RFC", 'Users?filter=meta.lastModified gt "2011-05-13T04:42:34Z"&count=5', a_list_of(N_PEOPLE, 5)),
    Case("RFC", 'Users?filter=meta.lastModified gt "2111-05-13T04:42:34Z"', NOBODY),
    Case("RFC", 'Users?filter=emails[type eq "work" and value co "u0002@"]', finds("u0002")),
    Case("RFC", f'Users?filter=schemas eq "{ENTERPRISE}" and userName eq "u0002"', finds("u0002")),
]


@pytest.mark.parametrize("case", [*ENTRA, *RFC], ids=titled)
def test_a_documented_filter_finds_whom_its_document_means(crowd: Crowd, case: Case) -> None:
    judge(crowd, case, identified(crowd), ENTRA_HEADERS)
