//! The table of what each kind means and asks for, and the payload as it waits in a host's store.

use super::super::actions::{Actions, plan};
use super::{Notice, Payload};
use crate::wire::lenient::is_blank;
use crate::wire::{DepartmentId, UserId};
use expect_test::{Expect, expect};
use proptest::prelude::{any, prop, proptest};
use rollcall_kit::live::Event;
use std::fmt::Write;

fn event(kind: &str, payload: &str) -> Event {
    Event {
        id: "1".to_owned(),
        kind: kind.to_owned(),
        payload: payload.to_owned(),
        occurred_at_ms: None,
        subjects: Vec::new(),
    }
}

fn planned(events: &[(&str, &str)]) -> Actions {
    plan(events.iter().flat_map(|(kind, payload)| Notice::of(&event(kind, payload))))
}

fn told(actions: &Actions) -> String {
    let mut told = Vec::new();
    let keys = actions.refresh();
    let ids: Vec<_> =
        keys.iter().map(|key| format!("{}{}", &key.resource_type[..1], key.external_id)).collect();
    told.push(format!("read {ids:?}"));
    if !actions.subtrees.is_empty() {
        told.push(format!("perhaps below {:?}", actions.subtrees.iter().map(|id| id.0).collect::<Vec<_>>()));
    }
    if !actions.roles.is_empty() {
        told.push(format!("roles of {:?}", actions.roles.iter().map(UserId::as_str).collect::<Vec<_>>()));
    }
    for (word, kinds) in
        [("roles", &actions.roles_changed), ("full", &actions.full), ("ignored", &actions.ignored)]
    {
        if !kinds.is_empty() {
            told.push(format!("{word} {kinds:?}"));
        }
    }
    told.extend(actions.stop.iter().map(|why| format!("stop {}", why.code)));
    told.join(", ")
}

