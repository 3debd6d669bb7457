//! A field that is no longer there: cleared when someone emptied it, kept when the application may no longer see it.

mod held;
mod real;

use crate::companies::{self, APP_KEY};
use crate::expectation::{View, assert_same};
use crate::harness::native::Native;
use crate::harness::pair::Pair as _;
use rollcall_dingtalk_simulator::{
    AppKey, Company, Department, DepartmentId, Fault, FieldPermissions, Mutation, Rule, Scope, UserId,
};
use rollcall_kit::{Clearing, Key};
use serde_json::{Value, json};

#[test]
fn one_emptied_field_among_many_is_cleared() {
    for patch in [json!({ "mobile": null, "state_code": null }), json!({ "mobile": "", "state_code": "" })] {
        let native = imported(companies::crowd(40));
        native.mutate(&Mutation::modify_user("c00007", &patch));
        native.import();
        assert_as_the_company_is(&native);
        assert_nothing_more_to_write(&native);
    }
}

#[test]
fn every_field_of_one_person_is_cleared() {
    let full = |n: usize| {
        let user = rollcall_dingtalk_simulator::User::new(format!("f{n}"), format!("Full {n}"));
        companies::full(user, &format!("1360000000{n}"))
    };
    let company =
        (0..4).fold(Company::builder(companies::CORP_ID, "Full").app(companies::app()), |company, n| {
            company.user(rollcall_dingtalk_simulator::User {
                manager_userid: Some(UserId::from("f0")),
                ..full(n)
            })
        });
    for details in [false, true] {
        let native = Native::new(company.clone().build().expect("the company is consistent"));
        native.set_details(details);
        native.import();
        let fields = [
            "avatar",
            "state_code",
            "mobile",
            "telephone",
            "job_number",
            "title",
            "email",
            "org_email",
            "org_email_type",
            "work_place",
            "remark",
            "extension",
            "extension_i18n",
            "hired_date",
            "manager_userid",
        ];
        let nothing: Value = fields.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
        native.mutate(&Mutation::modify_user("f2", &nothing));
        native.import();
        let company = native.company();
        assert_same(&native.documents(), &View { details, ..View::of(&company) }.documents());
        assert_nothing_more_to_write(&native);
    }
}

#[test]
fn a_permission_taken_away_keeps_what_it_showed_and_leaves_it_to_a_person() {
    let native = imported(companies::crowd(40));
    let before = native.documents();
    permit(&native, FieldPermissions { mobile: false, personal: true });
    native.import();
    assert_same(&native.documents(), &before);
    assert_eq!(proposed(&native), [("mobile".to_owned(), "attribute-not-visible".to_owned(), 40)]);
    permit(&native, FieldPermissions { mobile: false, personal: false });
    native.import();
    assert_same(&native.documents(), &before);
    // Nobody ever had another personal field.
    let hidden =
        ["mobile", "org_email"].map(|name| (name.to_owned(), "attribute-not-visible".to_owned(), 40));
    assert_eq!(proposed(&native), hidden);
    assert_eq!(complaints(&native), []);
}

#[test]
fn a_permission_given_back_shows_what_changed_meanwhile() {
    let native = imported(companies::crowd(40));
    permit(&native, FieldPermissions { mobile: false, personal: false });
    native.import();
    native.mutate(&Mutation::modify_user("c00007", &json!({ "mobile": "13666660000" })));
    native.mutate(&Mutation::modify_user("c00008", &json!({ "mobile": null, "org_email": null })));
    native.import();
    permit(&native, FieldPermissions { mobile: true, personal: true });
    native.import();
    assert_as_the_company_is(&native);
}

#[test]
fn a_permission_that_was_never_there_is_no_news() {
    let native = Native::new(companies::crowd(40));
    permit(&native, FieldPermissions { mobile: false, personal: false });
    native.import();
    assert_eq!(complaints(&native), []);
    native.import();
    assert_eq!(complaints(&native), []);
    assert_as_the_company_is(&native);
}

