//! What the world outside does beside its descriptions, or against them, what happens here, and which tests show it.

mod dingtalk;
mod strangers;

/// One thing that was met, or others like it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// What it is about, as a head.
    pub(super) about: &'static str,
    /// What comes from outside.
    pub(super) does: &'static str,
    /// What happens here.
    pub(super) happens: &'static str,
    pub(super) tests: &'static [Test],
}

/// A test by its whole name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Test {
    /// Of the connector as it is, or of the kit below it.
    Connector(&'static str),
    /// Of the host's libraries.
    Host(&'static str),
    /// Over everything real.
    Whole(&'static str),
    /// Of the built program, or of the built component in today's host where the component decides, so that an earlier build can
    /// be tried, too.
    Built(&'static str),
    /// Of this module and this name, over both pairs of connector and host.
    Pairs(&'static str, &'static str),
}

const fn case(
    about: &'static str,
    does: &'static str,
    happens: &'static str,
    tests: &'static [Test],
) -> Case {
    Case { about, does, happens, tests }
}

/// All of them, those about the same together.
pub(super) fn cases() -> impl Iterator<Item = &'static Case> {
    dingtalk::CASES.iter().chain(&strangers::CASES)
}
