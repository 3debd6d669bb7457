//! The page that answers why, asked through its routes.

use axum::http::{Method, StatusCode};
use rollcall_browse::Within;
use rollcall_host::directory::Action;
use rollcall_host::history::RunState;
use rollcall_host::model::{Diagnosis, Severity};
use rollcall_words::Language;

use super::question::{self, Question};
use super::*;
use crate::pages::organisation::seed::{Seed, department, event, minute, pages, source, user};
use crate::testing::{Answer, Bench, administrator, ask as ask_routes, get as get_from};
use crate::visitor::{TokenScope, Who};
use rollcall_host::model::RunId;

async fn get(bench: &Bench, path: &str) -> Answer {
    get_from(pages(bench), path).await
}

/// The first sentence, without markup.
fn sentence(answer: &Answer) -> String {
    let strong = answer.body.split("<strong>").nth(1).and_then(|rest| rest.split("</strong>").next());
    let mut text = String::new();
    for part in strong.unwrap_or_default().split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    text
}

async fn two_of_a_name(bench: &Bench) {
    let seed = Seed::full(bench, 0).await;
    seed.person("zhang1", "张三", &[]).await;
    seed.person("zhang2", "张三", &[]).await;
    seed.end(RunState::Succeeded).await;
}

#[tokio::test]
async fn the_only_one_of_a_name_is_answered_at_once() {
    let bench = Bench::new().await;
    let seed = Seed::full(&bench, 0).await;
    seed.person("zhang", "张三", &[]).await.end(RunState::Succeeded).await;
    let answer = get(&bench, "/sources/hq/why?q=%E5%BC%A0%E4%B8%89").await;
    assert_eq!(sentence(&answer), "张三 is here: run 1 read it at 2026-01-01 00:00:00 UTC.");
}

