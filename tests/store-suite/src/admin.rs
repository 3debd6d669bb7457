//! What an administration store keeps, and for how long.

use rollcall_admin::{
    AdminStore, Attempted, AuditEntry, AuditFilter, AuthenticationMethod, Claim, Claimed, KeyOwner, KeyState,
    NewAccount, NewSession, NewToken, NewWebhook, Notification, Occasion, Question, Session, SessionLimits,
    SourceRecord, TokenScope,
};
use rollcall_browse::Within;
use rollcall_host::model::{Key, RunId, Timestamp};
use serde_json::json;

use crate::given::source;

fn at(unix_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

fn entry(who: &str, action: &'static str) -> AuditEntry {
    AuditEntry {
        who: who.to_owned(),
        way: AuthenticationMethod::Session,
        action,
        subject: "hq".to_owned(),
        detail: json!({"n": 1}),
        address: Some([127, 0, 0, 1].into()),
    }
}

async fn account<S: AdminStore>(store: &S) {
    let account = NewAccount { name: "Anna".to_owned(), password: "$a".to_owned() };
    assert!(store.create_first_account(&account, at(1), &entry("Anna", "account-created")).await.unwrap());
}

fn session(digest: u8, moment: i64, expires_at: i64) -> NewSession {
    let session = Session {
        digest: [digest; 32],
        account: "Anna".to_owned(),
        csrf: format!("csrf {digest}"),
        created_at: at(moment),
        seen_at: at(moment),
        address: "127.0.0.1".to_owned(),
        agent: "a browser".to_owned(),
    };
    NewSession { session, expires_at: at(expires_at) }
}

/// Sessions that are used and do not end are valid.
fn limits(now: i64) -> SessionLimits {
    SessionLimits { now: at(now), unused_since: at(-1) }
}

async fn digests<S: AdminStore>(store: &S, limits: SessionLimits) -> Vec<u8> {
    let sessions = store.sessions_of("Anna", limits).await.unwrap();
    sessions.iter().map(|session| session.digest[0]).collect()
}

pub async fn the_first_account_is_created_once_and_written_down<S: AdminStore>(store: &S) {
    assert!(!store.is_any_account().await.unwrap());
    account(store).await;
    assert!(store.is_any_account().await.unwrap());
    let other = NewAccount { name: "Ben".to_owned(), password: "$b".to_owned() };
    assert!(!store.create_first_account(&other, at(2), &entry("Ben", "account-created")).await.unwrap());
    assert_eq!(store.password_of("Anna").await.unwrap(), Some("$a".to_owned()));
    assert_eq!(store.password_of("Ben").await.unwrap(), None);
    let records = store.audit_records(&AuditFilter::default(), 10).await.unwrap();
    assert_eq!(records.iter().map(|record| record.who.as_str()).collect::<Vec<_>>(), ["Anna"]);
}

pub async fn another_password_ends_every_session_but_one<S: AdminStore>(store: &S) {
    account(store).await;
    for digest in 1..=3 {
        store.begin_session(&session(digest, 10, 99), limits(10), 9).await.unwrap();
    }
    store.change_password("Anna", "$new", at(20), &[2; 32]).await.unwrap();
    assert_eq!(store.password_of("Anna").await.unwrap(), Some("$new".to_owned()));
    assert_eq!(digests(store, limits(20)).await, [2]);
}

pub async fn a_session_is_valid_until_it_expires_or_was_not_used_for_long<S: AdminStore>(store: &S) {
    account(store).await;
    let new = session(1, 10, 50);
    store.begin_session(&new, limits(10), 9).await.unwrap();
    let valid = async |now, unused_since| {
        let limits = SessionLimits { now: at(now), unused_since: at(unused_since) };
        store.session(&[1; 32], limits).await.unwrap()
    };
    assert_eq!(valid(49, 9).await, Some(new.session));
    assert_eq!((valid(50, 9).await, valid(49, 10).await), (None, None));
    store.session_used(&[1; 32], at(30)).await.unwrap();
    assert_eq!(valid(49, 10).await.map(|session| session.seen_at), Some(at(30)));
    assert_eq!(store.session(&[2; 32], limits(10)).await.unwrap(), None);
}

pub async fn an_account_keeps_the_sessions_that_were_used_last<S: AdminStore>(store: &S) {
    account(store).await;
    for (digest, moment) in [(1, 10), (2, 20), (3, 30)] {
        store.begin_session(&session(digest, moment, 99), limits(moment), 2).await.unwrap();
    }
    assert_eq!(digests(store, limits(40)).await, [3, 2]);
    assert!(store.end_session("Anna", &[3; 32]).await.unwrap());
    assert!(!store.end_session("Anna", &[3; 32]).await.unwrap());
    assert!(!store.end_session("Ben", &[2; 32]).await.unwrap());
    assert_eq!(store.end_other_sessions("Anna", &[2; 32]).await.unwrap(), 0);
    assert_eq!(digests(store, limits(40)).await, [2]);
}

fn token(name: &str, expires_at: Option<i64>) -> NewToken {
    NewToken {
        name: name.to_owned(),
        scope: TokenScope::Manage,
        within: Within::All,
        created_by: "Anna".to_owned(),
        expires_at: expires_at.map(at),
    }
}

pub async fn a_token_is_known_by_its_digest_with_all_that_it_may<S: AdminStore>(store: &S) {
    let within = Within::one(source("hq"));
    let new = NewToken { scope: TokenScope::Read, within: within.clone(), ..token("scim", Some(90)) };
    let id = store.create_token(&new, &[7; 32], at(10), 9, at(0)).await.unwrap().unwrap();
    store.token_used(id, at(20)).await.unwrap();
    let known = store.token(&[7; 32]).await.unwrap().unwrap();
    assert_eq!((known.id, &*known.name, known.scope, known.within), (id, "scim", TokenScope::Read, within));
    assert_eq!((known.created_at, known.expires_at, known.used_at), (at(10), Some(at(90)), Some(at(20))));
    assert_eq!(store.token(&[8; 32]).await.unwrap(), None);
}

pub async fn tokens_are_counted_while_they_are_valid_and_forgotten_long_after<S: AdminStore>(store: &S) {
    let create = async |digest: u8, expires_at, now, ended_before| {
        store
            .create_token(&token("t", expires_at), &[digest; 32], at(now), 2, at(ended_before))
            .await
            .unwrap()
    };
    let first = create(1, Some(50), 10, 0).await.unwrap();
    let second = create(2, None, 10, 0).await.unwrap();
    assert_eq!(create(3, None, 10, 0).await, None);
    let third = create(3, None, 50, 0).await.unwrap();
    assert_eq!(store.revoke_token(second, at(60)).await.unwrap(), Some("t".to_owned()));
    assert_eq!(store.revoke_token(second, at(61)).await.unwrap(), None);
    let ids = async || store.tokens().await.unwrap().iter().map(|token| token.id).collect::<Vec<_>>();
    assert_eq!(ids().await, [third, second, first]);
    let fourth = create(4, None, 70, 60).await.unwrap();
    assert_eq!(ids().await, [fourth, third, second]);
}

pub async fn the_audit_log_is_told_newest_first_by_who_and_what_and_page_by_page<S: AdminStore>(store: &S) {
    let written = [("Anna", "a"), ("Ben", "b"), ("Anna", "b"), ("Anna", "b")];
    for (n, (who, action)) in (1..).zip(written) {
        store.write_audit(&entry(who, action), at(n), at(2)).await.unwrap();
    }
    let find = async |action: &str, who: &str, before| {
        let filter = AuditFilter { action: action.to_owned(), who: who.to_owned(), before };
        store.audit_records(&filter, 2).await.unwrap()
    };
    let moments = |records: &[rollcall_admin::AuditRecord]| {
        records.iter().map(|record| record.at.unix_ms()).collect::<Vec<_>>()
    };
    let newest = find("", "", None).await;
    assert_eq!(moments(&newest), [4, 3]);
    assert_eq!(newest[0].detail, r#"{"n":1}"#);
    assert_eq!(moments(&find("", "", Some(newest[1].number)).await), [2]);
    assert_eq!(moments(&find("b", "Ben", None).await), [2]);
    assert_eq!(moments(&find("a", "", None).await), [0; 0]);
    let (actions, people) = store.audit_choices().await.unwrap();
    assert_eq!((actions, people), (vec!["b".to_owned()], vec!["Anna".to_owned(), "Ben".to_owned()]));
}

fn configured(name: &str) -> SourceRecord {
    SourceRecord {
        name: name.to_owned(),
        connector: "d".to_owned(),
        settings: "{}".to_owned(),
        egress: "{}".to_owned(),
        secrets: vec![0, 255],
        schedule: Some("{}".to_owned()),
        departed: "deactivate".to_owned(),
        is_followed: true,
        trust: None,
        scim: Some("{}".to_owned()),
    }
}

pub async fn a_source_is_kept_in_the_place_of_the_one_of_its_name<S: AdminStore>(store: &S) {
    let changed = SourceRecord { is_followed: false, schedule: None, secrets: vec![1], ..configured("a") };
    for record in [configured("b"), configured("a"), changed.clone()] {
        store.keep_source(&record, at(1)).await.unwrap();
    }
    assert_eq!(store.source_records().await.unwrap(), [changed.clone(), configured("b")]);
    assert_eq!(store.source_record(&source("a")).await.unwrap(), Some(changed));
    assert!(store.forget_source(&source("a")).await.unwrap());
    assert!(!store.forget_source(&source("a")).await.unwrap());
    assert_eq!(store.source_record(&source("a")).await.unwrap(), None);
}

fn webhook(url: &str, occasions: &[Occasion]) -> NewWebhook {
    NewWebhook { url: url.to_owned(), proxy: None, secret: vec![7], occasions: occasions.to_vec() }
}

fn notification(id: &str, occasion: Occasion) -> Notification {
    Notification { id: id.to_owned(), occasion, body: format!("body of {id}") }
}

pub async fn webhooks_are_no_more_than_may_be_and_go_with_what_they_were_to_be_told<S: AdminStore>(
    store: &S,
) {
    for (url, is_added) in [("a", true), ("b", true), ("c", false)] {
        let new = webhook(url, &[Occasion::RunEnded]);
        assert_eq!(store.add_webhook(&new, at(1), 2).await.unwrap(), is_added, "{url}");
    }
    store.notify(&notification("n", Occasion::RunEnded), at(2), at(0)).await.unwrap();
    let [a, b] = store.webhooks().await.unwrap().try_into().unwrap();
    assert_eq!((&*a.url, a.n_waiting, &*b.url, b.n_waiting), ("a", 1, "b", 1));
    assert_eq!(store.delete_webhook(a.id).await.unwrap(), Some("a".to_owned()));
    assert_eq!(store.delete_webhook(a.id).await.unwrap(), None);
    let due = store.due_deliveries(at(2)).await.unwrap();
    assert_eq!(due.iter().map(|due| due.url.as_str()).collect::<Vec<_>>(), ["b"]);
}

pub async fn each_webhook_is_told_what_it_wants_once_and_in_order<S: AdminStore>(store: &S) {
    store.add_webhook(&webhook("a", &[Occasion::RunEnded, Occasion::RunHeld]), at(1), 9).await.unwrap();
    store.add_webhook(&webhook("b", &[Occasion::SourceStopped]), at(1), 9).await.unwrap();
    for (id, occasion) in [("1", Occasion::RunEnded), ("1", Occasion::RunEnded), ("2", Occasion::RunHeld)] {
        store.notify(&notification(id, occasion), at(5), at(0)).await.unwrap();
    }
    assert_eq!(store.due_deliveries(at(4)).await.unwrap(), []);
    let due = store.due_deliveries(at(5)).await.unwrap();
    let told: Vec<_> = due.iter().map(|due| (&*due.url, &*due.id, &*due.body)).collect();
    assert_eq!(told, [("a", "1", "body of 1")]);
    let again =
        Attempted { n_attempts: 1, due_at: Some(at(50)), settled_at: None, outcome: "500".to_owned() };
    store.delivery_attempted(due[0].number, &again).await.unwrap();
    let next = store.due_deliveries(at(6)).await.unwrap();
    assert_eq!(next.iter().map(|due| &*due.id).collect::<Vec<_>>(), ["2"]);
    let settled =
        Attempted { n_attempts: 2, due_at: None, settled_at: Some(at(50)), outcome: "200".to_owned() };
    store.delivery_attempted(due[0].number, &settled).await.unwrap();
    let [a, _] = store.webhooks().await.unwrap().try_into().unwrap();
    let last = a.last.unwrap();
    assert_eq!((a.n_waiting, last.n_attempts, &*last.outcome), (1, 2, "200"));
}

pub async fn a_paused_webhook_is_told_later_and_a_test_reaches_one_alone<S: AdminStore>(store: &S) {
    store.add_webhook(&webhook("a", &[]), at(1), 9).await.unwrap();
    store.add_webhook(&webhook("b", &[]), at(1), 9).await.unwrap();
    let [a, _] = store.webhooks().await.unwrap().try_into().unwrap();
    let test = notification("t", Occasion::Test);
    assert_eq!(store.notify_one(a.id, &test, at(2)).await.unwrap(), Some("a".to_owned()));
    assert_eq!(store.notify_one(a.id + 99, &test, at(2)).await.unwrap(), None);
    assert_eq!(store.pause_webhook(a.id, Some(at(3))).await.unwrap(), Some("a".to_owned()));
    assert_eq!(store.due_deliveries(at(9)).await.unwrap(), []);
    store.pause_webhook(a.id, None).await.unwrap();
    assert_eq!(store.due_deliveries(at(9)).await.unwrap().len(), 1);
    assert_eq!(store.pause_webhook(a.id + 99, None).await.unwrap(), None);
}

pub async fn up_to_which_run_was_told_is_remembered<S: AdminStore>(store: &S) {
    assert_eq!(store.notified_until().await.unwrap(), None);
    for run in [7, 9] {
        store.set_notified_until(run).await.unwrap();
        assert_eq!(store.notified_until().await.unwrap(), Some(run));
    }
}

fn claim(who: &str, request: u8, now: i64) -> Claim {
    Claim {
        owner: KeyOwner { who: who.to_owned(), key: "k".to_owned() },
        request: vec![request],
        now: at(now),
        kept_since: at(now - 100),
        under_way_since: at(now - 10),
    }
}

pub async fn a_key_is_claimed_once_and_its_answer_is_kept<S: AdminStore>(store: &S) {
    let first = claim("a", 1, 0);
    assert_eq!(store.claim_key(&first).await.unwrap(), Claimed::Fresh);
    assert_eq!(store.claim_key(&first).await.unwrap(), Claimed::UnderWay);
    assert_eq!(store.claim_key(&claim("a", 2, 0)).await.unwrap(), Claimed::Other);
    assert_eq!(store.claim_key(&claim("b", 2, 0)).await.unwrap(), Claimed::Fresh);
    store.answer_key(&first.owner, 202, "{}").await.unwrap();
    assert_eq!(store.claim_key(&claim("a", 1, 100)).await.unwrap(), Claimed::Answered("{}".to_owned()));
    assert_eq!(store.claim_key(&claim("a", 1, 101)).await.unwrap(), Claimed::Fresh);
}

pub async fn a_key_is_free_again_when_it_was_given_back_or_its_process_died<S: AdminStore>(store: &S) {
    let first = claim("a", 1, 0);
    assert_eq!(store.claim_key(&first).await.unwrap(), Claimed::Fresh);
    store.release_key(&first.owner).await.unwrap();
    assert_eq!(store.claim_key(&claim("a", 2, 0)).await.unwrap(), Claimed::Fresh);
    assert_eq!(store.claim_key(&claim("a", 2, 10)).await.unwrap(), Claimed::UnderWay);
    assert_eq!(store.claim_key(&claim("a", 2, 11)).await.unwrap(), Claimed::Fresh);
}

pub async fn the_newest_questions_about_an_object_are_kept<S: AdminStore>(store: &S) {
    let question = |n: i64| Question { run: RunId::new(n.to_string()), who: "Anna".to_owned(), at: at(n) };
    let (one, two) = (Key::new("User", "1"), Key::new("User", "2"));
    for n in 1..=3 {
        store.record_question(&source("a"), &one, &question(n), 2).await.unwrap();
    }
    store.record_question(&source("a"), &two, &question(4), 2).await.unwrap();
    assert_eq!(store.questions_about(&source("a"), &one, 9).await.unwrap(), [question(3), question(2)]);
    assert_eq!(store.questions_about(&source("b"), &one, 9).await.unwrap(), []);
}

pub async fn a_probe_of_the_key_is_replaced_only_while_nothing_is_sealed<S: AdminStore>(store: &S) {
    let state =
        |has_secrets, probe: Option<u8>| KeyState { has_secrets, probe: probe.map(|byte| vec![byte]) };
    assert_eq!(store.key_state().await.unwrap(), state(false, None));
    assert!(store.set_probe(None, &[1]).await.unwrap());
    assert!(!store.set_probe(None, &[2]).await.unwrap());
    assert!(store.set_probe(Some(&[1]), &[2]).await.unwrap());
    store.keep_source(&configured("a"), at(1)).await.unwrap();
    assert!(!store.set_probe(Some(&[2]), &[3]).await.unwrap());
    assert_eq!(store.key_state().await.unwrap(), state(true, Some(2)));
}
