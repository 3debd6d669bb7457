//! The pages of an organisation, asked through their routes.

use axum::http::{Method, StatusCode};
use rollcall_host::directory::Action;
use rollcall_host::history::RunState;
use rollcall_host::model::{Diagnosis, Severity};
use rollcall_words::Language;
use serde_json::json;

use super::seed::{OUR_USER, Seed, department, event, pages, user};
use crate::testing::{Answer, Bench, administrator, ask, get as get_from, says};

/// An id with everything that means something in an address or in markup.
const ODD: &str = "a/b\"<i>&%20 张";

/// The same in a segment of an address.
const ODD_SEGMENT: &str = "a%2Fb%22%3Ci%3E%26%2520%20%E5%BC%A0";

async fn get(bench: &Bench, path: &str) -> Answer {
    get_from(pages(bench), path).await
}

/// What is said, without markup.
fn text(answer: &Answer) -> String {
    let mut text = String::new();
    for part in answer.body.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn company(bench: &Bench) {
    let seed = Seed::full(bench, 0).await;
    seed.department("1", "Head office", None).await;
    seed.department("2", "Sales", Some("1")).await;
    seed.department("3", "North", Some("2")).await;
    seed.department("9", "Lost", Some("gone")).await;
    seed.person("ann", "Ann", &["2"]).await;
    seed.person("bob", "Bob", &["3"]).await;
    seed.person("eve", "Eve", &[]).await;
    seed.end(RunState::Succeeded).await;
}

#[tokio::test]
async fn whose_id_differs_from_another_in_letter_case_alone_leads_to_the_other() {
    let bench = Bench::new().await;
    let seed = Seed::full(&bench, 0).await;
    seed.person("Ann", "Ann", &[]).await;
    seed.person("ann", "Anna", &[]).await;
    seed.person("bob", "Bob", &[]).await;
    seed.end(RunState::Succeeded).await;
    let page = |id: &str| format!("/sources/hq/people/{id}");
    for (id, other) in [("Ann", "ann"), ("ann", "Ann")] {
        let answer = get(&bench, &page(id)).await;
        says(&answer.body, &["Same id in other letter case", &format!("href=\"{}\"", page(other))]);
    }
    assert!(!get(&bench, &page("bob")).await.body.contains("other letter case"));
}

#[tokio::test]
async fn the_tree_is_open_along_the_way_to_the_chosen_department_alone() {
    let bench = Bench::new().await;
    company(&bench).await;
    let top = get(&bench, "/sources/hq/organisation").await;
    assert!(top.body.contains("department=1") && !top.body.contains("department=3"), "{}", top.body);
    let chosen = get(&bench, "/sources/hq/organisation?department=2").await;
    assert!(
        chosen
            .body
            .contains(r#"<a href="/sources/hq/organisation?department=2" aria-current="page">Sales</a>"#)
    );
    assert!(chosen.body.contains("department=3"));
}

#[tokio::test]
async fn a_department_shows_its_own_people_and_counts_those_below() {
    let bench = Bench::new().await;
    company(&bench).await;
    let answer = get(&bench, "/sources/hq/organisation?department=2").await;
    let said = text(&answer);
    assert!(said.contains("Ann") && !said.contains("Bob"), "{said}");
    assert!(said.contains("▾ Sales 2 2 people"), "{said}");
}

#[tokio::test]
async fn a_department_whose_parent_is_not_held_stands_at_the_top_with_the_reason() {
    let bench = Bench::new().await;
    company(&bench).await;
    let said = text(&get(&bench, "/sources/hq/organisation?department=9").await);
    assert!(said.contains("the department above it, “gone”, is not held"), "{said}");
}

#[tokio::test]
async fn people_without_a_department_have_a_list_of_their_own() {
    let bench = Bench::new().await;
    company(&bench).await;
    let said = text(&get(&bench, "/sources/hq/organisation?unplaced=1").await);
    assert!(said.contains("Eve") && !said.contains("Ann"), "{said}");
}

#[tokio::test]
async fn a_search_finds_people_and_departments_and_says_where_they_are() {
    let bench = Bench::new().await;
    company(&bench).await;
    let said = text(&get(&bench, "/sources/hq/organisation?q=bob").await);
    assert!(said.contains("1 found") && said.contains("Bob bob person North"), "{said}");
    let said = text(&get(&bench, "/sources/hq/organisation?q=north&type=Department").await);
    assert!(said.contains("North 3 department Sales"), "{said}");
}

#[tokio::test]
async fn a_search_that_finds_nothing_leads_to_the_reason() {
    let bench = Bench::new().await;
    company(&bench).await;
    let answer = get(&bench, "/sources/hq/organisation?q=100%25").await;
    assert!(answer.body.contains(r#"href="/sources/hq/why?q=100%25""#), "{}", answer.body);
}

#[tokio::test]
async fn those_who_departed_are_listed_with_a_mark() {
    let bench = Bench::new().await;
    company(&bench).await;
    let seed = Seed::full(&bench, 10).await;
    seed.leave(user("ann"), "404: no such user").await;
    seed.end(RunState::Succeeded).await;
    let said = text(&get(&bench, "/sources/hq/organisation?type=User&departed=true").await);
    assert!(said.contains("1 found") && said.contains("Ann departed ann person"), "{said}");
}

#[tokio::test]
async fn a_list_of_many_people_is_paged() {
    let bench = Bench::new().await;
    let seed = Seed::full(&bench, 0).await;
    seed.department("1", "All", None).await;
    for n in 0..51 {
        seed.person(&format!("p{n:02}"), &format!("Person {n:02}"), &["1"]).await;
    }
    seed.end(RunState::Succeeded).await;
    let first = get(&bench, "/sources/hq/organisation?department=1").await;
    assert!(first.body.contains(r#"rel="next" href="/sources/hq/organisation?department=1&amp;offset=50""#));
    let second = text(&get(&bench, "/sources/hq/organisation?department=1&offset=50").await);
    assert!(second.contains("Person 50") && !second.contains("Person 49"), "{second}");
}

#[tokio::test]
async fn whatever_an_id_is_its_links_lead_to_it_and_it_is_text() {
    let bench = Bench::new().await;
    let seed = Seed::full(&bench, 0).await;
    seed.department(ODD, "<b>Odd</b>", None).await;
    seed.person(ODD, "张三 & <co>", &[ODD]).await;
    seed.end(RunState::Succeeded).await;
    let listed = get(&bench, &format!("/sources/hq/organisation?department={ODD_SEGMENT}")).await;
    assert!(
        listed
            .body
            .contains(&format!(r#"<a href="/sources/hq/people/{ODD_SEGMENT}">张三 &amp; &lt;co&gt;</a>"#))
    );
    for page in ["people", "departments"] {
        let answer = get(&bench, &format!("/sources/hq/{page}/{ODD_SEGMENT}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("<code>a/b&quot;&lt;i&gt;&amp;%20 张</code>"), "{}", answer.body);
        assert!(!answer.body.contains("<i>") && !answer.body.contains("<b>"));
    }
}

#[tokio::test]
async fn a_person_is_shown_with_all_attributes_and_where_they_come_from() {
    let bench = Bench::new().await;
    company(&bench).await;
    let seed = Seed::full(&bench, 10).await;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let document = json!({
        "displayName": "Ann",
        "title": "Head",
        "emails": [{"type": "work", "value": "ann@example.com"}],
        enterprise: {"employeeNumber": "007", "manager": {"value": "bob"}},
        OUR_USER: {"departments": [{"value": "2", "leader": true, "order": "5", "workPlace": "Hangzhou"}]},
        "urn:example:own": {"hiredOn": "2020-01-01"},
    });
    seed.put(user("ann"), document).await;
    seed.end(RunState::Succeeded).await;
    let said = text(&get(&bench, "/sources/hq/people/ann").await);
    says(
        &said,
        &[
            "· run 1 Last changed",
            "run 2 Last written by 2026-01-01 00:10:00 UTC · run 2",
            "Head office Sales leader 5 workPlace Hangzhou",
            "Manager Bob",
            "E-mail addresses ann@example.com (work)",
            "Employment Employee number 007",
            "urn:example:own hiredOn 2020-01-01",
            "E-mail addresses (work) – ann@example.com",
        ],
    );
}

#[tokio::test]
async fn a_department_is_shown_with_its_place_and_managers() {
    let bench = Bench::new().await;
    company(&bench).await;
    let seed = Seed::full(&bench, 10).await;
    let document = json!({"displayName": "Sales", "parent": {"value": "1"}, "managers": [{"value": "ann"}, {"value": "?"}]});
    seed.put(department("2"), document).await;
    seed.end(RunState::Succeeded).await;
    let said = text(&get(&bench, "/sources/hq/departments/2").await);
    says(
        &said,
        &[
            "Department above Head office from run 1 · 2026-01-01 00:00:00 UTC",
            "Managers Ann ? not held from run 2 · 2026-01-01 00:10:00 UTC",
            "People in it 1",
        ],
    );
}

#[tokio::test]
async fn each_attribute_says_which_run_made_it_what_it_is() {
    let bench = Bench::new().await;
    let mut seed = Seed::full(&bench, 0).await;
    let ann = |title: &str| json!({"displayName": "Ann", "title": title});
    for (minute, title) in [(10, "Calc"), (20, "Head")] {
        seed.put(user("ann"), ann(title)).await;
        seed.end(RunState::Succeeded).await;
        seed = Seed::full(&bench, minute).await;
    }
    seed.record(user("ann"), Action::Updated, Some(Diagnosis::new("not-done", "it was not done"))).await;
    seed.end(RunState::Succeeded).await;
    let said = text(&get(&bench, "/sources/hq/people/ann").await);
    says(
        &said,
        &[
            "Display name Ann from run 1 · 2026-01-01 00:00:00 UTC",
            "Title Head from run 2 · 2026-01-01 00:10:00 UTC",
        ],
    );
    let older = text(&get(&bench, "/sources/hq/people/ann?before=2.1").await);
    assert!(older.contains("Title Head What happened"), "{older}");
}

#[tokio::test]
async fn the_last_complete_reading_that_did_not_miss_somebody_last_read_them() {
    let bench = Bench::new().await;
    company(&bench).await;
    let seed = Seed::full(&bench, 10).await;
    let why = Diagnosis::new("departures-held", "too many would leave");
    let diagnosis = Diagnosis::new("unreadable", "it could not be read");
    seed.record(user("bob"), Action::Deactivated, Some(why)).await;
    seed.entry(user("eve"), Severity::Error, diagnosis).await;
    seed.end(RunState::Held).await;
    for (id, expected) in [
        ("ann", "Last read 2026-01-01 00:10:00 UTC · run 2"),
        ("bob", "Last read 2026-01-01 00:00:00 UTC · run 1"),
        ("eve", "Last read 2026-01-01 00:00:00 UTC · run 1"),
    ] {
        let said = text(&get(&bench, &format!("/sources/hq/people/{id}")).await);
        assert!(said.contains(expected), "{expected:?} in {said}");
    }
}

#[tokio::test]
async fn who_departed_is_not_said_to_have_been_read_since() {
    let bench = Bench::new().await;
    company(&bench).await;
    let seed = Seed::full(&bench, 10).await;
    seed.leave(user("ann"), "404: no such user").await;
    seed.end(RunState::Succeeded).await;
    let said = text(&get(&bench, "/sources/hq/people/ann").await);
    assert!(!said.contains("Last read"), "{said}");
}

#[tokio::test]
async fn somebody_who_departed_is_shown_with_what_the_source_said() {
    let bench = Bench::new().await;
    company(&bench).await;
    let seed = Seed::full(&bench, 10).await;
    seed.leave(user("ann"), "404: no such user").await;
    seed.end(RunState::Succeeded).await;
    let said = text(&get(&bench, "/sources/hq/people/ann").await);
    assert!(said.contains("UTC · The source said: 404: no such user"), "{said}");
}

#[tokio::test]
async fn what_was_deleted_is_shown_with_its_trail() {
    let bench = Bench::new().await;
    company(&bench).await;
    let seed = Seed::full(&bench, 10).await;
    seed.leave(department("9"), "404: no such department").await;
    seed.end(RunState::Succeeded).await;
    let answer = get(&bench, "/sources/hq/departments/9").await;
    assert_eq!(answer.status, StatusCode::OK);
    let said = text(&answer);
    assert!(
        said.contains("It is not held, or not any more") && said.contains("404: no such department"),
        "{said}"
    );
}

#[tokio::test]
async fn a_page_has_the_entries_and_the_events_about_its_object() {
    let bench = Bench::new().await;
    company(&bench).await;
    let seed = Seed::full(&bench, 10).await;
    let diagnosis = Diagnosis::new("phone-odd", "the phone number is odd");
    seed.entry(user("ann"), Severity::Warning, diagnosis).await.end(RunState::Succeeded).await;
    event(&bench, user("ann"), 20).await;
    let said = text(&get(&bench, "/sources/hq/people/ann").await);
    assert!(said.contains("The phone number is odd") && said.contains("user_changed"), "{said}");
}

#[tokio::test]
async fn a_long_trail_goes_on_behind_a_link() {
    let bench = Bench::new().await;
    let seed = Seed::full(&bench, 0).await;
    for n in 0..22 {
        seed.person("ann", &format!("Ann {n}"), &[]).await;
    }
    seed.end(RunState::Succeeded).await;
    let first = get(&bench, "/sources/hq/people/ann").await;
    assert!(first.body.contains(r#"href="/sources/hq/people/ann?before=1.3""#), "{}", first.body);
    let older = text(&get(&bench, "/sources/hq/people/ann?before=1.3").await);
    assert!(
        older.contains("Ann 1") && older.contains("created") && !older.contains("Older changes"),
        "{older}"
    );
}

#[tokio::test]
async fn of_an_unknown_source_or_object_there_is_no_page() {
    let bench = Bench::new().await;
    company(&bench).await;
    for path in [
        "/sources/other/organisation",
        "/sources/NO/organisation",
        "/sources/hq/people/nobody",
        "/sources/hq/departments/ann",
    ] {
        assert_eq!(get(&bench, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_pages_speak_chinese() {
    let bench = Bench::new().await;
    company(&bench).await;
    let visitor = administrator(Language::Chinese);
    for (path, said) in [
        ("/sources/hq/organisation", "顶级部门"),
        ("/sources/hq/people/ann", "首次读取"),
        ("/sources/hq/departments/2", "含下级人员"),
    ] {
        let answer = ask(pages(&bench), &visitor, Method::GET, path, "").await;
        assert!(answer.body.contains(said), "{path}: {}", answer.body);
    }
}