#[tokio::test]
async fn of_several_one_is_chosen() {
    let bench = Bench::new().await;
    two_of_a_name(&bench).await;
    let answer = get(&bench, "/sources/hq/why?q=%E5%BC%A0").await;
    assert!(answer.body.contains("Which one is meant?"));
    assert!(answer.body.contains(r#"href="/sources/hq/why?type=User&amp;id=zhang2""#), "{}", answer.body);
}

#[tokio::test]
async fn an_exact_id_needs_no_choice() {
    let bench = Bench::new().await;
    two_of_a_name(&bench).await;
    let seed = Seed::full(&bench, 10).await;
    seed.person("zhang", "李四", &[]).await.end(RunState::Succeeded).await;
    let answer = get(&bench, "/sources/hq/why?q=zhang").await;
    assert!(sentence(&answer).starts_with("李四 is here"), "{}", answer.body);
}

#[tokio::test]
async fn what_was_removed_is_found_by_its_name() {
    let bench = Bench::new().await;
    let seed = Seed::full(&bench, 0).await;
    seed.department("7", "Old branch", None).await.end(RunState::Succeeded).await;
    let seed = Seed::full(&bench, 10).await;
    seed.leave(department("7"), "404: gone").await.end(RunState::Succeeded).await;
    assert_eq!(
        sentence(&get(&bench, "/sources/hq/why?q=old+branch").await),
        "Old branch left and was removed: when run 2 asked at 2026-01-01 00:10:00 UTC, the source answered “404: gone”."
    );
}

#[tokio::test]
async fn what_was_refused_is_told_with_its_reason() {
    let bench = Bench::new().await;
    let seed = Seed::full(&bench, 0).await;
    let why = Diagnosis::new("name-taken", "the name is taken").with_remedy("choose another");
    seed.record(user("new"), Action::Created, Some(why)).await.end(RunState::Partial).await;
    let answer = get(&bench, "/sources/hq/why?q=new").await;
    assert!(
        sentence(&answer).starts_with("Recorded is not here: the platform refused it"),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("The name is taken") && answer.body.contains("Choose another"));
}

#[tokio::test]
async fn of_what_was_never_read_it_says_what_was_read_and_offers_to_ask() {
    let bench = Bench::new().await;
    two_of_a_name(&bench).await;
    let answer = get(&bench, "/sources/hq/why?q=nobody%3Cb%3E").await;
    assert_eq!(
        sentence(&answer),
        "Nothing with the id or name “nobody&lt;b&gt;” was ever read; the last complete reading was run 1 at \
         2026-01-01 00:00:00 UTC. Either the application may not see it, or its id or name is another one."
    );
}

#[tokio::test]
async fn what_only_a_preview_found_is_told_so() {
    let bench = Bench::new().await;
    let seed = Seed::preview(&bench, 0).await;
    seed.record(user("soon"), Action::Created, None).await.end(RunState::Succeeded).await;
    let answer = get(&bench, "/sources/hq/why?q=soon").await;
    assert!(sentence(&answer).starts_with("Recorded is not here yet: the preview, run 1"), "{}", answer.body);
}

#[tokio::test]
async fn what_only_an_event_names_is_found_by_its_id() {
    let bench = Bench::new().await;
    two_of_a_name(&bench).await;
    event(&bench, user("later"), 20).await;
    assert_eq!(
        sentence(&get(&bench, "/sources/hq/why?q=later").await),
        "later is not here yet: the event user_changed, which came at 2026-01-01 00:20:00 UTC, names it and still waits."
    );
}

#[tokio::test]
async fn that_the_source_was_asked_is_the_newest_step() {
    let bench = Bench::new().await;
    two_of_a_name(&bench).await;
    let run = Seed::refresh(&bench, 30).await.end(RunState::Succeeded).await;
    let asked = Question { run, who: "admin".to_owned(), at: minute(31) };
    question::record(bench.console.services(), source(), user("ghost"), asked).await.unwrap();
    let answer = get(&bench, "/sources/hq/why?type=User&id=ghost").await;
    assert_eq!(
        sentence(&answer),
        "ghost is not here: the source was asked about it by run 2 at 2026-01-01 00:31:00 UTC and has nothing under this id."
    );
    assert!(answer.body.contains("admin asked the source"));
}

#[tokio::test]
async fn only_the_newest_questions_about_an_object_are_kept() {
    let bench = Bench::new().await;
    two_of_a_name(&bench).await;
    for n in 0..25 {
        let asked = Question { run: RunId::new("1"), who: n.to_string(), at: minute(n) };
        question::record(bench.console.services(), source(), user("ghost"), asked).await.unwrap();
    }
    let kept = question::about(bench.console.services(), &source(), &user("ghost")).await.unwrap();
    let who: Vec<_> = kept.iter().map(|question| question.who.as_str()).collect();
    assert_eq!((who.first(), who.last(), who.len()), (Some(&"24"), Some(&"5"), 20));
}

#[tokio::test]
async fn every_step_is_in_the_trail_the_newest_first() {
    let bench = Bench::new().await;
    let seed = Seed::full(&bench, 0).await;
    seed.person("ann", "Ann", &[]).await.end(RunState::Succeeded).await;
    let seed = Seed::refresh(&bench, 10).await;
    let why = Diagnosis::new("not-read", "the answer was cut off");
    seed.entry(user("ann"), Severity::Error, why).await.end(RunState::Partial).await;
    event(&bench, user("ann"), 20).await;
    let body = get(&bench, "/sources/hq/why?q=ann").await.body;
    let trail = body.split(r#"<ol class="trail">"#).nth(1).unwrap();
    let places: Vec<_> =
        ["user_changed", "The answer was cut off", "created"].map(|step| trail.find(step)).into();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {trail}");
}

#[tokio::test]
async fn whoever_may_only_read_cannot_have_the_source_asked() {
    let bench = Bench::new().await;
    two_of_a_name(&bench).await;
    let mut visitor = administrator(Language::English);
    visitor.who =
        Who::Token { id: 1, name: "reader".to_owned(), scope: TokenScope::Read, within: Within::All };
    let path = "/sources/hq/why/ask";
    let answer = ask_routes(pages(&bench), &visitor, Method::POST, path, "type=User&id=a").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_source_that_was_removed_cannot_be_asked_and_that_is_said() {
    let bench = Bench::new().await;
    two_of_a_name(&bench).await;
    let visitor = administrator(Language::English);
    let path = "/sources/hq/why/ask";
    let answer = ask_routes(pages(&bench), &visitor, Method::POST, path, "type=User&id=a").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("Add it again under the same name"), "{}", answer.body);
    let page = get(&bench, "/sources/hq/why?q=zhang1").await;
    assert!(!page.body.contains("/why/ask"));
}

#[test]
fn only_a_person_or_a_department_with_a_sensible_id_is_asked_about() {
    let long = "x".repeat(MAX_EXTERNAL_ID_BYTES);
    for (key, is_possible) in [
        (user("a"), true),
        (department(&long), true),
        (user(&format!("{long}x")), false),
        (Key::new("Robot", "a"), false),
    ] {
        assert_eq!(may_be(&key), is_possible, "{key}");
    }
}

#[tokio::test]
async fn the_answer_is_in_chinese_too() {
    let bench = Bench::new().await;
    two_of_a_name(&bench).await;
    let visitor = administrator(Language::Chinese);
    let path = "/sources/hq/why?type=User&id=zhang1";
    let answer = ask_routes(pages(&bench), &visitor, Method::GET, path, "").await;
    assert_eq!(sentence(&answer), "张三 在此：由第 1 次同步于 2026-01-01 00:00:00 UTC 读取。");
}
