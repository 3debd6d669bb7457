//! The whole of following, in virtual time: a source that does as it is told, and stores in memory.

mod barred;
mod bench;
mod callback;
mod channel;
mod control;
mod stopped;
mod turns;
