//! A source file with everything that it points to in place: environment variables, files, paths beside it. What the values
//! must be is said where the console and the API ask, too (`rollcall_web::SourceInput`).

use std::env::VarError;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rollcall_web::{CheckedSource, ServerProxy, SourceInput, Timing};
use serde_json::Value;

use super::parse::{Placed, Word, WrittenProxy, WrittenSchedule, WrittenSource, WrittenValue};
use super::schedule::seconds;
use super::{Configured, FileComplaint, Places};
use crate::messages;
use rollcall_words::Sentence;

/// The most that is read from a file named in a source file, in bytes.
///
/// 1 MiB. Why: certificates of a whole company fit; a device file that never ends does not take the memory.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// What a source file's values may come from.
pub(crate) struct Surroundings<'a> {
    /// The folder of the file: relative paths in it begin there.
    pub(crate) folder: &'a Path,
    /// The environment, as [`std::env::var`] reads it.
    pub(crate) variable: &'a dyn Fn(&str) -> Result<String, VarError>,
}

impl WrittenSource {
    /// The source, with every value in place.
    ///
    /// # Errors
    ///
    /// Everything that is missing or wrong, in the order of the file.
    pub(crate) fn resolve(&self, surroundings: &Surroundings<'_>) -> Result<Configured, Vec<FileComplaint>> {
        let mut resolver = Resolver { surroundings, complaints: Vec::new() };
        let configured = resolver.file(self);
        resolver.complaints.sort_by_key(|complaint| complaint.place);
        match configured {
            Some(configured) if resolver.complaints.is_empty() => Ok(configured),
            Some(_) | None => Err(resolver.complaints),
        }
    }
}

/// Goes on after a complaint, so that an administrator sees them all at once. What returns none has complained.
struct Resolver<'s> {
    surroundings: &'s Surroundings<'s>,
    complaints: Vec<FileComplaint>,
}

