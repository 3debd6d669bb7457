//! What cannot be read harms nothing: not one row, not a file, not a server.

use super::{Bench, JSON, status};
use expect_test::{Expect, expect};
use rollcall_kit::testing::Reply;
use rollcall_kit::{Body, FaultKind, Key, Response};
use serde_json::Value;

const DEPARTMENTS: &str = "id,name,parent\nrd,R&D,\n";
const PEOPLE: &str =
    "id,name,departments,title,email,mobile\n7,Hong,rd,Engineer,h@f.example,1380\n8,Bai,rd,Lead,,\n";

/// Run on top of a platform that holds `DEPARTMENTS` and `PEOPLE`; nobody may be lost.
#[track_caller]
fn check(departments: &str, people: &str, expected: &Expect) {
    let bench = Bench::csv(DEPARTMENTS, PEOPLE);
    bench.run();
    let before = bench.host.objects().clone();
    bench.serve_csv(departments, people);
    expected.assert_eq(&bench.run());
    for (key, held) in before {
        let now = bench.host.objects().get(&key).map(|stored| stored.document.clone());
        let (mut leaves, now) = (Vec::new(), now.unwrap_or_default());
        gather_leaves(&held.document, String::new(), &mut leaves);
        leaves.retain(|leaf| now.pointer(leaf).is_none_or(Value::is_null));
        assert_eq!(leaves, [""; 0], "lost of {key:?}");
    }
}

/// A JSON pointer to every value that is neither an object, nor an array, nor `null`.
fn gather_leaves(value: &Value, pointer: String, leaves: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                gather_leaves(inner, format!("{pointer}/{name}"), leaves);
            }
        }
        Value::Array(elements) => {
            for (index, inner) in elements.iter().enumerate() {
                gather_leaves(inner, format!("{pointer}/{index}"), leaves);
            }
        }
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => leaves.push(pointer),
    }
}

/// The same for one answer in the place of the people.
#[track_caller]
fn check_answer(reply: Reply, expected: &Expect) {
    let bench = Bench::csv(DEPARTMENTS, PEOPLE);
    bench.run();
    let before = bench.host.objects().clone();
    bench.serve("https://hr.example/p.csv", reply);
    expected.assert_eq(&bench.run());
    assert_eq!(*bench.host.objects(), before);
}

