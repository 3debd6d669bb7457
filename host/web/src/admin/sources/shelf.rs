//! The connectors that a source can be made of: component files in one folder, each inspected before it is offered.
//!
//! A connector is known by the digest of its file, whatever the file is called. Not here: what a connector is given when it
//! runs; the host decides that.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rollcall_host::connector::Connector;
use rollcall_host::engine::Engine;
use rollcall_host::error::LoadError;
use rollcall_host::limits::MAX_COMPONENT_BYTES;
use rollcall_host::model::Diagnosis;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

/// Files of the folder that are looked at, in order of name.
///
/// 100. Why: a person chooses among them, and each that is new is compiled.
const MAX_FILES: usize = 100;

/// The folder of connectors.
#[derive(Debug)]
pub(crate) struct Shelf {
    engine: Engine,
    folder: PathBuf,
    /// What was found in each file as it was then.
    known: Mutex<BTreeMap<PathBuf, (Stamp, Inspected)>>,
}

/// What came of looking at a file.
pub(crate) type Inspected = Result<Connector, Diagnosis>;

/// A file of the folder.
#[derive(Clone, Debug)]
pub(crate) struct OnShelf {
    /// Its name in the folder.
    pub(crate) file: String,
    pub(crate) inspected: Inspected,
}

/// By which it is seen that a file is another one now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    n_bytes: u64,
    modified_at: Option<SystemTime>,
}

/// Why a connector was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTaken {
    /// It is not one, or not one that can be used.
    #[error(transparent)]
    Unusable(#[from] LoadError),
    /// The folder cannot be written.
    #[error("folder of connectors {folder:?} cannot be written: {cause}")]
    Folder { folder: PathBuf, cause: io::Error },
}

impl Shelf {
    pub(crate) fn new(engine: Engine, folder: PathBuf) -> Self {
        Self { engine, folder, known: Mutex::default() }
    }

    /// Where they are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every file that calls itself a component, in order of name. A folder that is not there is empty.
    pub(crate) async fn all(&self) -> Vec<OnShelf> {
        // One look at a time: two at once would compile a new file twice.
        let mut known = self.known.lock().await;
        let files = self.files().await;
        known.retain(|path, (stamp, _)| files.iter().any(|file| file == &(path.clone(), *stamp)));
        for (path, stamp) in files {
            if let Entry::Vacant(place) = known.entry(path) {
                let inspected = self.engine.load(place.key()).await.map_err(|error| error.diagnosis());
                place.insert((stamp, inspected));
            }
        }
        let on_shelf = |(path, (_, inspected)): (&PathBuf, &(Stamp, Inspected))| {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            OnShelf { file, inspected: inspected.clone() }
        };
        known.iter().map(on_shelf).collect()
    }

    /// The connectors that can be used, each once.
    pub(crate) async fn connectors(&self) -> Vec<Connector> {
        let mut connectors: Vec<Connector> =
            self.all().await.into_iter().filter_map(|file| file.inspected.ok()).collect();
        let key = |connector: &Connector| {
            let identity = connector.identity();
            (identity.id.clone(), identity.version.clone(), identity.digest.clone())
        };
        connectors.sort_by_key(key);
        connectors.dedup_by_key(|connector| connector.identity().digest.clone());
        connectors
    }

    /// The connector with this digest.
    pub(crate) async fn find(&self, digest: &str) -> Option<Connector> {
        self.connectors().await.into_iter().find(|connector| connector.identity().digest == digest)
    }

    /// Take a connector in: inspected first, and kept only if it can be used.
    ///
    /// # Errors
    ///
    /// [`NotTaken`]; then there is nothing more on the shelf than before.
    pub(crate) async fn take_in(&self, component: Vec<u8>) -> Result<Connector, NotTaken> {
        let found_bytes = u64::try_from(component.len()).unwrap_or(u64::MAX);
        if MAX_COMPONENT_BYTES < found_bytes {
            return Err(LoadError::TooLarge { found_bytes, limit_bytes: MAX_COMPONENT_BYTES }.into());
        }
        let unwritten = self.in_folder(move |folder| write_unnamed(folder, &component)).await?;
        let loaded = self.engine.load(&unwritten).await;
        let settled = self
            .in_folder({
                let digest = loaded.as_ref().ok().map(|connector| connector.identity().digest.clone());
                move |folder| match digest {
                    Some(digest) => std::fs::rename(&unwritten, folder.join(file_name(&digest))),
                    None => std::fs::remove_file(&unwritten),
                }
            })
            .await;
        let connector = loaded?;
        settled.map(|()| connector)
    }

