//! Whole flows on real parts, one binary, a module a topic.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of it is test code, and clippy knows only the functions that are marked so"
)]
#![expect(clippy::print_stdout, reason = "a sweep says how much it covered")]
#![expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]

// What the topics stand on.
mod accounts;
mod companies;
mod expectation;
mod faults;
mod harness;

// A company of every shape arrives byte for byte as the simulator's state says it must.
mod import_shapes;

// Each response of a run, replaced in turn by each fault; natively, and in small over real sockets.
mod fault_sweep;
mod real_faults;

// What each refusal of DingTalk's leads to.
mod reactions;

// Data as no description has it: what is odd costs what is odd.
mod odd_world;
mod out_of_view;

// Who is gone, and who is not; what is cleared, and what is kept.
mod clearing;
mod deletions;

// Most of a company is gone: nobody leaves before a person has confirmed how many.
mod mass_departures;

// An id that is given to somebody else, and a person who gets another one.
mod identity;

// An application that sees less than before.
mod narrowed;

// The connection check, line by line.
mod branch_links;
mod check;
mod checklist;

// Secrets, misbehaving components, the one way out, two connectors side by side.
mod egress;
mod hostile;
mod reach;
mod replaced;
mod sealed;
mod secrets;
mod secrets_stay;
mod swap;

// The program: what it prints, how it ends, and what is left when it is killed.
mod cli;
mod crash;

// Whoever holds something open: others are heard all the same.
mod deafness;
// Two programs, one folder.
mod beside;

// What was built against an older contract runs.
mod published;

// What an older program left is opened, read and gone on with.
mod older_data;

// Followed: every change arrives by events alone, whatever happens on the way.
mod following;
// The same of a roster, whose keeper tells of changes by a webhook.
mod webhook;
// A follower in a process of its own: killed between any two steps, and through thousands of changes.
mod chaos;
mod followed;
mod kill_points;

// What one host refuses of a connector, the other refuses.
mod misuse;

// The probe: whether a host keeps the contract, asked from inside.
mod probe;

// What is no connector is refused when it is loaded.
mod no_connector;

// The example that the README shows.
mod embed;
