//! What xtask tells the person who ran it. The only file here that writes to the terminal; it colours nothing, so that a log
//! reads the same.

use std::io::Write;

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

/// Text that is shown as a quotation, moved in.
pub(crate) fn quote(text: &str) {
    text.lines().for_each(|quoted| line(&format!("     {quoted}")));
}

/// A line as it is.
pub(crate) fn line(text: &str) {
    write(std::io::stdout().lock(), text);
}

/// Why the command failed.
pub(crate) fn error(text: &str) {
    write(std::io::stderr().lock(), &format!("\nerror: {text}"));
}

/// Flushed, because children write to the same place: what was said before they start must be seen before. A reader
/// who left, as `head` does, ends nothing: the work goes on and its exit code still counts.
fn write(mut out: impl Write, text: &str) {
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
}
