//! Odd data costs what is odd, and no more, in a full run and by events: over the connector as it is, and over the component,
//! the runtime and SQLite.

mod crowd;
mod departments;
mod people;
mod refusals;

use crate::harness::odd::Odd;
use crate::harness::pair::{Ended, Pair, subscribed};
use rollcall_dingtalk_simulator::{Company, Mutation, UserId};
use serde_json::Value;

/// How what has changed is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    FullRun,
    Events,
}

const WAYS: [By; 2] = [By::FullRun, By::Events];

/// Everything imported, and events of what changes from now on.
#[track_caller]
fn followed<P: Pair>(company: Company) -> P {
    let pair = P::new(company);
    pair.set_events();
    pair.import();
    pair.mutate(&subscribed());
    pair.forget();
    pair
}

/// Let these be odd from now on, wherever they are answered.
fn odd(pair: &impl Pair, odd: Odd) {
    pair.instead(move |_, answer| odd.instead_of(answer));
}

fn bring_in_line(pair: &impl Pair, by: By) -> Ended {
    match by {
        By::FullRun => pair.sync(),
        By::Events => pair.follow(),
    }
}

/// As it must succeed and leave nothing out.
#[track_caller]
fn bring_wholly_in_line(pair: &impl Pair, by: By) {
    let ended = bring_in_line(pair, by);
    assert!(ended.complete, "{by:?}: {ended:?}: {:#?}", pair.take_told());
}

fn leaves(userid: &str) -> Mutation {
    Mutation::RemoveUser { userid: UserId::from(userid) }
}

fn department(id: impl ToString) -> (String, String) {
    ("Department".to_owned(), id.to_string())
}

fn person(id: &str) -> (String, String) {
    ("User".to_owned(), id.to_owned())
}

/// An attribute of somebody who is held, by its JSON pointer.
#[track_caller]
fn of_person(pair: &impl Pair, id: &str, pointer: &str) -> Value {
    let documents = pair.documents();
    documents[&person(id)].pointer(pointer).cloned().unwrap_or_default()
}
