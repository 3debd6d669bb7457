//! A contract in small: what is read from it, and each rule broken once.

use super::*;

fn read(text: &str) -> Contract {
    parse(&[("wit/all.wit".to_owned(), text.to_owned())]).unwrap()
}

#[track_caller]
fn check(body: &str, expected: &[&str]) {
    let found = read(&format!("package a:b@0.1.0;\n{body}"));
    let found: Vec<String> = found
        .findings()
        .iter()
        .map(|finding| {
            format!("{} {}: {}", finding.place, finding.rule, finding.mend.split(':').next().unwrap())
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn every_item_is_read_with_its_shape() {
    let contract = read(
        "package a:b@0.1.0;
        /// D.
        @since(version = 0.1.0)
        interface types {
            /// D.
            @since(version = 0.1.0)
            record key {
                /// D.
                id: string,
                /// D.
                parents: list<tuple<u8, option<string>>>,
            }
            /// D.
            @since(version = 0.1.0)
            variant failure {
                /// D.
                gone,
                /// D.
                other(key),
            }
        }
        /// D.
        @since(version = 0.1.0)
        interface calls {
            use types.{key, failure};
            /// D.
            @since(version = 0.1.0)
            find: func(keys: list<key>) -> result<u32, failure>;
        }
        /// D.
        @since(version = 0.1.0)
        world connector {
            @since(version = 0.1.0)
            import types;
            @since(version = 0.1.0)
            export calls;
        }",
    );
    let items: Vec<String> =
        contract.items().iter().map(|(path, item)| format!("{path}: {}", item.shape)).collect();
    assert_eq!(
        items,
        [
            "calls: interface",
            "calls/find: func(keys: list<key>) -> result<u32, failure>",
            "types: interface",
            "types/failure: variant<gone, other(key)>",
            "types/key: record<id: string, parents: list<tuple<u8, option<string>>>>",
            "world connector: world that exports calls",
            "world connector, import types: interface",
        ]
    );
    assert_eq!(contract.findings(), []);
}

#[test]
fn an_item_without_since_is_found() {
    check(
        "/// D.\n@since(version = 0.1.0)\ninterface i {\n  /// D.\n  f: func();\n}",
        &["wit/all.wit:6:3 every item says since which version it is there: `i/f`"],
    );
}

#[test]
fn a_field_without_a_doc_comment_is_found() {
    check(
        "/// D.\n@since(version = 0.1.0)\ninterface i {\n  /// D.\n  @since(version = 0.1.0)\n  record r { a: u8 }\n}",
        &["wit/all.wit:7:14 every item is explained: `i/r.a`"],
    );
}

#[test]
fn a_case_without_a_doc_comment_is_found() {
    check(
        "/// D.\n@since(version = 0.1.0)\ninterface i {\n  /// D.\n  @since(version = 0.1.0)\n  variant v { a }\n}",
        &["wit/all.wit:7:15 every item is explained: `i/v.a`"],
    );
}

#[test]
fn an_import_without_since_is_found() {
    check(
        "/// D.\n@since(version = 0.1.0)\ninterface i {}\n/// D.\n@since(version = 0.1.0)\nworld w {\n  import i;\n}",
        &["wit/all.wit:7:7 every item says since which version it is there: `world w, import i`"],
    );
}

#[test]
fn a_resource_is_found() {
    check(
        "/// D.\n@since(version = 0.1.0)\ninterface i {\n  /// D.\n  @since(version = 0.1.0)\n  resource r;\n}",
        &["wit/all.wit:7:12 the contract is plain data and synchronous functions: `i/r`"],
    );
}

#[test]
fn an_async_function_is_found() {
    check(
        "/// D.\n@since(version = 0.1.0)\ninterface i {\n  /// D.\n  @since(version = 0.1.0)\n  f: async func();\n}",
        &["wit/all.wit:7:3 the contract is plain data and synchronous functions: `i/f`"],
    );
}

#[test]
fn a_stream_deep_in_a_parameter_is_found() {
    check(
        "/// D.\n@since(version = 0.1.0)\ninterface i {\n  /// D.\n  @since(version = 0.1.0)\n  f: func(a: option<list<stream<u8>>>);\n}",
        &["wit/all.wit:7:3 the contract is plain data and synchronous functions: `i/f`"],
    );
}

#[test]
fn a_contract_that_uses_another_package_does_not_parse() {
    let text = "package a:b@0.1.0;\ninterface i { use wasi:io/streams@0.2.0.{input-stream}; }";
    let said = parse(&[("wit/all.wit".to_owned(), text.to_owned())]).unwrap_err().to_string();
    assert!(said.contains("wasi:io"), "{said}");
}

#[test]
fn a_contract_without_a_release_version_is_refused() {
    let said = parse(&[("wit/all.wit".to_owned(), "package a:b@0.1.0-rc.1;".to_owned())]);
    assert_eq!(said.unwrap_err().to_string(), "package a:b@0.1.0-rc.1 must have a release version");
}
