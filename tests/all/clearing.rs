//! A field that is no longer there: cleared when someone emptied it, kept when the application may no longer see it.

mod held;
mod real;

use crate::companies::{self, APP_KEY};
use crate::expectation::{View, assert_same};
use crate::harness::pair::{Pair, both};
use rollcall_dingtalk_simulator::{
    AppKey, Company, Department, DepartmentId, Fault, FieldPermissions, Mutation, Rule, Scope, UserId,
};
use rollcall_kit::Key;
use serde_json::{Value, json};

both! {
    one_emptied_field_among_many_is_cleared,
    every_field_of_one_person_is_cleared,
    a_permission_taken_away_keeps_what_it_showed_and_leaves_it_to_a_person,
    a_permission_given_back_shows_what_changed_meanwhile,
    a_permission_that_was_never_there_is_no_news,
    more_than_a_few_at_once_are_left_to_a_person,
    an_incomplete_reading_clears_nothing,
    a_look_at_one_person_clears_what_it_proves_and_leaves_the_rest_to_a_person,
    a_look_at_somebody_whose_permission_was_taken_away_clears_nothing_behind_it,
    six_of_fifty_and_the_last_one_are_left_to_a_person_every_night_until_one_decides,
    what_was_cleared_can_be_set_again,
    a_key_taken_out_of_the_company_s_own_fields_is_gone,
    details_switched_off_keep_what_they_showed,
    what_a_call_cannot_show_is_not_cleared,
}

fn one_emptied_field_among_many_is_cleared<P: Pair>() {
    for patch in [json!({ "mobile": null, "state_code": null }), json!({ "mobile": "", "state_code": "" })] {
        let pair = P::imported(companies::crowd(40));
        pair.mutate(&Mutation::modify_user("c00007", &patch));
        pair.import();
        pair.assert_as_the_company_is();
        assert_nothing_more_to_write(&pair);
    }
}

fn every_field_of_one_person_is_cleared<P: Pair>() {
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
        let pair = P::new(company.clone().build().expect("the company is consistent"));
        pair.set_details(details);
        pair.import();
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
        pair.mutate(&Mutation::modify_user("f2", &nothing));
        pair.import();
        let company = pair.company();
        assert_same(&pair.documents(), &View { details, ..View::of(&company) }.documents());
        assert_nothing_more_to_write(&pair);
    }
}

fn a_permission_taken_away_keeps_what_it_showed_and_leaves_it_to_a_person<P: Pair>() {
    let pair = P::imported(companies::crowd(40));
    let before = pair.documents();
    permit(&pair, FieldPermissions { mobile: false, personal: true });
    pair.import();
    assert_same(&pair.documents(), &before);
    assert_eq!(pair.take_proposed(), [("mobile".to_owned(), "attribute-not-visible".to_owned(), 40)]);
    permit(&pair, FieldPermissions { mobile: false, personal: false });
    pair.import();
    assert_same(&pair.documents(), &before);
    // Nobody ever had another personal field.
    let hidden =
        ["mobile", "org_email"].map(|name| (name.to_owned(), "attribute-not-visible".to_owned(), 40));
    assert_eq!(pair.take_proposed(), hidden);
    assert_eq!(complaints(&pair), []);
}

fn a_permission_given_back_shows_what_changed_meanwhile<P: Pair>() {
    let pair = P::imported(companies::crowd(40));
    permit(&pair, FieldPermissions { mobile: false, personal: false });
    pair.import();
    pair.mutate(&Mutation::modify_user("c00007", &json!({ "mobile": "13666660000" })));
    pair.mutate(&Mutation::modify_user("c00008", &json!({ "mobile": null, "org_email": null })));
    pair.import();
    permit(&pair, FieldPermissions { mobile: true, personal: true });
    pair.import();
    pair.assert_as_the_company_is();
}

fn a_permission_that_was_never_there_is_no_news<P: Pair>() {
    let pair = P::new(companies::crowd(40));
    permit(&pair, FieldPermissions { mobile: false, personal: false });
    pair.import();
    assert_eq!(complaints(&pair), []);
    pair.import();
    assert_eq!(complaints(&pair), []);
    pair.assert_as_the_company_is();
}

