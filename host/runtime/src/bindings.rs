//! The contract as Rust, generated from `wit/`. Nothing outside the crate sees these types.
//!
//! Not here: their translation into the host's own words (`convert`). The world is the larger one; that a connector may
//! lack `events` is decided where its exports are looked up (`connector`).

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "live-connector",
    imports: {
        "rollcall:connector/tasks.wait": async | trappable,
        "rollcall:connector/storage": async | trappable,
        "rollcall:connector/directory": async | trappable,
        "rollcall:connector/directory.begin-apply": trappable,
        "rollcall:connector/directory.take-applied": trappable,
        "rollcall:connector/history.record-entries": async | trappable,
        default: trappable,
    },
    exports: { default: async },
});

/// The contract of this host.
pub const CONTRACT: &str = "rollcall:connector@0.1.0";
