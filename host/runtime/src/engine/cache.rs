//! Compiled code on disk, by the digest of its component and everything that shapes the code.
//!
//! What is in the folder runs outside the sandbox, so it is used only where nobody else can write, and only if it is
//! byte for byte what this program wrote. Anything else is compiled again. Not here: any limit on the folder's size; a
//! component has one file, twice as large as itself.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::EngineError;

/// The start of every file of ours; the number changes with the layout.
const MAGIC: &[u8; 16] = b"rollcall-code-1\n";

/// A folder of compiled components.
#[derive(Debug)]
pub(super) struct Cache {
    dir: PathBuf,
    compatibility: u64,
}

impl Cache {
    pub(super) fn open(dir: &Path, engine: &Engine) -> Result<Self, EngineError> {
        let failed = |cause| EngineError::Cache { path: dir.to_owned(), cause };
        make_private(dir).map_err(failed)?;
        if !is_private(dir).map_err(failed)? {
            return Err(EngineError::CacheNotPrivate { path: dir.to_owned() });
        }
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        rollcall_seal::EDITION.hash(&mut hasher);
        Ok(Self { dir: dir.to_owned(), compatibility: hasher.finish() })
    }

    /// The compiled form of the component that had this digest before it was sealed; none if it is not there.
    pub(super) fn kept(&self, engine: &Engine, digest: &blake3::Hash) -> Option<Component> {
        read(&self.path(digest)).and_then(|code| deserialize(engine, &code))
    }

    /// The compiled form of a sealed component, newly made and kept by the digest that it had before.
    pub(super) fn made(
        &self,
        engine: &Engine,
        sealed: &[u8],
        digest: &blake3::Hash,
    ) -> wasmtime::Result<Component> {
        let path = self.path(digest);
        let code = engine.precompile_component(sealed)?;
        if let Err(cause) = write(&self.dir, &path, &code) {
            // The next start compiles again; nothing else is lost.
            tracing::warn!(path = %path.display(), %cause, "compiled code could not be kept");
        }
        deserialize(engine, &code).ok_or_else(|| wasmtime::Error::msg("code compiled just now does not load"))
    }

    fn path(&self, digest: &blake3::Hash) -> PathBuf {
        self.dir.join(format!("{}-{:016x}.cwasm", digest.to_hex(), self.compatibility))
    }
}

/// The code in a file of ours; none if it is not there or not exactly what was written.
fn read(path: &Path) -> Option<Vec<u8>> {
    let file = fs::read(path).ok()?;
    let (digest, code) = file.strip_prefix(MAGIC)?.split_at_checked(blake3::OUT_LEN)?;
    if blake3::hash(code) == blake3::Hash::from_slice(digest).ok()? {
        return Some(code.to_owned());
    }
    tracing::warn!(path = %path.display(), "compiled code is damaged; compiling again");
    None
}

/// Written aside and moved into place, so that a reader never sees half a file.
fn write(dir: &Path, path: &Path, code: &[u8]) -> io::Result<()> {
    let aside = dir.join(format!(".{}-{}.tmp", std::process::id(), blake3::hash(code).to_hex()));
    let result = write_aside(&aside, code).and_then(|()| fs::rename(&aside, path));
    if result.is_err() {
        // Best effort: it may never have existed.
        let _absent = fs::remove_file(&aside);
    }
    result
}

fn write_aside(aside: &Path, code: &[u8]) -> io::Result<()> {
    let mut file = File::create(aside)?;
    file.write_all(MAGIC)?;
    file.write_all(blake3::hash(code).as_bytes())?;
    file.write_all(code)?;
    file.sync_all()
}

#[expect(unsafe_code, reason = "loading compiled code is what this file is for")]
fn deserialize(engine: &Engine, code: &[u8]) -> Option<Component> {
    // SAFETY: `code` was made by `precompile_component` of this program: either a moment ago, or it comes from a folder
    // where nobody else can write and has the digest that was written with it.
    unsafe { Component::deserialize(engine, code) }.ok()
}