#[test]
fn more_than_a_few_at_once_are_left_to_a_person() {
    let lose = |native: &Native, n_people: u32| {
        for n in 0..n_people {
            native.mutate(&Mutation::modify_user(format!("c{n:05}"), &json!({ "title": null })));
        }
    };
    // Five of any number, and of 140 the twentieth part.
    for (n_people, n_losing, cleared) in [(40, 5, true), (40, 6, false), (140, 7, true), (140, 8, false)] {
        let native = imported(companies::crowd(n_people));
        let before = native.documents();
        lose(&native, n_losing);
        native.import();
        if cleared {
            assert_as_the_company_is(&native);
            assert_eq!(proposed(&native), []);
        } else {
            assert_eq!(native.documents(), before, "{n_losing} of {n_people}");
            let n_losing = usize::try_from(n_losing).expect("a test is small");
            assert_eq!(proposed(&native), [("title".to_owned(), "clearing-kept".to_owned(), n_losing)]);
        }
    }
}

#[test]
fn an_incomplete_reading_clears_nothing() {
    let native = imported(companies::branches(10));
    let before = native.documents();
    native.mutate(&Mutation::modify_user("b003p0", &json!({ "mobile": null, "title": "" })));
    let broken =
        Rule::new(Fault::SystemBusy).on_path("/topapi/v2/user/list").with_param("dept_id", 700_000_009);
    native.with(|simulator| simulator.inject(broken.always()));
    assert!(!native.sync().complete);
    assert_same(&native.documents(), &before);
    native.with(|simulator| simulator.clear_faults());
    native.import();
    assert_as_the_company_is(&native);
}

#[test]
fn a_look_at_one_person_clears_what_it_proves_and_leaves_the_rest_to_a_person() {
    let native = imported(companies::crowd(40));
    let look = |patch: Value| {
        native.mutate(&Mutation::modify_user("c00007", &patch));
        assert_eq!(native.refresh(&[Key::new("User", "c00007")]).failure, None, "the person can be read");
    };
    look(json!({ "title": null }));
    assert_as_the_company_is(&native);
    // The country that is left behind shows what the application may see.
    look(json!({ "mobile": null }));
    assert_as_the_company_is(&native);
    assert_eq!(proposed(&native), []);
    // Nothing else of the permission is there: it may be hidden.
    let before = native.documents();
    look(json!({ "org_email": null }));
    assert_same(&native.documents(), &before);
    assert_eq!(proposed(&native), [("org_email".to_owned(), "clearing-not-proven".to_owned(), 1)]);
    native.import();
    assert_as_the_company_is(&native);
    assert_nothing_more_to_write(&native);
}

#[test]
fn a_look_at_somebody_whose_permission_was_taken_away_clears_nothing_behind_it() {
    let native = imported(companies::crowd(40));
    let before = native.documents();
    permit(&native, FieldPermissions { mobile: false, personal: false });
    assert_eq!(native.refresh(&[Key::new("User", "c00007")]).failure, None, "the person can be read");
    assert_same(&native.documents(), &before);
    let hidden = ["mobile", "org_email"].map(|name| (name.to_owned(), "clearing-not-proven".to_owned(), 1));
    assert_eq!(proposed(&native), hidden);
}

#[test]
fn six_of_fifty_and_the_last_one_are_left_to_a_person_every_night_until_one_decides() {
    let everybody = || (0..50).map(|n| format!("p{n:02}"));
    let company = everybody().fold(
        Company::builder(companies::CORP_ID, "Fifty").app(companies::app()),
        |company, userid| {
            let remark = (userid == "p49").then(|| "The only remark".to_owned());
            let user = rollcall_dingtalk_simulator::User::new(userid.as_str(), userid.to_uppercase());
            company.user(rollcall_dingtalk_simulator::User {
                work_place: Some("Hangzhou".to_owned()),
                remark,
                ..user
            })
        },
    );
    let native = imported(company.build().expect("the company is consistent"));
    let before = native.documents();
    for userid in everybody().take(6) {
        native.mutate(&Mutation::modify_user(userid, &json!({ "work_place": null })));
    }
    native.mutate(&Mutation::modify_user("p49", &json!({ "remark": null })));
    for _night in 0..2 {
        native.import();
        assert_same(&native.documents(), &before);
        let held = [
            ("work_place".to_owned(), "clearing-kept".to_owned(), 6),
            ("remark".to_owned(), "attribute-not-visible".to_owned(), 1),
        ];
        assert_eq!(proposed(&native), held);
        assert_eq!(complaints(&native), []);
    }
    // Once it is approved, all of it is asked about again and handed over, and the host takes what was approved.
    let keys: Vec<Key> = everybody().take(6).map(|userid| Key::new("User", userid)).collect();
    assert_eq!(native.refresh(&keys).failure, None, "the people can be read");
    assert_eq!(proposed(&native), [("work_place".to_owned(), "clearing-not-proven".to_owned(), 6)]);
}

