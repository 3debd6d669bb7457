//! What is sealed, and which key file is taken.

use std::sync::Arc;

use rollcall_admin::NewWebhook;
use rollcall_host::model::Timestamp;
use rollcall_sqlite::SqliteAdmin;

use super::*;

fn key() -> SealingKey {
    SealingKey::fresh().unwrap()
}

#[test]
fn what_was_sealed_is_opened_for_the_same_place_alone() {
    let key = key();
    let sealed = key.seal("source/head-office/secrets", b"canary").unwrap();
    assert_eq!(key.open("source/head-office/secrets", &sealed).unwrap().as_slice(), b"canary");
    assert!(matches!(key.open("source/branch/secrets", &sealed), Err(SealingError::Broken { .. })));
    assert!(!sealed.windows(6).any(|window| window == b"canary"));
}

#[test]
fn whatever_was_changed_is_not_opened() {
    let key = key();
    let sealed = key.seal("a", b"canary").unwrap();
    for place in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        assert!(key.open("a", &changed).is_err(), "{place}");
    }
    for length in 0..sealed.len() {
        assert!(key.open("a", &sealed[..length]).is_err(), "{length}");
    }
}

#[test]
fn the_same_secret_is_sealed_differently_each_time() {
    let key = key();
    assert_ne!(key.seal("a", b"canary").unwrap(), key.seal("a", b"canary").unwrap());
}

#[test]
fn a_key_does_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", key()), "Key(…)");
}

struct Place {
    folder: tempfile::TempDir,
    database: Database,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Arc::new(SqliteAdmin::open(&folder.path().join("console.db")).unwrap());
        Self { folder, database }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("console.key")
    }

    async fn load(&self) -> Result<SealingKey, SealingError> {
        SealingKey::load(self.path(), &self.database).await
    }

    /// Keep a sealed secret in the database.
    async fn keep(&self, key: &SealingKey) {
        let sealed = key.seal("webhook/1/secret", b"canary").unwrap();
        let webhook =
            NewWebhook { url: "https://a".to_owned(), proxy: None, secret: sealed, occasions: Vec::new() };
        assert!(self.database.add_webhook(&webhook, Timestamp::from_unix_ms(0), 1).await.unwrap());
    }
}

#[tokio::test]
async fn a_new_console_makes_a_key_that_it_finds_again() {
    let place = Place::new().await;
    let made = place.load().await.unwrap();
    let sealed = made.seal("a", b"canary").unwrap();
    place.keep(&made).await;
    assert_eq!(place.load().await.unwrap().open("a", &sealed).unwrap().as_slice(), b"canary");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_a_new_key_and_one_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new().await;
    place.load().await.unwrap();
    assert_eq!(std::fs::metadata(place.path()).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = place.load().await.unwrap_err().to_string();
    assert!(error.contains("(mode 640)") && error.contains("chmod 600"), "{error}");
}

#[tokio::test]
async fn a_key_that_is_missing_is_made_anew_only_while_nothing_is_sealed() {
    let place = Place::new().await;
    place.load().await.unwrap();
    std::fs::remove_file(place.path()).unwrap();
    let second = place.load().await.unwrap();
    place.keep(&second).await;
    std::fs::remove_file(place.path()).unwrap();
    assert!(matches!(place.load().await, Err(SealingError::Missing { .. })));
    assert!(!place.path().exists());
}

#[tokio::test]
async fn another_key_is_refused_while_something_is_sealed() {
    let place = Place::new().await;
    let first = place.load().await.unwrap();
    place.keep(&first).await;
    std::fs::remove_file(place.path()).unwrap();
    create(&place.path()).unwrap();
    assert!(matches!(place.load().await, Err(SealingError::Another { .. })));
}

#[tokio::test]
async fn a_file_without_a_key_is_refused_and_left_as_it_is() {
    for text in ["", "# only a comment\n", "c2hvcnQ=\n", "not base64 at all!\n"] {
        let place = Place::new().await;
        write(&place.path(), "").unwrap();
        std::fs::write(place.path(), text).unwrap();
        assert!(matches!(place.load().await, Err(SealingError::Malformed { .. })), "{text:?}");
        assert_eq!(std::fs::read_to_string(place.path()).unwrap(), text);
    }
}