impl Resolver<'_> {
    fn file(&mut self, written: &WrittenSource) -> Option<Configured> {
        let connector = self.text(&written.connector).map(|path| self.surroundings.folder.join(path));
        let settings = self.value(&written.settings);
        let input = SourceInput {
            name: self.text(&written.name),
            departed: self.given(written.departed.as_ref()),
            scim_names: self.given(written.scim.names.as_ref()),
            scim_user_names: self.given(written.scim.user_names.as_ref()),
            proxy: written.egress.proxy.as_ref().and_then(|proxy| self.proxy(proxy)),
            ca_pem: written.egress.ca.as_ref().and_then(|ca| self.certificates(ca)),
            allow: written.egress.allow.as_ref().and_then(|allow| self.texts(allow)),
            timing: written.schedule.as_ref().and_then(|schedule| self.timing(schedule)),
        };
        let mut complaints = Vec::new();
        let checked = input.check(&mut complaints);
        self.complaints.extend(complaints.iter().map(|complaint| located(complaint, &written.places)));
        let CheckedSource { name, departed, face, egress, schedule } = checked?;
        Some(Configured {
            name,
            connector: connector?,
            departed,
            egress,
            settings: settings?,
            places: written.places.clone(),
            schedule,
            face,
        })
    }

    fn given(&mut self, word: Option<&Placed<Word>>) -> Option<String> {
        word.and_then(|word| self.text(word))
    }

    /// All of them; none if one cannot be had.
    fn texts(&mut self, words: &[Placed<Word>]) -> Option<Vec<String>> {
        let texts: Vec<_> = words.iter().map(|word| self.text(word)).collect();
        texts.into_iter().collect()
    }

    fn timing(&mut self, WrittenSchedule { cron, time_zone, jitter }: &WrittenSchedule) -> Option<Timing> {
        let (cron, time_zone) = (self.text(cron), self.given(time_zone.as_ref()));
        let late = jitter.as_ref().and_then(|word| {
            let text = self.text(word)?;
            self.parsed(word, seconds(&text).ok_or_else(|| messages::bad_jitter(&word.key)))
        });
        Some(Timing { cron: cron?, time_zone, jitter_s: late.unwrap_or_default() })
    }

    fn proxy(&mut self, WrittenProxy { url, username, password }: &WrittenProxy) -> Option<ServerProxy> {
        let (url, user) = (self.text(url), self.given(username.as_ref()));
        let password = self.given(password.as_ref());
        Some(ServerProxy { url: url?, user, password })
    }

    /// The certificates themselves, or a path to them.
    fn certificates(&mut self, word: &Placed<Word>) -> Option<String> {
        let text = self.text(word)?;
        if text.contains("-----BEGIN") {
            return Some(text);
        }
        self.read(word, Path::new(&text))
    }

    fn value(&mut self, value: &WrittenValue) -> Option<Value> {
        match value {
            WrittenValue::Word(word) => self.text(word).map(Value::String),
            WrittenValue::Other(value) => Some(value.clone()),
            WrittenValue::Array(elements) => {
                let elements: Vec<_> = elements.iter().map(|element| self.value(element)).collect();
                elements.into_iter().collect::<Option<_>>().map(Value::Array)
            }
            WrittenValue::Table(members) => {
                let members: Vec<_> =
                    members.iter().map(|(name, value)| Some((name.clone(), self.value(value)?))).collect();
                members.into_iter().collect::<Option<_>>().map(Value::Object)
            }
        }
    }

    fn text(&mut self, word: &Placed<Word>) -> Option<String> {
        match &word.item {
            Word::Literal(text) => Some(text.clone()),
            Word::Env(name) => {
                let value = (self.surroundings.variable)(name).map_err(|error| match error {
                    VarError::NotPresent => messages::variable_missing(&word.key, name),
                    VarError::NotUnicode(_) => messages::variable_not_text(&word.key, name),
                });
                self.parsed(word, value)
            }
            // Editors end a file with a line break, which is no part of a secret.
            Word::File(path) => self.read(word, path).map(|text| without_line_break(&text).to_owned()),
        }
    }

    fn read(&mut self, word: &Placed<Word>, path: &Path) -> Option<String> {
        let path = self.surroundings.folder.join(path);
        let contents = match read_bounded(&path) {
            Ok(Some(contents)) => Ok(contents),
            Ok(None) => Err(messages::file_too_large(&word.key, path.display(), MAX_FILE_BYTES)),
            Err(reason) => Err(messages::file_unreadable(&word.key, path.display(), reason)),
        };
        self.parsed(word, contents)
    }

    fn parsed<T>(&mut self, word: &Placed<Word>, result: Result<T, Sentence>) -> Option<T> {
        match result {
            Ok(parsed) => Some(parsed),
            Err(sentence) => {
                self.complaints.push(FileComplaint { place: word.place, sentence });
                None
            }
        }
    }
}

/// A complaint about a value, with what that is called in the file and where it stands.
fn located(complaint: &rollcall_web::Complaint, places: &Places) -> FileComplaint {
    // The one name that a file has of its own.
    let pointer = complaint.pointer.replace("/egress/proxy/user", "/egress/proxy/username");
    let place = places.nearest(&pointer).unwrap_or_default();
    let said = |language| {
        let localized = complaint.diagnosis.localized(language);
        let between = if language == "en" { "; " } else { "；" };
        let remedy = localized.remedy.iter().map(|remedy| format!("{between}{remedy}")).collect::<String>();
        format!("{}{remedy}", localized.message)
    };
    let what = Sentence { english: said("en"), chinese: said("zh-CN") };
    FileComplaint { place, sentence: messages::about_value(key_of(&pointer), what) }
}

/// A pointer as a key of the file is written: `egress.allow[0]`.
fn key_of(pointer: &str) -> String {
    let names = pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
    names.fold(String::new(), |key, name| match name.parse::<usize>() {
        Ok(n) if !key.is_empty() => format!("{key}[{n}]"),
        Ok(_) | Err(_) if key.is_empty() => name,
        Ok(_) | Err(_) => format!("{key}.{name}"),
    })
}

/// The text of a file; none when it is too large.
fn read_bounded(path: &Path) -> io::Result<Option<String>> {
    let mut text = String::new();
    let n_bytes = File::open(path)?.take(MAX_FILE_BYTES.saturating_add(1)).read_to_string(&mut text)?;
    let fits = u64::try_from(n_bytes).is_ok_and(|n_bytes| n_bytes <= MAX_FILE_BYTES);
    Ok(fits.then_some(text))
}

fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests;