#[cfg(unix)]
fn make_private(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn make_private(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

/// Whether nobody but whoever runs this program, and the system's administrator, can change what is in it.
#[cfg(unix)]
fn is_private(dir: &Path) -> io::Result<bool> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let found = fs::metadata(dir)?;
    if found.permissions().mode() & 0o022 != 0 {
        return Ok(false);
    }
    // The owner may change the permissions again: `sudo` often leaves HOME as it was.
    if found.uid() == 0 {
        return Ok(true);
    }
    match user(dir) {
        Ok(user) => Ok(user == found.uid()),
        // Somebody else's.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
        // Nobody writes there.
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => Ok(true),
        Err(error) => Err(error),
    }
}

/// Who runs this program: the owner of a file that it makes in a folder.
#[cfg(unix)]
fn user(dir: &Path) -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt;
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(io::Error::other)?;
    let path = dir.join(format!("user-{:016x}.tmp", u64::from_ne_bytes(name)));
    // A new one: what stands there already may lead elsewhere.
    let user = File::create_new(&path)?.metadata().map(|made| made.uid());
    fs::remove_file(&path)?;
    user
}

#[cfg(not(unix))]
fn is_private(_dir: &Path) -> io::Result<bool> {
    // Elsewhere a new folder inherits its owner's access list; there is no portable question to ask.
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    /// A user that is nobody here.
    #[cfg(unix)]
    const NOBODY: u32 = 65_534;

    /// The smallest component there is: only the header.
    const EMPTY: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

    fn engine() -> Engine {
        Engine::new(&super::super::config()).unwrap()
    }

    fn files(dir: &Path) -> Vec<PathBuf> {
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    fn compile(dir: &Path) -> PathBuf {
        let engine = engine();
        let cache = Cache::open(dir, &engine).unwrap();
        let digest = blake3::hash(&EMPTY);
        if cache.kept(&engine, &digest).is_none() {
            cache.made(&engine, &EMPTY, &digest).unwrap();
        }
        let [file] = <[PathBuf; 1]>::try_from(files(dir)).unwrap();
        file
    }

    fn modified(file: &Path) -> SystemTime {
        fs::metadata(file).unwrap().modified().unwrap()
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_that_others_can_write_is_refused_and_one_of_our_own_is_left_as_it_was() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        for (mode, is_right) in [(0o700, true), (0o755, true), (0o775, false), (0o757, false)] {
            fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(Cache::open(dir.path(), &engine()).is_ok(), is_right, "{mode:o}");
        }
        assert!(files(dir.path()).is_empty());
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_of_somebody_else_is_refused() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        let dir = tempfile::tempdir().unwrap();
        // Only an administrator can give a folder away; others own whatever they make.
        let is_administrator = chown(dir.path(), Some(NOBODY), None).is_ok();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let is_refused =
            matches!(Cache::open(dir.path(), &engine()), Err(EngineError::CacheNotPrivate { .. }));
        assert_eq!(is_refused, is_administrator);
        let owner = fs::metadata(dir.path()).unwrap().uid();
        assert_eq!(user(dir.path()).unwrap() == owner, !is_administrator);
    }

    #[test]
    fn a_second_start_uses_what_the_first_one_compiled() {
        let dir = tempfile::tempdir().unwrap();
        let file = compile(dir.path());
        let written = modified(&file);
        assert_eq!(compile(dir.path()), file);
        assert_eq!(modified(&file), written);
    }

    #[test]
    fn a_file_with_one_wrong_byte_is_compiled_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = compile(dir.path());
        let good = fs::read(&file).unwrap();
        for at in [0, MAGIC.len(), MAGIC.len() + blake3::OUT_LEN, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&file, &bad).unwrap();
            compile(dir.path());
            assert_eq!(fs::read(&file).unwrap(), good, "byte {at}");
        }
    }

    #[test]
    fn a_file_cut_short_is_compiled_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = compile(dir.path());
        let good = fs::read(&file).unwrap();
        fs::write(&file, &good[..20]).unwrap();
        compile(dir.path());
        assert_eq!(fs::read(&file).unwrap(), good);
    }
}
