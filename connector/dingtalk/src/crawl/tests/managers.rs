//! Who reports to whom, where the manager is not there.

use crate::testing::{World, ending, log, refused, run_with_details};
use rollcall_kit::testing::TestHost;
use rollcall_rules::vocabulary::schema;
use serde_json::{Value, json};

fn reporting() -> World {
    World::new()
        .department(2, 1, "R&D")
        .user_with("a", &[2], &json!({"manager_userid": "b"}))
        .user_with("b", &[1], &json!({"manager_userid": "a"}))
        .user_with("c", &[2], &json!({"manager_userid": "b"}))
}

fn manager(host: &TestHost, id: &str) -> Value {
    let objects = host.objects();
    let (_, stored) = objects.iter().find(|(key, _)| key.external_id == id).expect("they are held");
    stored.document[schema::ENTERPRISE_USER]["manager"]["value"].clone()
}

#[test]
fn a_manager_who_has_left_is_no_longer_named_and_the_reading_is_complete() {
    let host = reporting().into_host();
    assert_eq!(ending(&run_with_details(&host)), "complete");
    assert_eq!([manager(&host, "a"), manager(&host, "c")], [json!("b"), json!("b")]);
    host.take_entries();
    host.set_world(reporting().without_user("b").into_answers());
    assert_eq!(ending(&run_with_details(&host)), "complete");
    assert_eq!([manager(&host, "a"), manager(&host, "c")], [Value::Null, Value::Null]);
    assert_eq!(log(&host), "warning reference-gone User a\nwarning reference-gone User c\n");
    host.take_changes();
    run_with_details(&host).unwrap();
    assert_eq!(host.take_changes(), [], "the run after that writes nothing");
}

#[test]
fn a_manager_out_of_sight_leaves_what_is_held() {
    let host = reporting().into_host();
    run_with_details(&host).unwrap();
    host.take_entries();
    let hidden = reporting().without_user("b").fault(|question, _| {
        question.is("user/get", "b").then(|| refused(50_002, "请求的员工userid不在授权范围内"))
    });
    host.set_world(hidden.into_answers());
    assert_eq!(ending(&run_with_details(&host)), "complete");
    assert_eq!(manager(&host, "c"), json!("b"));
}

#[test]
fn managers_who_are_all_there_cost_no_request() {
    let world = reporting();
    let asked = world.asked();
    run_with_details(&world.into_host()).unwrap();
    let n_of_people = asked.borrow().iter().filter(|question| question.path == "user/get").count();
    assert_eq!(n_of_people, 3);
}
