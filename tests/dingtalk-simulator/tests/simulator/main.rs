//! The simulator seen from outside, a module a topic. Ports and files are each test's own.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a check reads best with its data and its expectation in the call"
)]

#[cfg(test)]
mod support;

/// Answers as DingTalk's documents and captures have them.
#[cfg(test)]
mod departments;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod users;

/// Pages at their edges.
#[cfg(test)]
mod paging;

/// What an application may see, and which check comes first.
#[cfg(test)]
mod checks;
#[cfg(test)]
mod frequency;
#[cfg(test)]
mod scope;

/// What goes wrong on purpose.
#[cfg(test)]
mod faults;

/// The company itself: changes and generated ones.
#[cfg(test)]
mod generated;
#[cfg(test)]
mod mutations;

/// Events: which there are, how they are queued and written, how they arrive.
#[cfg(test)]
mod callback;
#[cfg(test)]
mod events;
#[cfg(test)]
mod push;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod stream;

/// Sockets, the proxy, the control API, the program.
#[cfg(test)]
mod control;
#[cfg(test)]
mod https;
#[cfg(test)]
mod program;
#[cfg(test)]
mod proxy;
