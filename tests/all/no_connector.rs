//! What is no connector is refused when it is loaded, with a word that says why.

use crate::harness::built;
use crate::harness::real::{self, Platform};
use expect_test::{Expect, expect};
use std::fs;

#[test]
fn a_text() {
    check(b"#!/bin/sh\necho hello\n", expect!["connector is a file that is not webassembly"]);
}

#[test]
fn an_empty_file() {
    check(b"", expect!["connector is an empty file"]);
}

#[test]
fn a_module() {
    check(b"\0asm\x01\0\0\0", expect!["connector is a core webassembly module and not a component"]);
}

#[test]
fn half_a_connector() {
    let whole = fs::read(built::component("hostile")).expect("it can be read");
    check(
        &whole[..whole.len() / 2],
        expect!["connector is a component that is damaged or newer than this host"],
    );
}

#[test]
fn a_component_that_asks_for_what_nobody_knows() {
    check(
        &importing("acme:files/store@1.0.0"),
        expect![[
            r#"connector imports "acme:files/store@1.0.0", which is not granted: it is neither the contract's nor WASI's"#
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
fn a_component_that_does_something_else() {
    check(
        &component("wasi:io/error@0.2.6", "wasi:cli/run@0.2.6"),
        expect![[
            r#"component is no connector: it does not export "rollcall:connector/identity-source@0.1.0""#
        ]],
    );
}

#[test]
fn a_connector_of_another_version_of_the_contract() {
    check(
        &component("rollcall:connector/http-client@0.9.0", "rollcall:connector/identity-source@0.9.0"),
        expect![
            "connector keeps contract rollcall:connector@0.9.0, and this host speaks rollcall:connector@0.1.0"
        ],
    );
}

#[test]
fn a_connector_without_the_contract_s_functions() {
    check(
        &importing("wasi:io/error@0.2.6"),
        expect![
            "connector does not fit contract rollcall:connector@0.1.0: instance export `rollcall:connector/identity-source@0.1.0` does not have export `describe`"
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

/// A component that calls itself a connector and does nothing but import an instance of this name.
fn importing(name: &str) -> Vec<u8> {
    component(name, "rollcall:connector/identity-source@0.1.0")
}

/// A component that exports what it imports, which is an instance without anything in it.
fn component(import: &str, export: &str) -> Vec<u8> {
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("the name is short");
    let component = [0x00, b'a', b's', b'm', 0x0d, 0x00, 0x01, 0x00];
    // One type: an instance that exports nothing.
    let types = [0x01, 0x42, 0x00];
    // One import: its name, and that it is an instance of type 0.
    let import = [&[0x01, 0x00, length(import.as_bytes())], import.as_bytes(), &[0x05, 0x00]].concat();
    // One export: its name, and that it is instance 0, of no other type.
    let export = [&[0x01, 0x00, length(export.as_bytes())], export.as_bytes(), &[0x05, 0x00, 0x00]].concat();
    let sections = [(0x07, &types[..]), (0x0a, &import), (0x0b, &export)];
    let section = |(id, content): &(u8, &[u8])| [&[*id, length(content)], *content].concat();
    [component.to_vec(), sections.iter().flat_map(section).collect()].concat()
}
