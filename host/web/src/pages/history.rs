//! Runs: the list, one run with its changes and its log, live while it is under way, and as files.
//!
//! Not here: how runs are made (`sources`).

use axum::Router;
use axum::routing::{get, post};

use crate::console::Console;

mod act;
mod balance;
mod changes;
mod confirm;
mod decide;
mod export;
mod facets;
mod head;
mod held;
mod list;
mod log;
mod proof;
mod query;
mod run;
pub(crate) mod stage;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod words;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/history", get(list::of_all))
        .route("/history/live", get(list::live_of_all))
        .route("/sources/{source}/history", get(list::of_source))
        .route("/sources/{source}/history/live", get(list::live_of_source))
        .route("/runs/{run}", get(run::page))
        .route("/runs/{run}/live", get(run::live))
        .route("/runs/{run}/export.csv", get(export::csv))
        .route("/runs/{run}/export.jsonl", get(export::json_lines))
        .route("/runs/{run}/cancel", post(act::cancel))
        .route("/runs/{run}/retry", post(act::retry))
        .route("/runs/{run}/approve", get(confirm::approval).post(decide::approve))
        .route("/runs/{run}/decline", post(decide::decline))
        .route("/runs/{run}/undo", get(confirm::undoing).post(act::undo))
}
