//! Who comes in: what is found out about every request, and the gate before the routes.
//!
//! Not here: accounts, sessions and tokens themselves (`identity`).

pub(crate) mod cookies;
mod csrf;
mod entrance;
mod gate;

pub(crate) use entrance::enter;
pub(crate) use gate::{FormToken, doors, pages, programs, readers, session};

#[cfg(test)]
mod tests;
