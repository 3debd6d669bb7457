//! What is no connector is refused when it is loaded, with a word that says why.

use crate::harness::built;
use crate::harness::real::{self, Platform};
use expect_test::{Expect, expect};
use std::fs;

#[test]
fn a_text() {
    check(
        b"#!/bin/sh\necho hello\n",
        expect![[r#"
        connector is not a valid webassembly component: failed to parse WebAssembly module: magic header not detected: bad magic number - expected=[
            0x0,
            0x61,
            0x73,
            0x6d,
        ] actual=[
            0x23,
            0x21,
            0x2f,
            0x62,
        ] (at offset 0x0)"#]],
    );
}

#[test]
fn an_empty_file() {
    check(
        b"",
        expect![
            "connector is not a valid webassembly component: failed to parse WebAssembly module: unexpected end-of-file (at offset 0x0)"
        ],
    );
}

#[test]
fn a_module() {
    check(
        b"\0asm\x01\0\0\0",
        expect![
            "connector is not a valid webassembly component: failed to parse WebAssembly module: attempted to parse a wasm module with a component parser"
        ],
    );
}

#[test]
fn half_a_connector() {
    let whole = fs::read(built::component("hostile")).expect("it can be read");
    let error = refused(&whole[..whole.len() / 2]);
    assert!(error.starts_with("connector is not a valid webassembly component: "), "{error}");
}

#[test]
fn a_component_that_would_open_sockets() {
    check(
        &importing("wasi:sockets/tcp@0.2.6"),
        expect![[
            r#"connector imports "wasi:sockets/tcp@0.2.6", which is not granted: it could open connections past the proxy"#
        ]],
    );
}

#[test]
fn a_component_that_would_read_files() {
    check(
        &importing("wasi:filesystem/types@0.2.6"),
        expect![[
            r#"connector imports "wasi:filesystem/types@0.2.6", which is not granted: it could read and write files"#
        ]],
    );
}

#[test]
fn a_component_that_would_send_requests_around_the_proxy() {
    check(
        &importing("wasi:http/outgoing-handler@0.2.6"),
        expect![[
            r#"connector imports "wasi:http/outgoing-handler@0.2.6", which is not granted: it could send requests past the proxy"#
        ]],
    );
}

#[test]
fn a_component_that_wants_a_capability_of_another_host() {
    check(
        &importing("rollcall:connector/shell@0.9.0"),
        expect![[
            r#"connector imports "rollcall:connector/shell@0.9.0", which is not granted: this host has no such capability; a newer one may have it"#
        ]],
    );
}

#[test]
fn a_component_without_the_contract_s_functions() {
    check(
        &importing("wasi:io/error@0.2.6"),
        expect![
            "connector does not fit contract rollcall:connector@0.1.0: no exported instance named `rollcall:connector/identity-source@0.1.0`"
        ],
    );
}

#[track_caller]
fn check(bytes: &[u8], expected: Expect) {
    expected.assert_eq(&refused(bytes));
}

#[track_caller]
fn refused(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("connector.wasm");
    fs::write(&path, bytes).expect("the folder can be written");
    let platform = Platform::new(real::engine());
    platform.wait(real::engine().load(&path)).expect_err("it is refused").to_string()
}

/// A component that does nothing but import an instance of this name.
fn importing(name: &str) -> Vec<u8> {
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("the name is short");
    let component = [0x00, b'a', b's', b'm', 0x0d, 0x00, 0x01, 0x00];
    // One type: an instance that exports nothing.
    let types = [0x01, 0x42, 0x00];
    // One import: its name, and that it is an instance of type 0.
    let import = [&[0x01, 0x00, length(name.as_bytes())], name.as_bytes(), &[0x05, 0x00]].concat();
    [&component[..], &[0x07, length(&types)], &types, &[0x0a, length(&import)], &import].concat()
}
