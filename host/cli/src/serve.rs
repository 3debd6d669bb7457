//! The program as a server: what `rollcall serve` is made of. Deliberately not here: what a source does with what arrives;
//! the host knows.

mod callbacks;
mod listener;
mod report;

pub(crate) use callbacks::routes;
pub(crate) use listener::Listener;
pub(crate) use report::Reporter;
