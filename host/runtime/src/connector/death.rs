//! Why a guest died, from what wasmtime says and what the guest wrote last.

use wasmtime::Trap;
use wasmtime_wasi::I32Exit;

use crate::convert::Reader;
use crate::error::GuestError;
use crate::limits::{CROSSING_BYTES, MAX_TEXT_BYTES};
use crate::secrets::Secrets;

/// The host's own word for it.
///
/// `logged` is what it said last as an error, without secrets already; a panic is in `stderr` where it said nothing.
pub(super) fn cause(
    error: &wasmtime::Error,
    logged: Option<&str>,
    stderr: &str,
    secrets: &Secrets,
) -> GuestError {
    if let Some(known) = error.downcast_ref::<GuestError>() {
        return known.clone();
    }
    let reader = Reader { secrets };
    let text = match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    };
    // The error has a type of its own, which wasmtime keeps to itself.
    if text.starts_with("too much data is being copied") {
        return GuestError::TooMuchData { limit_bytes: CROSSING_BYTES };
    }
    if let Some(message) = logged {
        return GuestError::Panicked { message: message.to_owned() };
    }
    if let Some(message) = last_words(stderr) {
        return GuestError::Panicked { message: reader.text(message, MAX_TEXT_BYTES) };
    }
    if let Some(I32Exit(code)) = error.downcast_ref() {
        return GuestError::Trapped { reason: format!("it ended itself with code {code}") };
    }
    GuestError::Trapped { reason: reader.text(&text, MAX_TEXT_BYTES) }
}

/// What Rust's standard library writes before it aborts: a panic's place and message, or a failed allocation.
fn last_words(stderr: &str) -> Option<&str> {
    let start = stderr.rfind("panicked at ").or_else(|| stderr.rfind("memory allocation of "))?;
    let words = stderr.get(start..)?;
    let words = words.split("\nnote: run with").next().unwrap_or(words);
    Some(words.trim_start_matches("panicked at ").trim_end())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secrets() -> Secrets {
        let schema = json!({"properties": {"secret": {"writeOnly": true}}});
        Secrets::of(&schema, &json!({"secret": "hunter2"}), None)
    }

    #[test]
    fn a_panic_is_told_in_its_own_words_without_the_secrets() {
        let stderr = "something before\n\nthread '<unnamed>' (1) panicked at src/lib.rs:7:9:\nkey hunter2 is odd\n\
                      note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        let error = wasmtime::Error::from(Trap::UnreachableCodeReached);
        let message = "src/lib.rs:7:9:\nkey [secret] is odd".to_owned();
        assert_eq!(cause(&error, None, stderr, &secrets()), GuestError::Panicked { message });
    }

    #[test]
    fn a_death_is_told_by_the_last_error_that_was_logged() {
        let stderr = "thread '<unnamed>' panicked at src/lib.rs:7:9:\nsomething else\n";
        let error = wasmtime::Error::from(Trap::UnreachableCodeReached);
        let message = "the token has no end".to_owned();
        assert_eq!(
            cause(&error, Some("the token has no end"), stderr, &secrets()),
            GuestError::Panicked { message }
        );
    }

    #[test]
    fn an_error_of_the_host_comes_out_as_it_went_in() {
        let known = GuestError::OutOfMemory { limit_bytes: 1 };
        let error = wasmtime::Error::from(known.clone()).context("while calling");
        assert_eq!(cause(&error, None, "", &secrets()), known);
    }

    #[test]
    fn a_trap_is_named() {
        let error = wasmtime::Error::from(Trap::IntegerDivisionByZero).context("error while executing");
        let reason = "wasm trap: integer divide by zero".to_owned();
        assert_eq!(cause(&error, None, "", &secrets()), GuestError::Trapped { reason });
    }
}
