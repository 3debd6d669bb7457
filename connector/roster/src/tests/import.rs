//! What a roster that can be read becomes.

use super::Bench;
use expect_test::{Expect, expect};

#[track_caller]
fn check(bench: &Bench, expected: &Expect) {
    expected.assert_eq(&bench.run());
}

const SMALL: &str = r#"{
  "departments": [{"id":"rd","name":"研发部"}],
  "people": [{"id":"7","name":"小红","departments":["rd"]}]
}"#;

#[test]
fn a_json_roster_is_imported_departments_first() {
    let bench = Bench::json(
        r#"{
  "departments": [
    {"id": 1, "name": "飞花"},
    {"id": "rd", "name": "研发部", "parent": 1, "order": "9007199254740993"}
  ],
  "people": [
    {"id": "7", "name": "小红", "email": "hong@feihua.example", "mobile": "+86 138-0000-0007", "title": "工程师",
     "employee_number": 42, "departments": ["rd", 1], "manager": "8"},
    {"id": "8", "name": "老白", "departments": []}
  ]
}"#,
    );
    check(
        &bench,
        &expect![[r#"
            put Department {"displayName":"飞花","externalId":"1","parent":null,"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
            put Department {"displayName":"研发部","externalId":"rd","order":"9007199254740993","parent":{"value":"1"},"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
            put User {"active":true,"displayName":"老白","externalId":"8","name":{"formatted":"老白"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[]},"userName":"8"}
            put User {"active":true,"displayName":"小红","emails":[{"type":"work","value":"hong@feihua.example"}],"externalId":"7","name":{"formatted":"小红"},"phoneNumbers":[{"type":"mobile","value":"+86 138-0000-0007"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"title":"工程师","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"42","manager":{"value":"8"}},"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"1"},{"value":"rd"}]},"userName":"7"}
            complete: 4 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_csv_roster_is_the_same_as_its_json_twin() {
    let json = Bench::json(
        r#"{"departments": [{"id":"1","name":"Feihua","order":2},{"id":"2","name":"R, D","parent":"1"}],
            "people": [{"id":"7","name":"Xiao \"Red\" Hong","email":"x@f.example","departments":["1","2"]},
                       {"id":"8","name":"Bai","title":"Lead","manager":"7","departments":[]}]}"#,
    );
    let csv = Bench::csv(
        "id,name,parent,order\r\n1,Feihua,,2\r\n2,\"R, D\",1,\r\n",
        "id,name,departments,email,title,manager\r\n7,\"Xiao \"\"Red\"\" Hong\",2; 1 ;,x@f.example,,\r\n8,Bai,,,Lead,7\r\n",
    );
    assert_eq!(csv.run(), json.run());
}

/// The examples of `docs/roster.md`, in their order.
#[test]
fn the_examples_for_users_are_one_roster_in_two_formats() {
    let guide = include_str!("../../../../docs/roster.md");
    let block = |fence: &str, nth: usize| {
        let from = guide.split(fence).nth(nth).expect("the guide has the example");
        from.split("```").next().expect("a split has a first part").to_owned()
    };
    let json = Bench::json(&block("```json\n", 1));
    let csv = Bench::csv(&block("```text\n", 1), &block("```text\n", 2));
    let run = json.run();
    assert!(run.ends_with("complete: 4 read, 0 unchanged, 0 skipped"), "{run}");
    assert_eq!(csv.run(), run);
}

#[test]
fn headers_may_be_written_as_a_person_writes_them_after_a_byte_order_mark() {
    let bench = Bench::csv(
        "\u{feff}ID,Name,Parent\nrd,研发部,\n",
        "\u{feff} Id ,Name,Departments,Employee Number\n7,小红,rd,E-7\n",
    );
    check(
        &bench,
        &expect![[r#"
        put Department {"displayName":"研发部","externalId":"rd","parent":null,"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
        put User {"active":true,"displayName":"小红","externalId":"7","name":{"formatted":"小红"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"E-7"},"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"7"}
        complete: 2 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn departments_are_put_parents_first_wherever_their_rows_stand() {
    let bench = Bench::csv("id,name,parent\nc,C,b\nb,B,a\nx,X,a\na,A,\n", "id,name,departments\n7,Hong,c\n");
    check(
        &bench,
        &expect![[r#"
        put Department {"displayName":"A","externalId":"a","parent":null,"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
        put Department {"displayName":"B","externalId":"b","parent":{"value":"a"},"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
        put Department {"displayName":"X","externalId":"x","parent":{"value":"a"},"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
        put Department {"displayName":"C","externalId":"c","parent":{"value":"b"},"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
        put User {"active":true,"displayName":"Hong","externalId":"7","name":{"formatted":"Hong"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"c"}]},"userName":"7"}
        complete: 5 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_second_run_of_the_same_roster_writes_nothing() {
    let bench = Bench::json(SMALL);
    bench.run();
    check(&bench, &expect!["complete: 2 read, 2 unchanged, 0 skipped"]);
}

#[test]
fn a_person_who_is_no_longer_listed_is_retired_with_a_witness() {
    let people = "id,name,departments\n";
    let bench = Bench::csv("id,name,parent\nrd,R&D,\n", &format!("{people}7,Hong,rd\n8,Bai,rd\n"));
    bench.run();
    bench.serve_csv("id,name,parent\nrd,R&D,\n", &format!("{people}7,Hong,rd\n"));
    check(
        &bench,
        &expect![[r#"
        remove User 8: 404: not in the roster
        complete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn everyone_absent_is_asked_about_with_one_more_reading() {
    let people: String = (0..100).map(|n| format!("{n},Person {n},\n")).collect();
    let bench = Bench::csv("id,name,parent\n", &format!("id,name,departments\n{people}"));
    bench.run();
    bench.serve_csv("id,name,parent\n", "id,name,departments\n0,Person 0,\n");
    bench.requests.borrow_mut().clear();
    bench.run();
    assert_eq!((bench.ids("User"), bench.requests.borrow().len()), (vec!["0".to_owned()], 4));
}

#[test]
fn a_title_that_one_person_lost_is_cleared() {
    let head = "id,name,departments,title\n";
    let bench = Bench::csv("id,name,parent\n", &format!("{head}7,Hong,,Engineer\n8,Bai,,Lead\n"));
    bench.run();
    bench.serve_csv("id,name,parent\n", &format!("{head}7,Hong,,\n8,Bai,,Lead\n"));
    check(
        &bench,
        &expect![[r#"
        put User {"active":true,"displayName":"Hong","externalId":"7","name":{"formatted":"Hong"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[]},"userName":"7"}
        put User {"externalId":"7","title":null}
        complete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_column_that_is_gone_clears_nothing() {
    let bench = Bench::csv("id,name,parent\n", "id,name,departments,title\n7,Hong,,Engineer\n");
    bench.run();
    bench.serve_csv("id,name,parent\n", "id,name,departments\n7,Hong,\n");
    check(
        &bench,
        &expect![[r#"
            put User {"active":true,"displayName":"Hong","externalId":"7","name":{"formatted":"Hong"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[]},"userName":"7"}
            propose title {"title":null} of 7: title was seen on nobody; what the platform holds for up to 1 object is kept
            complete: 1 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_column_that_nobody_knows_is_told_and_stops_nothing() {
    let bench = Bench::csv("id,name,parent\n", "id,name,departments,E-mail,\n7,Hong,,h@f.example,\n");
    check(
        &bench,
        &expect![[r#"
        put User {"active":true,"displayName":"Hong","externalId":"7","name":{"formatted":"Hong"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[]},"userName":"7"}
        warning [unknown-columns] p.csv: columns that are not known were left out: "E-mail"
        complete: 1 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn the_authorization_is_sent_with_every_file() {
    let mut bench = Bench::csv("id,name,parent\n", "id,name,departments\n7,Hong,\n");
    bench.settings = r#"{"departments_url":"https://hr.example/d.csv","people_url":"https://hr.example/p.csv",
        "authorization":"Bearer canary"}"#;
    bench.run();
    let sent = |request: &rollcall_kit::Request| {
        let header = request.headers.iter().find(|(name, _)| name == "authorization");
        (request.url.clone(), header.map(|(_, value)| value.clone()))
    };
    let sent: Vec<_> = bench.requests.borrow().iter().map(sent).collect();
    let secret = Some("Bearer canary".to_owned());
    assert_eq!(
        sent,
        [
            ("https://hr.example/d.csv".to_owned(), secret.clone()),
            ("https://hr.example/p.csv".to_owned(), secret)
        ]
    );
}

#[test]
fn the_census_names_the_files_without_their_query() {
    let mut bench = Bench::new(r#"{"url":"https://hr.example/roster.json?sig=canary"}"#);
    let url = "https://hr.example/roster.json?sig=canary";
    let people = r#"{"departments":[],"people":[{"id":"7","name":"A","departments":[]}"#;
    bench.serve(url, super::status(200, &format!(r#"{people},{{"id":"8","name":"B","departments":[]}}]}}"#)));
    bench.run();
    bench.serve(url, super::status(200, &format!("{people}]}}")));
    bench.settings = r#"{"url":"https://hr.example/roster.json?sig=canary"}"#;
    bench.run();
    expect![[r#"
        [
            Coverage {
                resource_type: "Department",
                read: 0,
                expected: None,
                containers: [],
            },
            Coverage {
                resource_type: "User",
                read: 1,
                expected: None,
                containers: [],
            },
        ]
    "#]]
    .assert_debug_eq(&bench.host.coverage());
}
