//! The pages about runs, asked through their routes.

use axum::http::{Method, StatusCode};
use rollcall_browse::Within;
use rollcall_host::history::{ChangeRecord, Counters, RunKind, RunState};
use rollcall_host::model::{Diagnosis, Entry, RunId, Severity};
use rollcall_words::Language;

use super::testing::{Writing, created, departed, entry, updated};
use crate::testing::{Answer, Bench, administrator, ask, get, says, says_nothing_of};
use crate::visitor::{TokenScope, Visitor, Who};

/// An id that means something else wherever it is not written carefully.
const NASTY: &str = "a/b<\"%?张";

async fn page(bench: &Bench, path: &str) -> String {
    let answer = get(crate::pages::routes().with_state(bench.console.clone()), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.body
}

async fn chinese(bench: &Bench, path: &str) -> String {
    let routes = crate::pages::routes().with_state(bench.console.clone());
    ask(routes, &administrator(Language::Chinese), Method::GET, path, "").await.body
}

async fn post(bench: &Bench, visitor: &Visitor, path: &str) -> Answer {
    ask(crate::pages::routes().with_state(bench.console.clone()), visitor, Method::POST, path, "csrf=x").await
}

/// A full run with these changes that ended like this.
async fn written(bench: &Bench, state: RunState, changes: &[ChangeRecord]) -> RunId {
    let run = Writing::open(&bench.store, RunKind::Full, false).await;
    run.changes(changes).await;
    let n = u64::try_from(changes.len()).unwrap();
    run.close(state, Counters { read: n, created: n, ..Counters::default() }).await
}

#[tokio::test]
async fn the_history_of_all_sources_lists_runs_and_says_so_where_there_is_none() {
    let bench = Bench::new().await;
    says(&page(&bench, "/history").await, &["Nothing was imported yet."]);
    written(&bench, RunState::Partial, &[]).await;
    says(
        &page(&bench, "/history").await,
        &["href=\"/runs/1\"", "href=\"/sources/head-office/history\"", "partial", "full import"],
    );
    says(&chinese(&bench, "/history").await, &["部分完成", "全量导入", "同步历史"]);
}

#[tokio::test]
async fn the_history_is_paged_and_keeps_its_filter_on_the_next_page() {
    let bench = Bench::new().await;
    for _ in 0..52 {
        written(&bench, RunState::Succeeded, &[]).await;
    }
    written(&bench, RunState::Failed, &[]).await;
    let first = page(&bench, "/history?state=succeeded").await;
    says(
        &first,
        &["href=\"/runs/52\"", "href=\"/runs/3\"", "/history?state=succeeded&amp;before=3\"", "data-live"],
    );
    says_nothing_of(&first, &["href=\"/runs/53\"", "href=\"/runs/2\""]);
    let second = page(&bench, "/history?state=succeeded&before=3").await;
    says(&second, &["href=\"/runs/2\"", "href=\"/runs/1\"", "rel=\"first\""]);
    // Older runs do not change by themselves.
    says_nothing_of(&second, &["data-live"]);
}

#[tokio::test]
async fn the_history_of_a_source_that_never_was_is_not_found_and_that_of_a_removed_one_is() {
    let bench = Bench::new().await;
    written(&bench, RunState::Succeeded, &[]).await;
    says(&page(&bench, "/sources/head-office/history").await, &["href=\"/runs/1\""]);
    for path in ["/sources/elsewhere/history", "/sources/UPPER/history", "/runs/7", "/runs/x"] {
        let answer = get(crate::pages::routes().with_state(bench.console.clone()), path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_change_is_shown_before_and_after_and_its_object_linked_whatever_its_id() {
    let bench = Bench::new().await;
    let mut change = created(NASTY, "<张三>");
    change.refusal = Some(Diagnosis::new("name-taken", "the name is taken").in_chinese("名称已被占用", ""));
    let run = written(&bench, RunState::Partial, &[change]).await;
    let body = page(&bench, &format!("/runs/{run}")).await;
    says(
        &body,
        &[
            "href=\"/sources/head-office/people/a%2Fb%3C%22%25%3F%E5%BC%A0\"",
            "&lt;张三&gt;",
            "a/b&lt;&quot;%?张",
            "The name is taken",
            "name-taken",
            "class=\"is\"",
        ],
    );
    says_nothing_of(&body, &["<张三>"]);
    says(&chinese(&bench, &format!("/runs/{run}")).await, &["名称已被占用", "变更"]);
}

#[tokio::test]
async fn changes_are_chosen_by_type_action_outcome_and_text() {
    let bench = Bench::new().await;
    let changes = [
        created("u1", "Anna"),
        created("u2", "Berta"),
        departed("u3", "Anna Old", None),
        departed("u4", "Held", Some("departures-held")),
        departed("u5", "Refused", Some("still-referenced")),
    ];
    let run = written(&bench, RunState::Held, &changes).await;
    for (query, ids) in [
        ("", &["u1", "u2", "u3", "u4", "u5"][..]),
        ("action=created", &["u1", "u2"]),
        ("action=created&q=anna", &["u1"]),
        ("q=anna+old", &["u3"]),
        ("outcome=applied", &["u1", "u2", "u3"]),
        ("outcome=held", &["u4"]),
        ("outcome=refused", &["u5"]),
        ("type=Department", &[]),
    ] {
        let body = page(&bench, &format!("/runs/{run}?{query}")).await;
        let shown: Vec<_> = ["u1", "u2", "u3", "u4", "u5"]
            .into_iter()
            .filter(|id| body.contains(&format!("<code>{id}</code>")))
            .collect();
        assert_eq!(shown, ids, "{query}");
    }
}

#[tokio::test]
async fn a_choice_that_is_made_can_be_given_up_where_it_was_made() {
    let bench = Bench::new().await;
    let run =
        written(&bench, RunState::Succeeded, &[created("u1", "Anna"), departed("u2", "Berta", None)]).await;
    let body = page(&bench, &format!("/runs/{run}?action=created&q=a")).await;
    says(
        &body,
        &[
            "href=\"/runs/1?q=a#changes\" aria-current=\"true\"",
            "href=\"/runs/1?action=deleted&amp;q=a#changes\"",
        ],
    );
}

#[tokio::test]
async fn the_log_is_told_with_code_remedy_and_facts_and_chosen_by_severity_and_words() {
    let bench = Bench::new().await;
    let run = Writing::open(&bench.store, RunKind::Full, false).await;
    run.entries(&[entry(Severity::Info, "odd-name", "u1"), entry(Severity::Error, "not-readable", NASTY)])
        .await;
    let run = run.close(RunState::Partial, Counters::default()).await;
    let all = page(&bench, &format!("/runs/{run}")).await;
    says(
        &all,
        &["odd-name", "not-readable", "request_id", "r-1", "people/a%2Fb%3C%22%25%3F%E5%BC%A0", "data-copy="],
    );
    let errors = page(&bench, &format!("/runs/{run}?severity=error&log=a/b")).await;
    says(&errors, &["something is the matter with a/b&lt;"]);
    says_nothing_of(&errors, &["something is the matter with u1"]);
}

#[tokio::test]
async fn a_run_that_is_under_way_is_live_and_can_be_cancelled_by_who_may() {
    let bench = Bench::new().await;
    let run = Writing::open(&bench.store, RunKind::Full, false).await;
    let path = format!("/runs/{}", run.id);
    says(&page(&bench, &path).await, &["data-live=\"/runs/1/live\"", "action=\"/runs/1/cancel\"", "running"]);
    let visitor = Visitor {
        who: Who::Token { id: 1, name: "t".to_owned(), scope: TokenScope::Read, within: Within::All },
        ..administrator(Language::English)
    };
    let routes = crate::pages::routes().with_state(bench.console.clone());
    let read_only = ask(routes, &visitor, Method::GET, &path, "").await;
    says_nothing_of(&read_only.body, &["/cancel"]);
    assert_eq!(post(&bench, &visitor, "/runs/1/cancel").await.status, StatusCode::FORBIDDEN);
    // It runs in no follower of this console.
    let refused = post(&bench, &administrator(Language::English), "/runs/1/cancel").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    says(&refused.body, &["run-not-under-way"]);
}

#[tokio::test]
async fn a_run_has_taken_its_time_so_far_until_it_ends() {
    let bench = Bench::new().await;
    let running = Writing::open(&bench.store, RunKind::Full, false).await;
    let path = format!("/runs/{}", running.id);
    let shown = page(&bench, &path).await;
    says(&shown, &[" so far</span>"]);
    says_nothing_of(&shown, &["<span>Took "]);
    running.close(RunState::Succeeded, Counters::default()).await;
    let shown = page(&bench, &path).await;
    says(&shown, &["<span>Took "]);
    says_nothing_of(&shown, &[" so far</span>"]);
}

#[tokio::test]
async fn an_ended_run_is_not_live() {
    let bench = Bench::new().await;
    let run = written(&bench, RunState::Succeeded, &[]).await;
    says_nothing_of(&page(&bench, &format!("/runs/{run}")).await, &["data-live", "/cancel"]);
}

/// A run that held this of people who were imported before: run 2.
async fn held(bench: &Bench, people: &[ChangeRecord], changes: &[ChangeRecord], entries: &[Entry]) -> RunId {
    let imported = Writing::open(&bench.store, RunKind::Full, false).await;
    imported.put(people).await;
    imported.close(RunState::Succeeded, Counters::default()).await;
    let run = Writing::open(&bench.store, RunKind::Full, false).await;
    run.changes(changes).await;
    run.entries(entries).await;
    let held = u64::try_from(changes.len()).unwrap();
    run.close(RunState::Held, Counters { held, ..Counters::default() }).await
}

#[tokio::test]
async fn what_a_run_held_is_listed_with_what_the_source_answered_before_it_is_approved() {
    let bench = Bench::new().await;
    let leaving = [("u1", "Anna"), ("u2", "Berta")];
    let people = leaving.map(|(id, name)| created(id, name));
    let changes = leaving.map(|(id, name)| departed(id, name, Some("departures-held")));
    let run = held(&bench, &people, &changes, &[]).await;
    says(
        &page(&bench, &format!("/runs/{run}")).await,
        &["href=\"/runs/2/approve\"", "Something waits for a person"],
    );
    let asked = page(&bench, &format!("/runs/{run}/approve")).await;
    says(
        &asked,
        &[
            "Anna",
            "Berta",
            "no such user",
            "2 people left",
            "would be deleted",
            "action=\"/runs/2/approve\"",
            "2 of 2 people (100.0 %) would be removed",
            "name=\"removals\"",
            "name=\"object\" value=\"User/u1\"",
            "formaction=\"/runs/2/decline\"",
            "name=\"reason\"",
        ],
    );
    says(&chinese(&bench, &format!("/runs/{run}/approve")).await, &["身份源的答复", "2 人已离开", "将删除"]);
}

#[tokio::test]
async fn a_run_that_held_ids_of_somebody_else_is_answered_in_one_of_two_ways() {
    let bench = Bench::new().await;
    let replaced = [departed("u1", "Anna", Some("identity-held"))];
    let told = [entry(Severity::Error, "identities-held", "u1")];
    let run = held(&bench, &[created("u1", "Anna")], &replaced, &told).await;
    says(
        &page(&bench, &format!("/runs/{run}")).await,
        &["href=\"/runs/2/approve\"", "belong to somebody else"],
    );
    let asked = page(&bench, &format!("/runs/{run}/approve")).await;
    says(
        &asked,
        &["name=\"identities\" value=\"same-people\"", "name=\"identities\" value=\"other-people\""],
    );
    says_nothing_of(&asked, &["Ask again and apply"]);
    says(&chinese(&bench, &format!("/runs/{run}/approve")).await, &["是同一批人", "是另一批人"]);
}

#[tokio::test]
async fn a_run_that_held_a_smaller_scope_is_approved_as_that() {
    let bench = Bench::new().await;
    let smaller =
        Diagnosis::new("scope-held", "the application sees less than before").with_fact("scope", "5");
    let told = Entry { severity: Severity::Error, subject: None, subject_name: None, diagnosis: smaller };
    let displaced = [updated("u1", "Anna", Some("scope-held"))];
    let run = held(&bench, &[created("u1", "Anna")], &displaced, &[told]).await;
    says(
        &page(&bench, &format!("/runs/{run}")).await,
        &["href=\"/runs/2/approve\"", "sees less than before"],
    );
    let asked = page(&bench, &format!("/runs/{run}/approve")).await;
    says(
        &asked,
        &[
            "the application sees less than before",
            "Anna",
            "Go on with what it sees now",
            "reads everything once more",
        ],
    );
    says_nothing_of(&asked, &["Ask again and apply", "more than are listed"]);
    says(&chinese(&bench, &format!("/runs/{run}/approve")).await, &["以当前可见范围继续"]);
}

#[tokio::test]
async fn what_is_declined_waits_no_more_and_is_told_with_who_and_why() {
    let bench = Bench::new().await;
    let leaving = [("u1", "Anna"), ("u2", "Berta")];
    let people = leaving.map(|(id, name)| created(id, name));
    let changes = leaving.map(|(id, name)| departed(id, name, Some("departures-held")));
    let run = held(&bench, &people, &changes, &[]).await;
    let decline = async |form: &str| {
        let routes = crate::pages::routes().with_state(bench.console.clone());
        let path = format!("/runs/{run}/decline");
        ask(routes, &administrator(Language::English), Method::POST, &path, form).await
    };
    assert_eq!(decline("csrf=x&reason=+").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(decline("csrf=x&which=ticked&reason=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let some = "csrf=x&object=User%2Fu1&reason=on+leave+%3Cuntil%3E+May";
    assert_eq!(decline(some).await.status, StatusCode::SEE_OTHER);
    let asked = page(&bench, &format!("/runs/{run}/approve")).await;
    says(
        &asked,
        &["1 of 2 people (50.0 %) would be removed", "Declined by admin: 1", "on leave &lt;until&gt; May"],
    );
    assert_eq!(decline("csrf=x&reason=nor+she").await.status, StatusCode::SEE_OTHER);
    let shown = page(&bench, &format!("/runs/{run}")).await;
    says(&shown, &["Declined by admin: 1", "nor she", "Look at them again"]);
    says_nothing_of(&shown, &["Something waits for a person"]);
    let after_all = page(&bench, &format!("/runs/{run}/approve")).await;
    says(&after_all, &["Everything of this run is decided", "name=\"which\" value=\"ticked\""]);
    bench.pass(std::time::Duration::from_secs(31 * 24 * 3600));
    says(&page(&bench, &format!("/runs/{run}/approve")).await, &["Nothing of this run waits"]);
}

#[tokio::test]
async fn out_of_which_departments_people_would_leave_is_told_by_name() {
    let bench = Bench::new().await;
    let of = |id: &str, departments: &[&str]| {
        let departments: Vec<_> = departments.iter().map(|id| serde_json::json!({"value": id})).collect();
        let mut change = departed(id, id, Some("departures-held"));
        let extension = "urn:rollcall:scim:schemas:extension:2.0:User";
        change.before =
            Some(serde_json::json!({"externalId": id, (extension): {"departments": departments}}).into());
        change
    };
    let people = ["u1", "u2"].map(|id| created(id, id));
    let run = held(&bench, &people, &[of("u1", &["7", "8"]), of("u2", &["7"])], &[]).await;
    for path in [format!("/runs/{run}"), format!("/runs/{run}/approve")] {
        says(&page(&bench, &path).await, &["By department: 7 <b>2</b>, 8 <b>1</b>"]);
        says(&chinese(&bench, &path).await, &["按部门： 7 <b>2</b>，8 <b>1</b>"]);
    }
}

#[tokio::test]
async fn a_preview_that_would_be_held_says_so_in_the_colour_of_a_warning() {
    let bench = Bench::new().await;
    let run = Writing::open(&bench.store, RunKind::Full, true).await;
    run.changes(&[departed("u1", "Anna", Some("departures-held"))]).await;
    let run = run.close(RunState::Held, Counters { held: 1, ..Counters::default() }).await;
    let shown = page(&bench, &format!("/runs/{run}")).await;
    says(&shown, &["<span class=\"badge warning\">would be held</span>", "This import would be held"]);
    says_nothing_of(&shown, &["/approve"]);
    says(&chinese(&bench, "/history").await, &["将待确认"]);
}

#[tokio::test]
async fn a_run_that_held_nothing_has_nothing_to_approve() {
    let bench = Bench::new().await;
    let run = written(&bench, RunState::Succeeded, &[]).await;
    says(&page(&bench, &format!("/runs/{run}/approve")).await, &["Nothing of this run waits"]);
}

#[tokio::test]
async fn what_a_run_did_is_counted_before_it_is_undone() {
    let bench = Bench::new().await;
    let run = written(
        &bench,
        RunState::Succeeded,
        &[created("u1", "Anna"), departed("u2", "Berta", Some("taken"))],
    )
    .await;
    says(&page(&bench, &format!("/runs/{run}")).await, &["href=\"/runs/1/undo\""]);
    let asked = page(&bench, &format!("/runs/{run}/undo")).await;
    says(&asked, &["1 × person: created", "action=\"/runs/1/undo\"", "pause the schedule first"]);
    // What was refused never happened.
    says_nothing_of(&asked, &["deleted"]);
    says(&chinese(&bench, &format!("/runs/{run}/undo")).await, &["撤销任务", "1 个人员"]);
}

#[tokio::test]
async fn a_run_that_is_under_way_has_nothing_to_undo_yet() {
    let bench = Bench::new().await;
    let run = Writing::open(&bench.store, RunKind::Full, false).await;
    run.changes(&[created("u1", "Anna")]).await;
    says(&page(&bench, &format!("/runs/{}/undo", run.id)).await, &["nothing of this run to undo"]);
}

#[tokio::test]
async fn nothing_is_done_about_a_run_whose_source_is_not_known_any_more() {
    let bench = Bench::new().await;
    written(&bench, RunState::Failed, &[created("u1", "Anna")]).await;
    for path in ["/runs/1/retry", "/runs/1/approve", "/runs/1/undo"] {
        let answer = post(&bench, &administrator(Language::English), path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn changes_are_taken_along_whole_however_many_pages_they_have() {
    let bench = Bench::new().await;
    let changes: Vec<_> = (0..450).map(|n| created(&format!("u{n}"), "=张,三")).collect();
    let run = written(&bench, RunState::Succeeded, &changes).await;
    let csv = page(&bench, &format!("/runs/{run}/export.csv")).await;
    assert!(csv.starts_with("\u{feff}number,resource_type,external_id,"), "{}", &csv[..80]);
    assert_eq!((csv.matches("\r\n").count(), csv.matches("number,").count()), (451, 1));
    says(&csv, &["\r\n450,User,u449,\"'=张,三\",created,applied,,\"{"]);
    let lines = page(&bench, &format!("/runs/{run}/export.jsonl")).await;
    let parsed: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = parsed.iter().map(|change| change["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=450).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_taken_along_is_what_was_chosen() {
    let bench = Bench::new().await;
    let run = Writing::open(&bench.store, RunKind::Full, false).await;
    run.changes(&[created("u1", "Anna"), departed("u2", "Berta", Some("departures-held"))]).await;
    run.entries(&[entry(Severity::Info, "odd-name", "u1"), entry(Severity::Error, "not-readable", "u2")])
        .await;
    let run = run.close(RunState::Held, Counters::default()).await;
    let held = page(&bench, &format!("/runs/{run}/export.csv?outcome=held")).await;
    assert_eq!(held.lines().skip(1).map(|line| line.split(',').nth(2)).collect::<Vec<_>>(), [Some("u2")]);
    let errors = page(&bench, &format!("/runs/{run}/export.csv?of=entries&severity=error")).await;
    assert_eq!(
        errors.lines().skip(1).collect::<Vec<_>>(),
        ["2,error,not-readable,something is the matter with u2,,User,u2,,request_id: r-1"]
    );
}
