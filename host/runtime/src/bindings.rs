//! The contract as Rust, generated from `wit/`. Nothing outside the crate sees these types.
//!
//! Not here: their translation into the host's own words (`convert`).

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "connector",
    imports: {
        "rollcall:connector/tasks.wait": async | trappable,
        "rollcall:connector/storage": async | trappable,
        "rollcall:connector/directory.holdings": async | trappable,
        "rollcall:connector/directory.find": async | trappable,
        "rollcall:connector/directory.retire": async | trappable,
        "rollcall:connector/history.record-entries": async | trappable,
        default: trappable,
    },
    exports: { default: async },
});
