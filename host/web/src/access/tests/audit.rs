//! What the audit log says, and what it never says.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Browser, PASSWORD};
use crate::identity::audit::{self, Wanted};
use crate::pages::settings::words::ACTIONS;
use crate::testing::Bench;

async fn actions(bench: &Bench) -> Vec<(String, String, String, String)> {
    let entries = audit::entries(bench.console.services(), Wanted::default(), 100).await.unwrap();
    let told = |entry: audit::Recorded| (entry.who, entry.action, entry.subject, entry.address);
    entries.into_iter().rev().map(told).collect()
}

#[tokio::test]
async fn who_did_what_from_where_is_written_down() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let csrf = browser.csrf().await;
    browser.post("/logout", &[("csrf", &csrf)]).await;
    browser.address = "192.0.2.7".parse().unwrap();
    browser.log_in("admin", "wrong horse battery").await;
    browser.log_in("admin", PASSWORD).await;
    let expected = [
        ("admin", "account-created", "admin", "127.0.0.1"),
        ("admin", "logged-out", "", "127.0.0.1"),
        ("", "login-failed", "admin", "192.0.2.7"),
        ("admin", "logged-in", "admin", "192.0.2.7"),
    ];
    let owned = expected.map(|(who, action, subject, address)| {
        (who.to_owned(), action.to_owned(), subject.to_owned(), address.to_owned())
    });
    assert_eq!(actions(&bench).await, owned);
}

#[tokio::test]
async fn a_password_that_was_typed_as_a_name_is_not_written_down() {
    let bench = Bench::new().await;
    Browser::set_up(&bench).await;
    Browser::new(&bench).log_in(PASSWORD, "").await;
    let entries = audit::entries(bench.console.services(), Wanted::default(), 100).await.unwrap();
    assert_eq!(entries[0].action, "login-failed");
    assert!(!format!("{entries:?}").contains(PASSWORD));
}

#[tokio::test]
async fn the_log_is_filtered_and_paged_from_the_newest() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let csrf = browser.csrf().await;
    for n in 0..60 {
        let name = format!("program {n}");
        let fields = [("csrf", &*csrf), ("name", &name), ("scope", "read"), ("days", "90")];
        assert_eq!(browser.post("/settings/tokens", &fields).await.status, 200);
    }
    let first = browser.get("/settings/audit?action=token-created&who=admin").await.body;
    assert!(first.contains("program 59") && first.contains("program 10") && !first.contains("program 9<"));
    let (_, rest) = first.split_once("rel=\"next\" href=\"").unwrap();
    let older = rest.split('"').next().unwrap().replace("&amp;", "&");
    let second = browser.get(&older).await.body;
    assert!(second.contains("program 9<") && second.contains("program 0<") && !second.contains("program 10"));
    assert!(!second.contains("rel=\"next\"") && !second.contains("account-created</code>"));
    let none = browser.get("/settings/audit?who=nobody").await.body;
    assert!(none.contains("There is no entry like this"));
}

#[tokio::test]
async fn an_entry_goes_after_four_hundred_days() {
    let bench = Bench::new().await;
    Browser::set_up(&bench).await;
    bench.pass(Duration::from_secs(401 * 24 * 60 * 60));
    Browser::logged_in(&bench).await;
    let kept: Vec<_> = actions(&bench).await.into_iter().map(|(_, action, ..)| action).collect();
    assert_eq!(kept, ["logged-in"]);
}

/// The actions that a source file writes down: the third argument of each call, or, where that is a name, every text of the
/// file that reads like an action.
fn written_down(text: &str) -> BTreeSet<String> {
    let calls = text.split("audit::record(").skip(1);
    let third = calls.map(|call| call.split(',').nth(2).unwrap_or_default().trim());
    let (literal, named): (Vec<&str>, Vec<&str>) = third.partition(|argument| argument.starts_with('"'));
    let texts =
        text.split('"').skip(1).step_by(2).filter(|text| !named.is_empty() && is_like_an_action(text));
    literal.into_iter().map(|literal| literal.trim_matches('"')).chain(texts).map(ToOwned::to_owned).collect()
}

fn is_like_an_action(text: &str) -> bool {
    text.contains('-')
        && text.ends_with("ed")
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

#[test]
fn every_action_that_is_written_down_has_words() {
    let mut actions = BTreeSet::new();
    super::every_route::sources(&mut |_, text| actions.extend(written_down(text)));
    assert!(actions.contains("logged-out") && actions.contains("import-started"), "{actions:?}");
    actions.retain(|action| ACTIONS.iter().all(|(known, _)| known != action));
    assert_eq!(actions, BTreeSet::new());
}