#[test]
fn a_broken_row_is_an_error_with_its_place_and_the_others_are_imported() {
    check(
        DEPARTMENTS,
        "id,name,departments,title,email,mobile\n\n7,,rd,,not-an-address,1.38E+10\n9,New,rd,,,\n",
        &expect![[r#"
            put User {"active":true,"displayName":"New","externalId":"9","name":{"formatted":"New"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"9"}
            error User 7 [value-missing] p.csv, line 3, column name: a value is required
            error User 7 [not-an-email-address] p.csv, line 3, column email: "not-an-address" is not an e-mail address
            error User 7 [not-a-telephone-number] p.csv, line 3, column mobile: "1.38E+10" is not a telephone number; if a spreadsheet rounded it, format the column as text
            warning [removals-stopped] nobody and nothing is removed by this run: of what the platform holds, 2 objects were not found, and the reading is not complete, because p.csv, line 3, column name: a value is required
            incomplete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_row_with_a_column_too_few_is_an_error() {
    check(
        DEPARTMENTS,
        "id,name,departments,title\n7,Hong,rd\n9,New,rd,\n",
        &expect![[r#"
            put User {"active":true,"displayName":"New","externalId":"9","name":{"formatted":"New"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"9"}
            error [row-broken] p.csv, line 2: the row has 3 columns, the header has 4
            warning [removals-stopped] nobody and nothing is removed by this run: of what the platform holds, 2 objects were not found, and the reading is not complete, because p.csv, line 2: the row has 3 columns, the header has 4
            incomplete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_quotation_mark_that_is_not_closed_is_an_error_on_the_line_where_it_opens() {
    check(
        DEPARTMENTS,
        "id,name,departments\n9,New,rd\n7,\"Hong,rd\n8,Bai,rd\n",
        &expect![[r#"
            put User {"active":true,"displayName":"New","externalId":"9","name":{"formatted":"New"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"9"}
            error [row-broken] p.csv, line 3: a quotation mark is not closed, or one inside a value is not doubled
            warning [removals-stopped] nobody and nothing is removed by this run: of what the platform holds, 2 objects were not found, and the reading is not complete, because p.csv, line 3: a quotation mark is not closed, or one inside a value is not doubled
            incomplete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_line_break_inside_a_name_is_an_error() {
    check(
        DEPARTMENTS,
        "id,name,departments\n7,\"Ho\nng\",rd\n8,Bai,rd\n",
        &expect![[r#"
            put User {"active":true,"displayName":"Bai","externalId":"8","name":{"formatted":"Bai"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"8"}
            error User 7 [value-not-valid] p.csv, line 2, column name: "Ho\nng" has a line break or another control character
            warning [removals-stopped] nobody and nothing is removed by this run: of what the platform holds, 1 object was not found, and the reading is not complete, because p.csv, line 2, column name: "Ho\nng" has a line break or another control character
            incomplete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn an_id_on_two_rows_is_imported_from_neither() {
    check(
        DEPARTMENTS,
        "id,name,departments\n7,Hong,\n8,Bai,rd\n7,Other,rd\n",
        &expect![[r#"
            put User {"active":true,"displayName":"Bai","externalId":"8","name":{"formatted":"Bai"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"8"}
            error User 7 [id-not-unique] p.csv, line 4, column id: id "7" stands on line 2 already; none of its rows is imported
            warning [removals-stopped] nobody and nothing is removed by this run: of what the platform holds, 1 object was not found, and the reading is not complete, because p.csv, line 4, column id: id "7" stands on line 2 already; none of its rows is imported
            incomplete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_parent_that_is_not_listed_puts_the_department_at_the_top_with_a_warning() {
    check(
        "id,name,parent\nrd,R&D,gone\n",
        PEOPLE,
        &expect![[r#"
            warning Department rd [reference-gone] parent names department "gone", which is gone (404: not in the roster); the reference is left out
            complete: 3 read, 3 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_department_that_is_not_listed_is_removed_and_its_people_lose_it_with_a_warning() {
    let bench = Bench::csv(DEPARTMENTS, PEOPLE);
    bench.run();
    bench.serve_csv("id,name,parent\nops,Operations,\n", PEOPLE);
    expect![[r#"
            put Department {"displayName":"Operations","externalId":"ops","parent":null,"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
            put User {"active":true,"displayName":"Hong","emails":[{"type":"work","value":"h@f.example"}],"externalId":"7","name":{"formatted":"Hong"},"phoneNumbers":[{"type":"mobile","value":"1380"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"title":"Engineer","urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[]},"userName":"7"}
            put User {"active":true,"displayName":"Bai","externalId":"8","name":{"formatted":"Bai"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"title":"Lead","urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[]},"userName":"8"}
            remove Department rd: 404: not in the roster
            warning User 7 [reference-gone] departments names department "rd", which is gone (404: not in the roster); the reference is left out
            warning User 8 [reference-gone] departments names department "rd", which is gone (404: not in the roster); the reference is left out
            complete: 3 read, 0 unchanged, 0 skipped"#]]
    .assert_eq(&bench.run());
}

#[test]
fn a_department_whose_row_is_broken_is_reported_once() {
    check(
        "id,name,parent,order\nrd,R&D,,first\nx,X,rd,\n",
        PEOPLE,
        &expect![[r#"
            put Department {"displayName":"X","externalId":"x","schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
            put User {"active":true,"displayName":"Hong","emails":[{"type":"work","value":"h@f.example"}],"externalId":"7","name":{"formatted":"Hong"},"phoneNumbers":[{"type":"mobile","value":"1380"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"title":"Engineer","userName":"7"}
            put User {"active":true,"displayName":"Bai","externalId":"8","name":{"formatted":"Bai"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"title":"Lead","userName":"8"}
            error Department rd [not-a-whole-number] d.csv, line 2, column order: "first" is not a whole number
            warning [removals-stopped] nobody and nothing is removed by this run: of what the platform holds, 1 object was not found, and the reading is not complete, because d.csv, line 2, column order: "first" is not a whole number
            incomplete: 3 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_cycle_of_parents_is_reported_and_cut() {
    check(
        "id,name,parent\nrd,R&D,b\nb,B,a\na,A,b\n",
        PEOPLE,
        &expect![[r#"
        put Department {"displayName":"B","externalId":"b","schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
        put Department {"displayName":"A","externalId":"a","schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
        put Department {"displayName":"R&D","externalId":"rd","parent":{"value":"b"},"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
        error Department b [parent-cycle] d.csv, line 3, column parent: department "b" is its own ancestor
        error Department a [parent-cycle] d.csv, line 4, column parent: department "a" is its own ancestor
        incomplete: 5 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_manager_who_is_not_listed_is_left_out_with_a_warning() {
    check(
        DEPARTMENTS,
        "id,name,departments,manager\n7,Hong,rd,6\n8,Bai,rd,7\n",
        &expect![[r#"
            put User {"active":true,"displayName":"Bai","externalId":"8","name":{"formatted":"Bai"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"7"}},"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"8"}
            put User {"active":true,"displayName":"Hong","externalId":"7","name":{"formatted":"Hong"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":null},"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"7"}
            propose email {"emails":[{"type":"work","value":null}]} of 7: email was seen on nobody; what the platform holds for up to 1 object is kept
            propose mobile {"phoneNumbers":[{"type":"mobile","value":null}]} of 7: mobile was seen on nobody; what the platform holds for up to 1 object is kept
            propose title {"title":null} of 7 8: title was seen on nobody; what the platform holds for up to 2 objects is kept
            warning User 7 [reference-gone] manager names person "6", which is gone (404: not in the roster); the reference is left out
            complete: 3 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_department_whose_row_is_wrong_leaves_its_people_where_they_are() {
    check(
        "id,name,parent,order\nrd,R&D,,first\nops,Operations,,\n",
        "id,name,departments\n7,Hong,rd;ops\n8,Bai,none\n",
        &expect![[r#"
            put Department {"displayName":"Operations","externalId":"ops","parent":null,"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
            put User {"active":true,"displayName":"Hong","externalId":"7","name":{"formatted":"Hong"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"userName":"7"}
            put User {"active":true,"displayName":"Bai","externalId":"8","name":{"formatted":"Bai"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"userName":"8"}
            error Department rd [not-a-whole-number] d.csv, line 2, column order: "first" is not a whole number
            error Department none [roster-not-whole] the roster has 1 error; until it is mended nobody is removed and nothing is cleared
            warning User 8 [reference-not-clear] departments names department "none", which was not read; the platform keeps what it holds there. About it the source says: the roster has 1 error; until it is mended nobody is removed and nothing is cleared
            warning [removals-stopped] nobody and nothing is removed by this run: of what the platform holds, 1 object was not found, and the reading is not complete, because d.csv, line 2, column order: "first" is not a whole number
            incomplete: 3 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_department_file_with_a_header_alone_takes_nobody_out_of_theirs() {
    check(
        "id,name,parent\n",
        PEOPLE,
        &expect![[r#"
        put User {"active":true,"displayName":"Hong","emails":[{"type":"work","value":"h@f.example"}],"externalId":"7","name":{"formatted":"Hong"},"phoneNumbers":[{"type":"mobile","value":"1380"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"title":"Engineer","userName":"7"}
        put User {"active":true,"displayName":"Bai","externalId":"8","name":{"formatted":"Bai"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"title":"Lead","userName":"8"}
        error [no-departments] d.csv: no departments are listed, and people name some
        error Department rd [roster-not-whole] the roster has 1 error; until it is mended nobody is removed and nothing is cleared
        warning User 7 [reference-not-clear] departments names department "rd", which was not read; the platform keeps what it holds there. About it the source says: the roster has 1 error; until it is mended nobody is removed and nothing is cleared
        warning User 8 [reference-not-clear] departments names department "rd", which was not read; the platform keeps what it holds there. About it the source says: the roster has 1 error; until it is mended nobody is removed and nothing is cleared
        warning [removals-stopped] nobody and nothing is removed by this run: of what the platform holds, 1 object was not found, and the reading is not complete, because d.csv: no departments are listed, and people name some
        incomplete: 2 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_run_after_one_with_references_that_lead_nowhere_writes_nothing_and_removes_whoever_left() {
    let bench = Bench::csv(
        "id,name,parent\nrd,R&D,gone\n",
        "id,name,departments,manager\n7,Hong,rd;old,9\n8,Bai,,\n",
    );
    bench.run();
    bench.serve_csv("id,name,parent\nrd,R&D,gone\n", "id,name,departments,manager\n7,Hong,rd;old,9\n");
    expect![[r#"
        remove User 8: 404: not in the roster
        warning Department rd [reference-gone] parent names department "gone", which is gone (404: not in the roster); the reference is left out
        warning User 7 [reference-gone] departments names department "old", which is gone (404: not in the roster); the reference is left out
        warning User 7 [reference-gone] manager names person "9", which is gone (404: not in the roster); the reference is left out
        complete: 2 read, 2 unchanged, 0 skipped"#]].assert_eq(&bench.run());
}

#[test]
fn a_person_who_is_looked_at_again_loses_a_department_that_is_gone_alone() {
    let bench = Bench::csv(DEPARTMENTS, PEOPLE);
    bench.run();
    bench.serve_csv(DEPARTMENTS, "id,name,departments,manager\n7,Hong,rd;old,9\n8,Bai,rd,\n");
    let result = bench.refresh(&[Key::new("User", "7")]);
    expect![[r#"
        put User {"active":true,"displayName":"Hong","externalId":"7","name":{"formatted":"Hong"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":null},"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"7"}
        propose email {"emails":[{"type":"work","value":null}]} of 7: email may have been emptied, or may be hidden: what was read does not tell which; the value is kept
        propose mobile {"phoneNumbers":[{"type":"mobile","value":null}]} of 7: mobile may have been emptied, or may be hidden: what was read does not tell which; the value is kept
        propose title {"title":null} of 7: title may have been emptied, or may be hidden: what was read does not tell which; the value is kept
        warning User 7 [reference-gone] departments names department "old", which is gone (404: not in the roster); the reference is left out
        warning User 7 [reference-gone] manager names person "9", which is gone (404: not in the roster); the reference is left out
        complete: 1 read, 0 unchanged, 0 skipped"#]].assert_eq(&bench.report(&result));
}

#[test]
fn a_people_file_with_a_header_alone_retires_nobody() {
    check(
        DEPARTMENTS,
        "id,name,departments\n",
        &expect![[r#"
            error [no-people] p.csv: no people are listed
            warning [removals-stopped] nobody and nothing is removed by this run: of what the platform holds, 2 objects were not found, and the reading is not complete, because p.csv: no people are listed
            incomplete: 1 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_json_row_of_a_wrong_type_is_an_error_with_its_pointer() {
    let bench = Bench::json(
        r#"{"departments": [],
 "people": [
  {"id": "1", "name": "Right", "departments": []},
  "who",
  {"id": "2", "name": ["Two"], "departments": []},
  {"id": 1.5, "name": "Three", "departments": []},
  {"id": "4", "name": "Four", "departments": [{}]},
  {"id": "5", "name": "Five"}]}"#,
    );
    expect![[r#"
        put User {"active":true,"displayName":"Right","externalId":"1","name":{"formatted":"Right"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[]},"userName":"1"}
        error [row-broken] roster.json, line 4, /people/1: the row is not a JSON object
        error User 2 [value-not-a-text] roster.json, line 5, /people/2/name: the value must be a text or a whole number
        error [value-not-a-text] roster.json, line 6, /people/3/id: the value must be a text or a whole number
        error User 4 [departments-missing] roster.json, line 7, /people/4/departments: a list of department ids is required
        error User 5 [departments-missing] roster.json, line 8, /people/5/departments: a list of department ids is required
        incomplete: 1 read, 0 unchanged, 0 skipped"#]].assert_eq(&bench.run());
}

#[test]
fn a_web_page_is_not_a_roster() {
    check_answer(
        status(200, "\n<!DOCTYPE html><html>Sign in</html>"),
        &expect!["protocol: p.csv: this is a web page, not a roster"],
    );
}

#[test]
fn an_empty_file_is_not_an_empty_roster() {
    check_answer(status(200, ""), &expect!["protocol: p.csv: the file is empty"]);
}

#[test]
fn a_file_that_is_not_utf8_is_refused_with_its_line() {
    let body = Body::Bytes(b"id,name,departments\n7,\xd0\xa1\xba\xec,rd\n".to_vec());
    check_answer(
        Reply::After(1, Response { status: 200, headers: Vec::new(), body }),
        &expect!["protocol: p.csv: line 2 is not UTF-8 text"],
    );
}

#[test]
fn a_file_without_a_column_that_it_must_have_is_refused() {
    check_answer(
        status(200, "id;name;departments\n7;Hong;rd\n"),
        &expect![[
            r#"protocol: p.csv: the header lacks id, name, departments; the first line is "id;name;departments""#
        ]],
    );
}

#[test]
fn a_refusal_is_for_whoever_grants_access() {
    check_answer(
        status(403, ""),
        &expect!["permission: p.csv: the server refuses to hand it out (status 403)"],
    );
}

#[test]
fn a_missing_file_may_be_there_in_a_moment_and_one_that_is_gone_is_for_whoever_wrote_the_settings() {
    check_answer(status(404, ""), &expect!["unavailable: p.csv: there is no such file (status 404)"]);
    check_answer(status(410, ""), &expect!["settings: p.csv: there is no such file (status 410)"]);
}

#[test]
fn a_redirection_that_leads_nowhere_is_for_whoever_wrote_the_settings() {
    check_answer(
        status(302, ""),
        &expect!["settings: p.csv: the server answers without a file (status 302)"],
    );
}

#[test]
fn a_server_that_stays_broken_is_unavailable() {
    check_answer(
        status(503, "<html>busy</html>"),
        &expect!["unavailable: p.csv: the server cannot answer now (status 503)"],
    );
}

#[test]
fn a_server_that_hangs_is_unavailable() {
    check_answer(Reply::Hang, &expect!["unavailable: the test says TimedOut"]);
}

#[test]
fn an_origin_that_is_not_granted_is_for_the_host() {
    check_answer(Reply::Fail(FaultKind::Denied), &expect!["host: the test says Denied"]);
}

#[test]
fn json_behind_a_csv_setting_names_the_setting_for_it() {
    check_remedy(&Bench::csv(DEPARTMENTS, "{\"people\":[]}"), "for a JSON roster set `url` instead");
}

#[test]
fn csv_behind_the_json_setting_names_the_settings_for_it() {
    check_remedy(
        &Bench::json(PEOPLE),
        "for CSV files set `departments_url` and `people_url` instead of `url`",
    );
}

#[test]
fn truncated_json_is_no_roster() {
    let bench = Bench::json(r#"{"departments": [], "people": [{"id":"#);
    expect!["protocol: roster.json: this is not a roster: EOF while parsing a value at line 1 column 37"]
        .assert_eq(&bench.run());
}

#[test]
fn json_without_people_is_no_roster() {
    let bench = Bench::json(r#"{"departments": []}"#);
    expect!["protocol: roster.json: this is not a roster: missing field `people` at line 1 column 19"]
        .assert_eq(&bench.run());
}

#[test]
fn a_server_that_recovers_is_tried_again_when_it_said() {
    let bench = Bench::new(JSON);
    let times = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let seen = std::rc::Rc::clone(&times);
    bench.host.set_world(move |now_ms, _| {
        seen.borrow_mut().push(now_ms);
        if seen.borrow().len() < 3 {
            let headers = vec![("retry-after".to_owned(), "7".to_owned())];
            return Reply::After(0, Response { status: 429, headers, body: Body::empty() });
        }
        Reply::json(r#"{"departments":[],"people":[{"id":"7","name":"Hong","departments":[]}]}"#)
    });
    bench.run();
    let first = times.borrow()[0];
    let waits: Vec<u64> = times.borrow().iter().map(|time| time - first).collect();
    assert_eq!((waits, bench.ids("User")), (vec![0, 7_000, 14_000], vec!["7".to_owned()]));
    // Each refusal is counted by the host, and holds nothing back.
    assert_eq!(bench.host.take_throttles(), [(None, 0), (None, 0)]);
}

#[test]
fn a_server_that_asks_for_an_hour_is_left_alone() {
    let bench = Bench::new(JSON);
    let headers = vec![("retry-after".to_owned(), "3600".to_owned())];
    let reply = Reply::After(1, Response { status: 503, headers, body: Body::empty() });
    bench.serve("https://hr.example/roster.json", reply);
    let result = bench.sync();
    let asked = match result {
        Err(rollcall_kit::Failure::Unavailable(_, wait_ms)) => wait_ms,
        other => panic!("expected unavailable, found {other:?}"),
    };
    assert_eq!((asked, bench.requests.borrow().len()), (Some(3_600_000), 1));
}

#[track_caller]
fn check_remedy(bench: &Bench, remedy: &str) {
    let failure = bench.sync().expect_err("it is no roster");
    assert_eq!(failure.diagnosis().remedy.as_ref().map(|text| text.en.as_str()), Some(remedy));
}

#[test]
fn a_way_that_leads_nowhere_from_the_start_is_tried_twice() {
    let bench = Bench::csv(DEPARTMENTS, PEOPLE);
    let way = || Reply::Fail(FaultKind::ProxyUnreachable);
    bench.serve("https://hr.example/d.csv", way());
    bench.serve("https://hr.example/p.csv", way());
    bench.run();
    let at_start = bench.host.n_requests();
    bench.serve_csv(DEPARTMENTS, PEOPLE);
    bench.serve("https://hr.example/p.csv", way());
    bench.run();
    // Both files are asked for at the same time.
    assert_eq!((at_start, bench.host.n_requests() - at_start), (2 * 2, 1 + 5));
}
