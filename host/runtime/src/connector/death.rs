//! Why a guest died, from what wasmtime says and what the guest logged last.

use wasmtime::Trap;

use crate::convert::GuestReader;
use crate::error::GuestError;
use crate::limits::{CROSSING_BYTES, MAX_TEXT_BYTES};
use crate::secrets::Secrets;

/// The host's own word for it. `logged` is the end of what it said as errors, without secrets already.
pub(super) fn cause(error: &wasmtime::Error, logged: Option<&str>, secrets: &Secrets) -> GuestError {
    if let Some(known) = error.downcast_ref::<GuestError>() {
        return known.clone();
    }
    let reader = GuestReader { secrets };
    let text = match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    };
    // The error has a type of its own, which wasmtime keeps to itself.
    if text.starts_with("too much data is being copied") {
        return GuestError::TooMuchData { limit_bytes: CROSSING_BYTES };
    }
    match logged.map(last_words) {
        Some(message) if !message.is_empty() => GuestError::Panicked { message },
        _ => GuestError::Trapped { reason: reader.text(&text, MAX_TEXT_BYTES) },
    }
}

/// The end of what was said, which is where languages name the error. Of what Rust's standard library says, the place of the
/// panic and its message; what was said before it stays, because a language that runs on top of Rust has said its own there.
fn last_words(said: &str) -> String {
    let said = said.split("\nnote: run with").next().unwrap_or(said);
    let (before, panic) = said.rsplit_once(PANICKED).unwrap_or_default();
    // The name of the thread stands between.
    let before = before.rsplit_once('\n').map_or("", |(before, _)| before);
    let said = if panic.is_empty() { said.to_owned() } else { format!("{before}\n{panic}") };
    let said = said.trim();
    let surplus = said.ceil_char_boundary(said.len().saturating_sub(MAX_TEXT_BYTES));
    said.get(surplus..).unwrap_or(said).to_owned()
}

/// What Rust's standard library says before the place of a panic.
const PANICKED: &str = "panicked at ";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secrets() -> Secrets {
        let schema = json!({"properties": {"secret": {"writeOnly": true}}});
        Secrets::of(&schema, &json!({"secret": "hunter2"}), None)
    }

    #[track_caller]
    fn check(logged: &str, message: &str) {
        let error = wasmtime::Error::from(Trap::UnreachableCodeReached);
        let message = message.to_owned();
        assert_eq!(cause(&error, Some(logged), &secrets()), GuestError::Panicked { message });
    }

    #[test]
    fn a_panic_is_told_by_its_place_and_its_message_and_by_what_was_said_before() {
        let panic = "thread '<unnamed>' (1) panicked at src/lib.rs:7:9:\nthe key is odd\n\
             note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace";
        check(panic, "src/lib.rs:7:9:\nthe key is odd");
        check(&format!("no such row\n{panic}"), "no such row\nsrc/lib.rs:7:9:\nthe key is odd");
    }

    #[test]
    fn a_death_is_told_by_what_was_said_last_whatever_the_language() {
        check("the token has no end", "the token has no end");
        let python =
            "Traceback (most recent call last):\n  File \"app.py\", line 7, in sync\nValueError: no such row";
        check(python, python);
        check("goroutine 1 [running]:\nmain.sync(0x1)\n", "goroutine 1 [running]:\nmain.sync(0x1)");
    }

    #[test]
    fn of_many_words_the_end_is_told() {
        let said = format!("{}钉 ValueError: no such row", "x\n".repeat(MAX_TEXT_BYTES));
        assert!(last_words(&said).ends_with("ValueError: no such row"));
        assert!(last_words(&said).len() <= MAX_TEXT_BYTES);
    }

    #[test]
    fn an_error_of_the_host_comes_out_as_it_went_in() {
        let known = GuestError::OutOfMemory { limit_bytes: 1 };
        let error = wasmtime::Error::from(known.clone()).context("while calling");
        assert_eq!(cause(&error, None, &secrets()), known);
    }

    #[test]
    fn a_trap_is_named() {
        let error = wasmtime::Error::from(Trap::IntegerDivisionByZero).context("error while executing");
        let reason = "wasm trap: integer divide by zero".to_owned();
        assert_eq!(cause(&error, None, &secrets()), GuestError::Trapped { reason });
    }
}