#[test]
fn every_kind_has_its_reaction() {
    let (users, departments) = (r#"{"users":["b","a"]}"#, r#"{"departments":[3,1,2]}"#);
    let kinds = [
        ("user_add_org", users),
        ("user_modify_org", users),
        ("user_leave_org", users),
        ("user_active_org", users),
        ("org_admin_add", users),
        ("org_admin_remove", users),
        ("org_dept_create", departments),
        ("org_dept_modify", departments),
        ("org_dept_remove", departments),
        ("org_change", "{}"),
        ("org_remove", "{}"),
        ("label_user_change", users),
        ("label_conf_add", "{}"),
        ("label_conf_del", "{}"),
        ("label_conf_modify", "{}"),
        ("user_unheard_of", users),
        ("unreadable", r#"{"unclear":true}"#),
    ];
    let mut table = String::new();
    for (kind, payload) in kinds {
        let _ = writeln!(table, "{kind}: {}", told(&planned(&[(kind, payload)])));
    }
    expect![[r#"
        user_add_org: read ["Ua", "Ub"]
        user_modify_org: read ["Ua", "Ub"]
        user_leave_org: read ["Ua", "Ub"]
        user_active_org: read ["Ua", "Ub"]
        org_admin_add: read ["Ua", "Ub"]
        org_admin_remove: read ["Ua", "Ub"]
        org_dept_create: read ["D1", "D2", "D3"]
        org_dept_modify: read ["D1", "D2", "D3"], perhaps below [1, 2, 3]
        org_dept_remove: read ["D1", "D2", "D3"]
        org_change: read ["D1"]
        org_remove: read [], stop organization-dissolved
        label_user_change: read [], roles of ["a", "b"]
        label_conf_add: read []
        label_conf_del: read [], roles {"label_conf_del"}
        label_conf_modify: read [], roles {"label_conf_modify"}
        user_unheard_of: read [], ignored {"user_unheard_of"}
        unreadable: read [], full {"unreadable"}
    "#]]
    .assert_eq(&table);
}

#[track_caller]
fn check(events: &[(&str, &str)], expected: &Expect) {
    expected.assert_eq(&told(&planned(events)));
}

#[test]
fn many_notices_about_the_same_object_are_one_reading() {
    check(
        &[
            ("user_add_org", r#"{"users":["u2","u1"]}"#),
            ("user_modify_org", r#"{"users":["u1"]}"#),
            ("org_dept_create", r#"{"departments":[7]}"#),
            ("user_leave_org", r#"{"users":["u1"]}"#),
            ("org_dept_modify", r#"{"departments":[7]}"#),
            ("org_dept_remove", r#"{"departments":[7,5]}"#),
        ],
        &expect![[r#"read ["D5", "D7", "Uu1", "Uu2"], perhaps below [7]"#]],
    );
}

#[test]
fn special_departments_are_nothing_to_read() {
    check(&[("org_dept_modify", r#"{"departments":[-7,-1,0]}"#)], &expect!["read []"]);
}

#[test]
fn an_event_without_ids_asks_for_everything() {
    check(
        &[("user_modify_org", "{}"), ("org_dept_remove", r#"{"users":["u1"]}"#)],
        &expect![[r#"read [], full {"org_dept_remove", "user_modify_org"}"#]],
    );
}

#[test]
fn of_an_event_that_is_partly_unclear_the_clear_part_is_read_at_once() {
    check(
        &[("user_modify_org", r#"{"users":["u1"],"unclear":true}"#)],
        &expect![[r#"read ["Uu1"], full {"user_modify_org"}"#]],
    );
}

#[test]
fn a_payload_that_is_none_of_ours_asks_for_everything() {
    for payload in ["", "[]", r#"{"users":[""]}"#, r#"{"departments":["x"]}"#] {
        let expected = vec![Notice::Unclear("user_add_org".to_owned())];
        assert_eq!(Notice::of(&event("user_add_org", payload)), expected, "{payload}");
    }
}

#[test]
fn a_payload_of_a_later_version_is_read_as_far_as_it_is_known() {
    check(&[("user_add_org", r#"{"users":["u1"],"later":{"x":1}}"#)], &expect![[r#"read ["Uu1"]"#]]);
}

#[test]
fn roles_are_followed_where_documents_show_them() {
    let events = [("label_user_change", r#"{"users":["u1"]}"#), ("label_conf_del", "{}")];
    let mut actions = planned(&events);
    actions.follow_roles();
    expect![[r#"read ["Uu1"], full {"label_conf_del"}"#]].assert_eq(&told(&actions));
}

proptest! {
    #[test]
    fn the_order_of_notices_is_of_no_account(
        notices in prop::collection::vec((0_usize..6, 1_i64..5), 0..12),
        by in any::<prop::sample::Index>(),
    ) {
        let kinds = ["user_add_org", "user_leave_org", "org_dept_create", "org_dept_modify", "org_dept_remove", "org_remove"];
        let events: Vec<Event> = notices
            .iter()
            .map(|(kind, id)| event(kinds[*kind], &format!(r#"{{"users":["{id}"],"departments":[{id}]}}"#)))
            .collect();
        let mut turned = events.clone();
        turned.rotate_left(by.index(events.len() + 1));
        turned.reverse();
        let plan = |events: &[Event]| plan(events.iter().flat_map(Notice::of));
        proptest::prop_assert_eq!(plan(&turned), plan(&events));
    }

    #[test]
    fn a_payload_is_read_as_it_was_kept(
        users in prop::collection::btree_set("\\PC{1,20}", 0..5),
        departments in prop::collection::btree_set(any::<i64>(), 0..5),
        at_ms in any::<Option<u64>>(),
        unclear in any::<bool>(),
    ) {
        // No id is kept with blanks around it.
        let users = users.iter().filter_map(|id| UserId::new(id.trim_matches(is_blank))).collect();
        let departments = departments.into_iter().map(DepartmentId).collect();
        let payload = Payload { users, departments, at_ms, unclear };
        proptest::prop_assert_eq!(serde_json::from_str::<Payload>(&payload.to_json()).unwrap(), payload);
    }

    #[test]
    fn parts_together_name_what_the_whole_names(
        users in prop::collection::btree_set("[a-z\"\u{1}张]{1,20}", 0..50),
        departments in prop::collection::btree_set(any::<i64>(), 0..50),
        max_bytes in 0_usize..200,
    ) {
        let users = users.iter().filter_map(|id| UserId::new(id)).collect();
        let departments = departments.into_iter().map(DepartmentId).collect();
        let whole = Payload { users, departments, at_ms: Some(1), unclear: true };
        let parts = whole.clone().parts(max_bytes);
        let mut joined = Payload { at_ms: Some(1), unclear: true, ..Payload::default() };
        for part in parts {
            let many = 1 < part.users.len() + part.departments.len();
            proptest::prop_assert!(!many || part.to_json().len() <= max_bytes + 60);
            joined.users.extend(part.users);
            joined.departments.extend(part.departments);
        }
        proptest::prop_assert_eq!(joined, whole);
    }
}
