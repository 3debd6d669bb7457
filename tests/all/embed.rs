//! The example that the README shows, run as a newcomer would.

use crate::companies;
use crate::harness::{built, serve, settings};
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_readmes_example_imports_a_company() {
    let server = serve(companies::branches(3));
    let folder = tempfile::tempdir().expect("a folder can be had");
    let origin = format!("https://{}", server.https_addr());
    let mut settings = settings();
    settings["oapi_base"] = origin.as_str().into();
    settings["api_base"] = origin.into();
    fs::write(folder.path().join("settings.json"), settings.to_string())
        .expect("the settings can be written");
    fs::write(folder.path().join("ca.pem"), server.ca_pem()).expect("the certificate can be written");

    let output = Command::new(built::example("embed"))
        .arg(built::component("dingtalk"))
        .args(["settings.json", "directory.db", "ca.pem", "private"])
        .current_dir(folder.path())
        .output()
        .expect("the example starts");

    let printed = String::from_utf8_lossy(&output.stdout);
    let shown = format!("{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{shown}");
    assert!(printed.contains("token: Passed"), "{shown}");
    assert!(printed.contains("run 1 succeeded: Counters { read: "), "{shown}");
}

#[test]
fn the_readme_shows_the_example_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("the file is there");
    let (readme, example) = (read("README.md"), read("host/sqlite/examples/embed.rs"));
    let code = example.find("use std::path::Path;").map(|at| example[at..].trim_end()).expect("it begins so");
    assert!(
        readme.contains(code),
        "copy host/sqlite/examples/embed.rs, from its first `use`, into README.md"
    );
}