    async fn files(&self) -> Vec<(PathBuf, Stamp)> {
        let folder = self.folder.clone();
        let listed = spawn_blocking(move || list(&folder)).await.map_err(io::Error::other);
        match listed.and_then(|listed| listed) {
            Ok(files) => files,
            Err(error) => {
                tracing::warn!(folder = %self.folder.display(), %error, "the folder of connectors cannot be read");
                Vec::new()
            }
        }
    }

    async fn in_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, NotTaken> {
        let folder = self.folder.clone();
        let worked = spawn_blocking(move || work(&folder)).await.map_err(io::Error::other);
        let refused = |cause| NotTaken::Folder { folder: self.folder.clone(), cause };
        worked.and_then(|worked| worked).map_err(refused)
    }
}

/// The file of a digest: "blake3:" is no part of a good file name.
fn file_name(digest: &str) -> String {
    format!("{}.wasm", digest.rsplit(':').next().unwrap_or(digest))
}

/// Write a file that no look at the shelf sees.
fn write_unnamed(folder: &Path, component: &[u8]) -> io::Result<PathBuf> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let path = folder.join(format!(".{:016x}.part", u64::from_be_bytes(random)));
    std::fs::write(&path, component)?;
    Ok(path)
}

fn list(folder: &Path) -> io::Result<Vec<(PathBuf, Stamp)>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let is_component = path.extension().is_some_and(|extension| extension == "wasm");
        // Through a link, as it will be read; one that leads nowhere is no connector.
        if let Some(metadata) = std::fs::metadata(&path).ok().filter(|found| is_component && found.is_file())
        {
            let stamp = Stamp { n_bytes: metadata.len(), modified_at: metadata.modified().ok() };
            files.push((path, stamp));
        }
    }
    files.sort_by(|(left, _), (right, _)| left.cmp(right));
    files.truncate(MAX_FILES);
    Ok(files)
}

#[cfg(test)]
mod tests {
    use rollcall_host::engine::EngineOptions;

    use super::*;

    fn shelf(folder: &Path) -> Shelf {
        Shelf::new(Engine::new(EngineOptions::default()).unwrap(), folder.join("connectors"))
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_has_no_connectors() {
        let folder = tempfile::tempdir().unwrap();
        assert!(shelf(folder.path()).all().await.is_empty());
    }

    #[tokio::test]
    async fn a_file_that_is_no_component_is_shown_with_its_reason_and_never_offered() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(folder.path());
        std::fs::create_dir(shelf.folder()).unwrap();
        std::fs::write(shelf.folder().join("broken.wasm"), b"no component").unwrap();
        std::fs::write(shelf.folder().join("README.md"), b"not looked at").unwrap();
        let found = shelf.all().await;
        let told: Vec<_> = found
            .iter()
            .map(|file| (file.file.as_str(), file.inspected.as_ref().unwrap_err().code.as_str()))
            .collect();
        assert_eq!(told, [("broken.wasm", "connector-invalid")]);
        assert!(shelf.connectors().await.is_empty());
    }

    #[tokio::test]
    async fn what_is_no_connector_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(folder.path());
        let refused = shelf.take_in(b"no component".to_vec()).await;
        assert!(matches!(refused, Err(NotTaken::Unusable(LoadError::Invalid { .. }))), "{refused:?}");
        assert_eq!(std::fs::read_dir(shelf.folder()).unwrap().count(), 0);
    }

    #[test]
    fn a_connector_is_kept_under_its_digest() {
        assert_eq!(file_name("blake3:00ff"), "00ff.wasm");
    }
}
