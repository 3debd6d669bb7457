//! Running other programs: said aloud, refused with the command line when they fail. No shell is involved.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::say;

/// Run it before the reader's eyes: the command is printed and its output goes where ours goes.
///
/// # Errors
///
/// When the program cannot be started or does not end with 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    say::command(&shown);
    let status = command.status().with_context(|| format!("`{shown}` cannot be started"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Run it silently and return what it wrote to standard output.
///
/// # Errors
///
/// When the program cannot be started or does not end with 0; what it wrote to standard error is in the text.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("`{shown}` cannot be started"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` failed ({}): {}", output.status, said.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` wrote something that is not UTF-8"))
}

/// Run it and return what it wrote to standard output, and whether it ended with 0. What it writes to standard error goes
/// where ours goes.
///
/// # Errors
///
/// When the program cannot be started.
pub(crate) fn hear(command: &mut Command) -> Result<(String, bool)> {
    let shown = shown(command);
    say::command(&shown);
    let ran = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = ran.with_context(|| format!("`{shown}` cannot be started"))?;
    Ok((String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success()))
}

/// The first file of this name in `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Variables that are ours to set and nobody types.
const UNSEEN: [&str; 2] = ["CARGO_TARGET_DIR", "PATH"];

/// The command line as one would type it, the variables it sets first.
pub(crate) fn shown(command: &Command) -> String {
    let is_seen = |name: &OsStr| UNSEEN.iter().all(|unseen| name != *unseen);
    let variables = command.get_envs().filter(|(name, _)| is_seen(name)).filter_map(|(name, value)| {
        Some(format!("{}={}", name.display(), quoted(&value?.to_string_lossy())))
    });
    // The cargo that runs us is known by its whole path, which nobody types.
    let program = Path::new(command.get_program());
    let is_cargo = program.file_stem().is_some_and(|name| name == "cargo");
    let program = if is_cargo { "cargo".into() } else { program.to_string_lossy() };
    let arguments = command.get_args().map(|argument| quoted(&argument.to_string_lossy()));
    variables.chain([quoted(&program)]).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// The word as a shell wants it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+./:,@%~".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/somewhere/bin/cargo");
        command.args(["test", "-p", "it's", ""]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(shown(&command), r"RUSTDOCFLAGS='-D warnings' cargo test -p 'it'\''s' ''");
    }

    #[test]
    fn a_program_that_fails_is_an_error_that_names_the_command() {
        let said = run(&mut Command::new("false")).unwrap_err().to_string();
        assert!(said.starts_with("`false` failed"), "{said}");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_that_names_the_command() {
        let said = read(&mut Command::new("no-such-program-here")).unwrap_err().to_string();
        assert_eq!(said, "`no-such-program-here` cannot be started");
    }
}
