//! What whoever runs the program asks: is it alive, is it ready, what are its figures.
//!
//! Not here: anything about a person.

use axum::Router;

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}
