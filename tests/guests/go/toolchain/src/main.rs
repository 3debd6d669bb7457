//! Makes Go packages of a contract in WIT, and a component of the module that Go compiles: what `wit-bindgen go`,
//! `wasm-tools component embed` and `wasm-tools component new --adapt` do, by the same libraries.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::{Resolve, WorldId};
use wit_bindgen_go::Opts;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

const USAGE: &str = "\
usage: toolchain bindings WIT WORLD PACKAGE FOLDER   Go packages of this world below a folder, which is package PACKAGE
       toolchain component WIT WORLD MODULE FILE     a component of a module that was built with these";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["bindings", wit, world, package, folder] => bindings(wit, world, package, Path::new(folder)),
        ["component", wit, world, module, file] => component(wit, world, Path::new(module), Path::new(file)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("toolchain: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn world(wit: &str, world: &str) -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit)?;
    let id = resolve.select_world(&[package], Some(world))?;
    Ok((resolve, id))
}

fn bindings(wit: &str, name: &str, package: &str, folder: &Path) -> Result<()> {
    let (mut resolve, world) = world(wit, name)?;
    let mut files = Files::default();
    let options = Opts { pkg_name: Some(package.to_owned()), ..Opts::default() };
    options.build().generate(&mut resolve, world, &mut files)?;
    for (name, content) in files.iter() {
        let file = folder.join(name);
        let Some(within) = file.parent() else { bail!("{} is in no folder", file.display()) };
        fs::create_dir_all(within).with_context(|| format!("cannot make {}", within.display()))?;
        fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn component(wit: &str, name: &str, module: &Path, file: &Path) -> Result<()> {
    let (resolve, world) = world(wit, name)?;
    let mut module = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)?;
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).debug_names(true).module(&module)?;
    encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)?;
    let component = encoder.encode().context("no component can be made of it")?;
    fs::write(file, component).with_context(|| format!("cannot write {}", file.display()))
}