fn more_than_a_few_at_once_are_left_to_a_person<P: Pair>() {
    let lose = |pair: &P, n_people: u32| {
        for n in 0..n_people {
            pair.mutate(&Mutation::modify_user(format!("c{n:05}"), &json!({ "title": null })));
        }
    };
    // Five of any number, and of 140 the twentieth part.
    for (n_people, n_losing, cleared) in [(40, 5, true), (40, 6, false), (140, 7, true), (140, 8, false)] {
        let pair = P::imported(companies::crowd(n_people));
        let before = pair.documents();
        lose(&pair, n_losing);
        pair.import();
        if cleared {
            pair.assert_as_the_company_is();
            assert_eq!(pair.take_proposed(), []);
        } else {
            assert_eq!(pair.documents(), before, "{n_losing} of {n_people}");
            let n_losing = usize::try_from(n_losing).expect("a test is small");
            assert_eq!(pair.take_proposed(), [("title".to_owned(), "clearing-kept".to_owned(), n_losing)]);
        }
    }
}

fn an_incomplete_reading_clears_nothing<P: Pair>() {
    let pair = P::imported(companies::branches(10));
    let before = pair.documents();
    pair.mutate(&Mutation::modify_user("b003p0", &json!({ "mobile": null, "title": "" })));
    let broken =
        Rule::new(Fault::SystemBusy).on_path("/topapi/v2/user/list").with_param("dept_id", 700_000_009);
    pair.with(|simulator| simulator.inject(broken.always()));
    assert!(!pair.sync().complete);
    assert_same(&pair.documents(), &before);
    pair.with(|simulator| simulator.clear_faults());
    pair.import();
    pair.assert_as_the_company_is();
}

fn a_look_at_one_person_clears_what_it_proves_and_leaves_the_rest_to_a_person<P: Pair>() {
    let pair = P::imported(companies::crowd(40));
    let look = |patch: Value| {
        pair.mutate(&Mutation::modify_user("c00007", &patch));
        assert_eq!(pair.refresh(&[Key::new("User", "c00007")]).failure, None, "the person can be read");
    };
    look(json!({ "title": null }));
    pair.assert_as_the_company_is();
    // The country that is left behind shows what the application may see.
    look(json!({ "mobile": null }));
    pair.assert_as_the_company_is();
    assert_eq!(pair.take_proposed(), []);
    // Nothing else of the permission is there: it may be hidden.
    let before = pair.documents();
    look(json!({ "org_email": null }));
    assert_same(&pair.documents(), &before);
    assert_eq!(pair.take_proposed(), [("org_email".to_owned(), "clearing-not-proven".to_owned(), 1)]);
    pair.import();
    pair.assert_as_the_company_is();
    assert_nothing_more_to_write(&pair);
}

fn a_look_at_somebody_whose_permission_was_taken_away_clears_nothing_behind_it<P: Pair>() {
    let pair = P::imported(companies::crowd(40));
    let before = pair.documents();
    permit(&pair, FieldPermissions { mobile: false, personal: false });
    assert_eq!(pair.refresh(&[Key::new("User", "c00007")]).failure, None, "the person can be read");
    assert_same(&pair.documents(), &before);
    let hidden = ["mobile", "org_email"].map(|name| (name.to_owned(), "clearing-not-proven".to_owned(), 1));
    assert_eq!(pair.take_proposed(), hidden);
}

