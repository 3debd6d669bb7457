//! Tells other programs that a run ended or is held, or that a source was stopped: signed, kept until it was told, tried
//! again (Standard Webhooks).
//!
//! `hooks` are those who are told, `outbox` what they are to be told, `sending` tells them. Not here: what is told live to a
//! page, and how it is heard of (`endings`).

pub(crate) mod hooks;
pub(crate) mod outbox;
pub(crate) mod sending;
pub(crate) mod signature;

pub(crate) use self::sending::send;
