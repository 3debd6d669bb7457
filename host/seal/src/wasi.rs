//! The functions of WASI that do something even where it is closed off: clock, randomness, and a standard error that is heard.

/// What a function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// The instructions of its body, as text. Its parameters are `$p0` on, its answer is the contract's clock or randomness.
    Body(&'static str),
    /// It hands over one of its resource by which it is told from others.
    Handle(u32),
    /// It works, and there is nothing to it.
    Empty,
    /// By the type of its answer.
    Refused,
}

/// Which handle is the standard error's. Any other stream leads nowhere.
const STANDARD_ERROR: u32 = 2;

/// What a function of an interface, without its version, does.
pub(crate) fn deed(interface: &str, function: &str) -> Deed {
    match (interface, function) {
        ("wasi:cli/stderr", "get-stderr") => Deed::Handle(STANDARD_ERROR),
        ("wasi:cli/exit", _) => Deed::Body("(call $exit) (unreachable)"),
        ("wasi:io/streams", "[method]output-stream.check-write") => Deed::Body(ROOM),
        (
            "wasi:io/streams",
            "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush",
        ) => Deed::Body(WRITE),
        ("wasi:io/streams", function)
            if function.starts_with("[method]output-stream.") && !function.ends_with(".subscribe") =>
        {
            Deed::Empty
        }
        ("wasi:io/poll", "[method]pollable.ready") => Deed::Body("(i32.const 1)"),
        ("wasi:io/poll", "poll") => Deed::Body(POLL),
        ("wasi:clocks/wall-clock", "now") => Deed::Body(NOW),
        ("wasi:clocks/wall-clock", "resolution") => Deed::Body(RESOLUTION),
        ("wasi:clocks/monotonic-clock", "now") => Deed::Body("(i64.mul (call $now-ms) (i64.const 1000000))"),
        ("wasi:clocks/monotonic-clock", "resolution") => Deed::Body("(i64.const 1000000)"),
        ("wasi:random/random", "get-random-bytes")
        | ("wasi:random/insecure", "get-insecure-random-bytes") => Deed::Body(RANDOM_BYTES),
        ("wasi:random/random", "get-random-u64") | ("wasi:random/insecure", "get-insecure-random-u64") => {
            Deed::Body("(i64.load (call $random-bytes (i32.const 8)))")
        }
        ("wasi:random/insecure-seed", _) => Deed::Body("(call $random-bytes (i32.const 16))"),
        _ => Deed::Refused,
    }
}

/// Room for 4,096 bytes: `ok(4096)`.
const ROOM: &str =
    "(i64.store (i32.const 16) (i64.const 0)) (i64.store (i32.const 24) (i64.const 4096)) (i32.const 16)";

/// `ok`, and standard error is heard.
const WRITE: &str = "(if (i32.eq (local.get $p0) (i32.const 2)) (then (call $say (local.get $p1) (local.get $p2)))) \
    (i64.store (i32.const 16) (i64.const 0)) (i64.store (i32.const 24) (i64.const 0)) (i32.const 16)";

/// Everything that is waited for is there: the positions of all.
const POLL: &str = "(local $i i32) (local $list i32) \
    (local.set $list (call $alloc (i32.shl (local.get $p1) (i32.const 2)))) \
    (block $all (loop $more (br_if $all (i32.ge_u (local.get $i) (local.get $p1))) \
    (i32.store (i32.add (local.get $list) (i32.shl (local.get $i) (i32.const 2))) (local.get $i)) \
    (local.set $i (i32.add (local.get $i) (i32.const 1))) (br $more))) \
    (i32.store (i32.const 16) (local.get $list)) (i32.store (i32.const 20) (local.get $p1)) (i32.const 16)";

/// Seconds and nanoseconds.
const NOW: &str = "(local $now i64) (local.set $now (call $now-ms)) \
    (i64.store (i32.const 16) (i64.div_u (local.get $now) (i64.const 1000))) \
    (i64.store (i32.const 24) (i64.mul (i64.rem_u (local.get $now) (i64.const 1000)) (i64.const 1000000))) (i32.const 16)";

/// A millisecond.
const RESOLUTION: &str =
    "(i64.store (i32.const 16) (i64.const 0)) (i64.store (i32.const 24) (i64.const 1000000)) (i32.const 16)";

/// A list of bytes: where they are, and how many.
const RANDOM_BYTES: &str = "(local $bytes i32) \
    (local.set $bytes (call $random-bytes (i32.wrap_i64 (local.get $p0)))) \
    (i32.store (i32.const 16) (local.get $bytes)) (i32.store (i32.const 20) (i32.wrap_i64 (local.get $p0))) (i32.const 16)";