#[test]
fn what_was_cleared_can_be_set_again() {
    let native = imported(companies::crowd(40));
    native.mutate(&Mutation::modify_user("c00007", &json!({ "title": null })));
    native.import();
    native.mutate(&Mutation::modify_user("c00007", &json!({ "title": "Again" })));
    native.import();
    assert_as_the_company_is(&native);
    assert_nothing_more_to_write(&native);
}

#[test]
fn a_key_taken_out_of_the_company_s_own_fields_is_gone() {
    let native = imported(companies::crowd(10));
    native.mutate(&Mutation::modify_user("c00007", &json!({ "extension": r#"{"a":"1","b":"2"}"# })));
    native.import();
    native.mutate(&Mutation::modify_user("c00007", &json!({ "extension": r#"{"b":"2"}"# })));
    native.import();
    assert_as_the_company_is(&native);
}

#[test]
fn details_switched_off_keep_what_they_showed() {
    let native = Native::new(companies::shapes());
    native.set_details(true);
    native.import();
    // What someone is in a department is one list, which is replaced as a whole.
    let without_lists = |native: &Native| {
        let mut documents = native.documents();
        let extensions = documents.values_mut().filter_map(|document| {
            document.get_mut("urn:rollcall:scim:schemas:extension:2.0:User").and_then(Value::as_object_mut)
        });
        extensions.for_each(|extension| drop(extension.remove("departments")));
        documents
    };
    let before = without_lists(&native);
    native.set_details(false);
    native.import();
    assert_same(&without_lists(&native), &before);
}

#[test]
fn what_a_call_cannot_show_is_not_cleared() {
    // `ext` of a department is in the listing of its parent alone. Once a part of the company is all there is to see, the
    // top of it is read by another call, while the departments below still show theirs.
    let ext = |id, parent| Department {
        ext: Some(r#"{"faceCount":"47"}"#.to_owned()),
        ..Department::new(id, format!("Department {id}"), parent)
    };
    let company = Company::builder(companies::CORP_ID, "Nested").app(companies::app());
    let company = company.department(ext(500_000_001, 1)).department(ext(500_000_002, 500_000_001));
    let native = imported(company.build().expect("the company is consistent"));
    let top = ("Department".to_owned(), "500000001".to_owned());
    let extension =
        |native: &Native| native.documents()[&top]["urn:rollcall:dingtalk:2.0:Department"].clone();
    let before = extension(&native);
    let scope = Scope { authed_dept: vec![DepartmentId::new(500_000_001)], authed_user: Vec::new() };
    native.mutate(&Mutation::SetScope { app_key: AppKey::from(APP_KEY), scope });
    native.import();
    assert_eq!(extension(&native), before);
}

fn imported(company: Company) -> Native {
    let native = Native::new(company);
    native.import();
    native.take_complaints();
    native
}

/// What was handed over for a person to decide: the attribute, why, and of how many.
fn proposed(native: &Native) -> Vec<(String, String, usize)> {
    let told = |clearing: Clearing| (clearing.attribute, clearing.reason.code, clearing.keys.len());
    native.host.take_proposed().into_iter().map(told).collect()
}

fn permit(native: &Native, field_permissions: FieldPermissions) {
    native.mutate(&Mutation::SetFieldPermissions { app_key: AppKey::from(APP_KEY), field_permissions });
}

fn complaints(native: &Native) -> Vec<(String, usize)> {
    native.take_complaints().into_iter().collect()
}

#[track_caller]
fn assert_as_the_company_is(native: &Native) {
    assert_same(&native.documents(), &View::of(&native.company()).documents());
}

#[track_caller]
fn assert_nothing_more_to_write(native: &Native) {
    native.host.take_changes();
    native.import();
    assert_eq!(native.host.take_changes(), []);
}
