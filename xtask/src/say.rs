//! What xtask tells the person who ran it. The only file here that prints; it colours nothing, so that a log reads the same.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "xtask is a command line; this is where it speaks"
)]

use std::io::Write as _;

/// The head of a part of the work.
pub(crate) fn head(text: &str) {
    line(&format!("\n== {text}"));
}

/// One sentence about what is being done now, or was found.
pub(crate) fn note(text: &str) {
    line(&format!("   {text}"));
}

/// A command, as one would type it.
pub(crate) fn command(text: &str) {
    line(&format!("   $ {text}"));
}

/// Text that another program wrote, moved in so that it reads as a quotation.
pub(crate) fn quote(text: &str) {
    text.lines().for_each(|quoted| line(&format!("     {quoted}")));
}

/// A line as it is.
pub(crate) fn line(text: &str) {
    println!("{text}");
    // Children write to the same descriptors: what was said before they start must be seen before. A closed
    // descriptor is reported by the `println!` above, so there is nothing to add here.
    drop(std::io::stdout().flush());
}

/// Why the command failed.
pub(crate) fn error(text: &str) {
    eprintln!("\nerror: {text}");
}
