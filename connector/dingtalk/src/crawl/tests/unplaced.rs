//! People who name a department of which nobody says where it is.

use crate::testing::{Question, World, directory, ending, log, refused, run, run_with_details};
use rollcall_kit::Summary;
use rollcall_kit::testing::TestHost;
use serde_json::json;
use std::rc::Rc;

const N_PEOPLE: usize = 200;

/// A department of people who all name another one, of which the chain of parents is never to be had.
fn crowd(title: &str) -> World {
    let mut world = World::new().department(2, 1, "R&D");
    for n in 0..N_PEOPLE {
        world = world.user_with(&format!("u{n:03}"), &[2, 9], &json!({ "title": title }));
    }
    world.fault(|question: &Question, _| {
        question.is("department/listparentbydept", "9").then(|| refused(90_018, "too fast"))
    })
}

fn n_with_title(host: &TestHost, title: &str) -> usize {
    host.objects().values().filter(|stored| stored.document["title"] == title).count()
}

#[track_caller]
fn check(read: fn(&Rc<TestHost>) -> Result<Summary, rollcall_kit::Failure>) {
    let mut before = World::new().department(2, 1, "R&D");
    for n in 0..N_PEOPLE {
        before = before.user_with(&format!("u{n:03}"), &[2], &json!({"title": "Engineer"}));
    }
    let host = before.user("leaver", &[2]).into_host();
    read(&host).unwrap();
    host.set_world(crowd("Lead").user_with("newcomer", &[2, 9], &json!({"title": "Lead"})).into_answers());
    let ran = read(&host);
    assert_eq!(ending(&ran), "partial");
    assert_eq!(n_with_title(&host, "Lead"), N_PEOPLE + 1);
    let held = directory(&host);
    assert!(held.contains("User u000 U000 in 2:20\n"), "the memberships that were held stay: {held}");
    assert!(held.contains("User leaver"), "nobody leaves on a reading that is not complete");
    let told = log(&host);
    assert!(told.contains("error source-throttled Department 9\n"), "{told}");
    assert!(!told.contains("people-kept"), "{told}");
}

#[test]
fn whoever_names_a_department_that_is_never_answered_about_is_put_and_keeps_their_departments() {
    check(run);
}

#[test]
fn with_details_they_are_put_all_the_same() {
    check(run_with_details);
}
