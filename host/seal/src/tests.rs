//! Components as toolchains make them by default, closed. What the closed functions do is tried where components run: in the
//! tests of the runtime.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

use super::{CannotSeal, asks_for, is_asynchronous, seal};

/// A part of WASI as it is written, with every kind of type that it has.
const WASI: &str = "
    package wasi:io@0.2.6 {
        interface error { resource error { to-debug-string: func() -> string; } }
        interface streams {
            use error.{error};
            variant stream-error { last-operation-failed(error), closed }
            resource input-stream { read: func(len: u64) -> result<list<u8>, stream-error>; }
            resource output-stream {
                check-write: func() -> result<u64, stream-error>;
                write: func(contents: list<u8>) -> result<_, stream-error>;
            }
        }
    }
    package wasi:cli@0.2.6 {
        interface environment { get-environment: func() -> list<tuple<string, string>>; initial-cwd: func() -> option<string>; }
        interface exit { exit: func(status: result); }
        interface stderr { use wasi:io/streams@0.2.6.{output-stream}; get-stderr: func() -> output-stream; }
    }
    package wasi:filesystem@0.2.6 {
        interface types {
            use wasi:io/streams@0.2.6.{input-stream};
            enum error-code { would-block, access, bad-descriptor }
            flags path-flags { symlink-follow }
            record datetime { seconds: u64, nanoseconds: u32 }
            record stat { size: u64, modified: option<datetime> }
            resource descriptor {
                stat-at: func(%flags: path-flags, path: string) -> result<stat, error-code>;
                read-via-stream: func(offset: u64) -> result<input-stream, error-code>;
                is-same-object: func(other: borrow<descriptor>) -> bool;
            }
        }
        interface preopens { use types.{descriptor}; get-directories: func() -> list<tuple<descriptor, string>>; }
    }
";

/// A component that imports these interfaces and exports nothing.
fn component(imports: &[&str]) -> Vec<u8> {
    let imports: String = imports.iter().map(|import| format!("import {import};\n")).collect();
    let text = format!("package a:b;\n{WASI}\nworld w {{ {imports} }}");
    let mut resolve = Resolve::default();
    let package = resolve.push_source("w.wit", &text).unwrap();
    let world = resolve.select_world(&[package], Some("w")).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

const EVERYTHING: [&str; 7] = [
    "wasi:io/error@0.2.6",
    "wasi:io/streams@0.2.6",
    "wasi:cli/environment@0.2.6",
    "wasi:cli/exit@0.2.6",
    "wasi:cli/stderr@0.2.6",
    "wasi:filesystem/types@0.2.6",
    "wasi:filesystem/preopens@0.2.6",
];

#[test]
fn a_closed_component_asks_for_the_contracts_host_and_nothing_else() {
    let open = component(&EVERYTHING);
    let sealed = seal(&open).unwrap();
    assert_eq!(sealed.closed.iter().map(String::as_str).collect::<Vec<_>>(), {
        let mut sorted = EVERYTHING;
        sorted.sort_unstable();
        sorted
    });
    assert_eq!(asks_for(&sealed.bytes).unwrap(), ["rollcall:connector/host@0.1.0"]);
}

#[test]
fn what_is_closed_is_left_as_it_is() {
    let sealed = seal(&component(&EVERYTHING)).unwrap();
    let again = seal(&sealed.bytes).unwrap();
    assert_eq!((again.bytes == sealed.bytes, again.closed.len()), (true, 0));
}

#[test]
fn what_is_no_component_is_refused() {
    for bytes in [&b""[..], b"#!/bin/sh", b"\0asm\x01\0\0\0", b"\0asm\x0d\0\x01\0\xff"] {
        assert!(matches!(seal(bytes), Err(CannotSeal::NotAComponent(_))), "{bytes:?}");
        assert!(matches!(asks_for(bytes), Err(CannotSeal::NotAComponent(_))), "{bytes:?}");
        assert!(!is_asynchronous(bytes));
    }
}

#[test]
fn a_component_cut_short_is_refused() {
    let whole = component(&EVERYTHING);
    for length in [9, whole.len() / 2, whole.len() - 1] {
        assert!(seal(whole.get(..length).unwrap()).is_err(), "{length}");
    }
}
