//! The program as a server: what `rollcall serve` is made of. Deliberately not here: what a source does with what arrives;
//! the host knows.

mod report;

pub(crate) use report::Reporter;
