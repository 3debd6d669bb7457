//! What the roster says about single objects.

use super::Bench;
use crate::Roster;
use expect_test::{Expect, expect};
use rollcall_kit::ports::{Call, Host};
use rollcall_kit::{Connector, Context, Failure, Key, Lookup};
use rollcall_rules::reach::Export;

/// Refresh on top of a platform that holds people 7 and 8.
#[track_caller]
fn check(people: &str, keys: &[(&str, &str)], expected: &Expect) {
    let bench = Bench::csv("id,name,parent\n", "id,name,departments\n7,Hong,\n8,Bai,\n");
    bench.run();
    bench.serve_csv("id,name,parent\nrd,R&D,\n", people);
    bench.requests.borrow_mut().clear();
    let keys: Vec<Key> = keys.iter().map(|(kind, id)| Key::new(kind, *id)).collect();
    let result = bench.refresh(&keys);
    expected.assert_eq(&bench.report(&result));
    assert_eq!(
        bench.requests.borrow().len(),
        2,
        "each file is read once, however many objects are asked about"
    );
}

#[test]
fn a_changed_person_is_put_after_a_new_department() {
    check(
        "id,name,departments\n7,Hong Hong,rd\n",
        &[("User", "7"), ("Department", "rd")],
        &expect![[r#"
        put Department {"displayName":"R&D","externalId":"rd","parent":null,"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
        put User {"active":true,"displayName":"Hong Hong","externalId":"7","name":{"formatted":"Hong Hong"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[{"value":"rd"}]},"userName":"7"}
        complete: 2 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_person_who_is_not_listed_in_a_whole_roster_is_gone() {
    check(
        "id,name,departments\n8,Bai,\n",
        &[("User", "7"), ("User", "8")],
        &expect![[r#"
        delete User 7
        complete: 1 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn nobody_is_gone_while_a_row_is_broken() {
    check(
        "id,name,departments\n8,Bai Bai,\n,Nobody,\n",
        &[("User", "7"), ("User", "8")],
        &expect![[r#"
            put User {"active":true,"displayName":"Bai Bai","externalId":"8","name":{"formatted":"Bai Bai"},"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:rollcall:scim:schemas:extension:2.0:User"],"urn:rollcall:scim:schemas:extension:2.0:User":{"departments":[]},"userName":"8"}
            error User 7 [roster-not-whole] the roster has 1 error; until it is mended nobody is removed and nothing is cleared
            incomplete: 1 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn nobody_is_gone_while_the_roster_cannot_be_read() {
    check(
        "<html>",
        &[("User", "7"), ("User", "8")],
        &expect![[r#"
        error User 7 [roster-is-a-web-page] p.csv: this is a web page, not a roster
        error User 8 [roster-is-a-web-page] p.csv: this is a web page, not a roster
        incomplete: 0 read, 0 unchanged, 0 skipped"#]],
    );
}

/// What a look at person 7 does who had a title and lost it.
#[track_caller]
fn check_title(people: &str, expected: &Expect) {
    let bench = Bench::csv("id,name,parent\n", "id,name,departments,title\n7,Hong,,Lead\n8,Bai,,Lead\n");
    bench.run();
    bench.serve_csv("id,name,parent\n", people);
    let result = bench.refresh(&[Key::new("User", "7")]);
    let told = bench.report(&result);
    let told: Vec<&str> = told.lines().filter(|line| !line.contains(r#""schemas""#)).collect();
    expected.assert_eq(&told.join("\n"));
}

#[test]
fn what_was_emptied_in_a_column_that_others_fill_is_cleared() {
    check_title(
        "id,name,departments,title\n7,Hong,,\n8,Bai,,Lead\n",
        &expect![[r#"
        put User {"externalId":"7","title":null}
        complete: 1 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_column_that_nobody_fills_or_that_is_missing_empties_nothing() {
    check_title(
        "id,name,departments,title\n7,Hong,,\n8,Bai,,\n",
        &expect![[r#"
        propose title {"title":null} of 7: title may have been emptied, or may be hidden: what was read does not tell which; the value is kept
        complete: 1 read, 0 unchanged, 0 skipped"#]],
    );
    check_title(
        "id,name,departments\n7,Hong,\n8,Bai,\n",
        &expect![[r#"
        propose title {"title":null} of 7: title may have been emptied, or may be hidden: what was read does not tell which; the value is kept
        complete: 1 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_roster_that_is_not_whole_empties_nothing() {
    check_title(
        "id,name,departments,title\n7,Hong,,\n8,Bai,,Lead\n,Nobody,,\n",
        &expect![[r#"
        propose title {"title":null} of 7: title may have been emptied, or may be hidden: what was read does not tell which; the value is kept
        complete: 1 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_roster_has_no_other_objects_and_is_not_read_for_one() {
    let bench = Bench::csv("id,name,parent\n", "id,name,departments\n7,Hong,\n");
    let (roster, plan) = Roster::configure(bench.settings).expect("the settings are right");
    let origins = plan.origins.into_iter().map(|origin| origin.origin).collect();
    bench.host.entered(Call { export: Export::Refresh, resource_types: Vec::new(), origins });
    let context = Context::new(bench.host.clone());
    let looked = context.block_on(roster.look_up(&context, &Key::new("Group", "7"))).expect("it ends");
    let Lookup::Unknown(Failure::Other(why)) = looked else { panic!("{looked:?}") };
    expect![[
        r#"not-in-a-roster: a roster has no objects of type "Group" | 花名册中没有 "Group" 类型的对象"#
    ]]
    .assert_eq(&format!("{}: {} | {}", why.code, why.message.en, why.message.zh));
    assert_eq!(bench.requests.borrow().len(), 0);
}