fn six_of_fifty_and_the_last_one_are_left_to_a_person_every_night_until_one_decides<P: Pair>() {
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
    let pair = P::imported(company.build().expect("the company is consistent"));
    let before = pair.documents();
    for userid in everybody().take(6) {
        pair.mutate(&Mutation::modify_user(userid, &json!({ "work_place": null })));
    }
    pair.mutate(&Mutation::modify_user("p49", &json!({ "remark": null })));
    for _night in 0..2 {
        pair.import();
        assert_same(&pair.documents(), &before);
        let held = [
            ("remark".to_owned(), "attribute-not-visible".to_owned(), 1),
            ("work_place".to_owned(), "clearing-kept".to_owned(), 6),
        ];
        assert_eq!(pair.take_proposed(), held);
        assert_eq!(complaints(&pair), []);
    }
    // Once it is approved, all of it is asked about again and handed over, and the host takes what was approved.
    let keys: Vec<Key> = everybody().take(6).map(|userid| Key::new("User", userid)).collect();
    assert_eq!(pair.refresh(&keys).failure, None, "the people can be read");
    assert_eq!(pair.take_proposed(), [("work_place".to_owned(), "clearing-not-proven".to_owned(), 6)]);
}

fn what_was_cleared_can_be_set_again<P: Pair>() {
    let pair = P::imported(companies::crowd(40));
    pair.mutate(&Mutation::modify_user("c00007", &json!({ "title": null })));
    pair.import();
    pair.mutate(&Mutation::modify_user("c00007", &json!({ "title": "Again" })));
    pair.import();
    pair.assert_as_the_company_is();
    assert_nothing_more_to_write(&pair);
}

fn a_key_taken_out_of_the_company_s_own_fields_is_gone<P: Pair>() {
    let pair = P::imported(companies::crowd(10));
    pair.mutate(&Mutation::modify_user("c00007", &json!({ "extension": r#"{"a":"1","b":"2"}"# })));
    pair.import();
    pair.mutate(&Mutation::modify_user("c00007", &json!({ "extension": r#"{"b":"2"}"# })));
    pair.import();
    pair.assert_as_the_company_is();
}

fn details_switched_off_keep_what_they_showed<P: Pair>() {
    let pair = P::new(companies::shapes());
    pair.set_details(true);
    pair.import();
    // What someone is in a department is one list, which is replaced as a whole.
    let without_lists = |pair: &P| {
        let mut documents = pair.documents();
        let extensions = documents.values_mut().filter_map(|document| {
            document.get_mut("urn:rollcall:scim:schemas:extension:2.0:User").and_then(Value::as_object_mut)
        });
        extensions.for_each(|extension| drop(extension.remove("departments")));
        documents
    };
    let before = without_lists(&pair);
    pair.set_details(false);
    pair.import();
    assert_same(&without_lists(&pair), &before);
}

fn what_a_call_cannot_show_is_not_cleared<P: Pair>() {
    // `ext` of a department is in the listing of its parent alone. Once a part of the company is all there is to see, the
    // top of it is read by another call, while the departments below still show theirs.
    let ext = |id, parent| Department {
        ext: Some(r#"{"faceCount":"47"}"#.to_owned()),
        ..Department::new(id, format!("Department {id}"), parent)
    };
    let company = Company::builder(companies::CORP_ID, "Nested").app(companies::app());
    let company = company.department(ext(500_000_001, 1)).department(ext(500_000_002, 500_000_001));
    let pair = P::imported(company.build().expect("the company is consistent"));
    let top = ("Department".to_owned(), "500000001".to_owned());
    let extension = |pair: &P| pair.documents()[&top]["urn:rollcall:dingtalk:2.0:Department"].clone();
    let before = extension(&pair);
    let scope = Scope { authed_dept: vec![DepartmentId::new(500_000_001)], authed_user: Vec::new() };
    pair.mutate(&Mutation::SetScope { app_key: AppKey::from(APP_KEY), scope });
    pair.import();
    assert_eq!(extension(&pair), before);
}

fn permit(pair: &impl Pair, field_permissions: FieldPermissions) {
    pair.mutate(&Mutation::SetFieldPermissions { app_key: AppKey::from(APP_KEY), field_permissions });
}

/// Warnings and errors beside what was left to a person, of which [`Pair::take_proposed`] tells.
fn complaints(pair: &impl Pair) -> Vec<(String, usize)> {
    pair.take_complaints().into_iter().filter(|(code, _)| code != "clearing-held").collect()
}

#[track_caller]
fn assert_nothing_more_to_write(pair: &impl Pair) {
    pair.take_written();
    pair.import();
    assert_eq!(pair.take_written(), []);
}
