//! The text of a source file, checked as far as the text alone can tell.

use std::path::PathBuf;

use serde_json::{Number, Value};
use toml::Spanned;
use toml::de::{DeArray, DeFloat, DeInteger, DeTable, DeValue};

use super::{FileComplaint, Places, TextPosition};
use crate::messages;
use rollcall_words::Sentence;

/// A source file as written: secrets are still where it says they are. Not `Debug`: some may be in it all the same.
pub(crate) struct WrittenSource {
    pub(super) name: Placed<Word>,
    pub(super) connector: Placed<Word>,
    pub(super) departed: Option<Placed<Word>>,
    pub(super) egress: WrittenEgress,
    pub(super) settings: WrittenValue,
    pub(super) schedule: Option<WrittenSchedule>,
    pub(super) scim: WrittenFace,
    pub(super) places: Places,
}

/// How people are to be told over SCIM.
#[derive(Default)]
pub(super) struct WrittenFace {
    pub(super) names: Option<Placed<Word>>,
    pub(super) user_names: Option<Placed<Word>>,
}

/// When full runs are to be due.
pub(super) struct WrittenSchedule {
    pub(super) cron: Placed<Word>,
    pub(super) time_zone: Option<Placed<Word>>,
    pub(super) jitter: Option<Placed<Word>>,
}

/// How requests are to leave.
#[derive(Default)]
pub(super) struct WrittenEgress {
    pub(super) proxy: Option<WrittenProxy>,
    pub(super) ca: Option<Placed<Word>>,
    pub(super) allow: Option<Vec<Placed<Word>>>,
}

/// Something in the file, what it is called there, and where it stands.
pub(super) struct Placed<T> {
    pub(super) key: String,
    pub(super) place: TextPosition,
    pub(super) item: T,
}

/// A text, or where to find it.
pub(super) enum Word {
    Literal(String),
    Env(String),
    File(PathBuf),
}

/// A proxy; its URL may have the name and the password in it.
pub(super) struct WrittenProxy {
    pub(super) url: Placed<Word>,
    pub(super) username: Option<Placed<Word>>,
    pub(super) password: Option<Placed<Word>>,
}

/// A setting of the connector.
pub(super) enum WrittenValue {
    Word(Placed<Word>),
    Other(Value),
    Array(Vec<WrittenValue>),
    Table(Vec<(String, WrittenValue)>),
}

/// Read the text of a source file.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of the file.
pub(crate) fn parse(text: &str) -> Result<WrittenSource, Vec<FileComplaint>> {
    let mut reader = SourceFileReader { text, complaints: Vec::new() };
    let table = DeTable::parse(text).map_err(|error| vec![reader.not_toml(&error)])?;
    let written = reader.file(&table);
    reader.complaints.sort_by_key(|complaint| complaint.place);
    match written {
        Some(written) if reader.complaints.is_empty() => Ok(written),
        Some(_) | None => Err(reader.complaints),
    }
}

/// Reads on after a complaint, so that an administrator sees them all at once. What returns none has complained.
struct SourceFileReader<'t> {
    text: &'t str,
    complaints: Vec<FileComplaint>,
}

/// A table of the file and what it is called in complaints.
struct Table<'a> {
    name: &'static str,
    entries: &'a DeTable<'a>,
    place: TextPosition,
}

impl<'a> Table<'a> {
    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entries.iter().find(|(known, _)| known.get_ref() == key).map(|(_, value)| value)
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn title(&self) -> Sentence {
        if self.name.is_empty() { messages::top_of_file() } else { messages::table_of_file(self.name) }
    }
}

impl SourceFileReader<'_> {
    fn file(&mut self, root: &Spanned<DeTable<'_>>) -> Option<WrittenSource> {
        let start = TextPosition::of(self.text, &(0..0));
        let places = Places::of(self.text, root);
        let root = Table { name: "", entries: root.get_ref(), place: start };
        self.only(&root, &["name", "connector", "departed", "egress", "schedule", "scim", "settings"]);
        let name = self.needed_word(&root, "name");
        let connector = self.needed_word(&root, "connector");
        let departed = self.word_in(&root, "departed");
        let egress = self.table_in(&root, "egress");
        let schedule = self.table_in(&root, "schedule").and_then(|schedule| self.schedule(&schedule));
        let scim = self.table_in(&root, "scim").map(|scim| self.face(&scim)).unwrap_or_default();
        let settings = self.table_in(&root, "settings");
        let egress = egress.map(|egress| self.egress(&egress)).unwrap_or_default();
        let settings = settings.map_or_else(Vec::new, |settings| self.members("settings", settings.entries));
        Some(WrittenSource {
            name: name?,
            connector: connector?,
            departed,
            egress,
            settings: WrittenValue::Table(settings),
            schedule,
            scim,
            places,
        })
    }

    fn egress(&mut self, egress: &Table<'_>) -> WrittenEgress {
        self.only(egress, &["proxy", "ca", "allow"]);
        let proxy = egress.get("proxy").and_then(|proxy| self.proxy(proxy));
        let ca = self.word_in(egress, "ca");
        let allow = egress.get("allow").and_then(|allow| self.origins(allow));
        WrittenEgress { proxy, ca, allow }
    }

    fn schedule(&mut self, schedule: &Table<'_>) -> Option<WrittenSchedule> {
        self.only(schedule, &["cron", "time_zone", "jitter"]);
        let cron = self.needed_word(schedule, "cron");
        let time_zone = self.word_in(schedule, "time_zone");
        let jitter = self.word_in(schedule, "jitter");
        Some(WrittenSchedule { cron: cron?, time_zone, jitter })
    }

    fn face(&mut self, scim: &Table<'_>) -> WrittenFace {
        self.only(scim, &["names", "user_names"]);
        WrittenFace { names: self.word_in(scim, "names"), user_names: self.word_in(scim, "user_names") }
    }

    fn proxy(&mut self, proxy: &Spanned<DeValue<'_>>) -> Option<WrittenProxy> {
        let place = self.place(proxy);
        if let Some(item) = word_of(proxy.get_ref()) {
            let url = Placed { key: "egress.proxy".to_owned(), place, item };
            return Some(WrittenProxy { url, username: None, password: None });
        }
        let DeValue::Table(entries) = proxy.get_ref() else {
            return self.wrong_type("egress.proxy", place, messages::a_proxy(), proxy.get_ref());
        };
        self.proxy_table(&Table { name: "egress.proxy", entries, place })
    }

    fn proxy_table(&mut self, proxy: &Table<'_>) -> Option<WrittenProxy> {
        self.only(proxy, &["url", "username", "password"]);
        let url = self.needed_word(proxy, "url");
        let username = self.word_in(proxy, "username");
        let password = self.word_in(proxy, "password");
        Some(WrittenProxy { url: url?, username, password })
    }

    fn origins(&mut self, allow: &Spanned<DeValue<'_>>) -> Option<Vec<Placed<Word>>> {
        let place = self.place(allow);
        let DeValue::Array(origins) = allow.get_ref() else {
            return self.wrong_type("egress.allow", place, messages::an_array_of_origins(), allow.get_ref());
        };
        let numbered = origins.iter().enumerate();
        Some(numbered.filter_map(|(n, origin)| self.word(format!("egress.allow[{n}]"), origin)).collect())
    }

    fn members(&mut self, path: &str, entries: &DeTable<'_>) -> Vec<(String, WrittenValue)> {
        let mut members = Vec::new();
        for (key, value) in entries {
            let name = key.get_ref().clone().into_owned();
            let value = self.value(format!("{path}.{name}"), value);
            members.extend(value.map(|value| (name, value)));
        }
        members
    }

    fn elements(&mut self, path: &str, array: &DeArray<'_>) -> Vec<WrittenValue> {
        array.iter().enumerate().filter_map(|(n, value)| self.value(format!("{path}[{n}]"), value)).collect()
    }

    fn value(&mut self, key: String, value: &Spanned<DeValue<'_>>) -> Option<WrittenValue> {
        let place = self.place(value);
        if let Some(item) = word_of(value.get_ref()) {
            return Some(WrittenValue::Word(Placed { key, place, item }));
        }
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(WrittenValue::Other(Value::from(*truth))),
            DeValue::Integer(integer) => self.number(&key, place, exact(integer)),
            DeValue::Float(float) => self.number(&key, place, finite(float)),
            DeValue::Array(array) => Some(WrittenValue::Array(self.elements(&key, array))),
            DeValue::Table(table) => Some(WrittenValue::Table(self.members(&key, table))),
            DeValue::String(_) | DeValue::Datetime(_) => {
                self.wrong_type(&key, place, messages::a_setting(), value.get_ref())
            }
        }
    }

    fn number(&mut self, key: &str, place: TextPosition, number: Option<Number>) -> Option<WrittenValue> {
        if number.is_none() {
            self.complain(place, messages::out_of_range(key));
        }
        number.map(|number| WrittenValue::Other(Value::Number(number)))
    }

    fn needed_word(&mut self, table: &Table<'_>, key: &str) -> Option<Placed<Word>> {
        if table.get(key).is_none() {
            self.complain(table.place, messages::missing_key(table.path(key), messages::a_string()));
        }
        self.word_in(table, key)
    }

    fn word_in(&mut self, table: &Table<'_>, key: &str) -> Option<Placed<Word>> {
        self.word(table.path(key), table.get(key)?)
    }

    fn word(&mut self, key: String, value: &Spanned<DeValue<'_>>) -> Option<Placed<Word>> {
        let place = self.place(value);
        match word_of(value.get_ref()) {
            Some(item) => Some(Placed { key, place, item }),
            None => self.wrong_type(&key, place, messages::a_string(), value.get_ref()),
        }
    }

    fn table_in<'a>(&mut self, table: &Table<'a>, key: &'static str) -> Option<Table<'a>> {
        let value = table.get(key)?;
        let place = self.place(value);
        let DeValue::Table(entries) = value.get_ref() else {
            return self.wrong_type(key, place, messages::a_table(), value.get_ref());
        };
        Some(Table { name: key, entries, place })
    }

    /// Complain about every key but these.
    fn only(&mut self, table: &Table<'_>, known: &[&str]) {
        let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
        for (key, _) in table.entries {
            if !known.contains(&key.get_ref().as_ref()) {
                let place = TextPosition::of(self.text, &key.span());
                self.complain(place, messages::unknown_key(key.get_ref(), table.title(), names.join(", ")));
            }
        }
    }

    fn wrong_type<T>(
        &mut self,
        key: &str,
        place: TextPosition,
        expected: Sentence,
        found: &DeValue<'_>,
    ) -> Option<T> {
        self.complain(place, messages::wrong_type(key, expected, kind_of(found)));
        None
    }

    fn complain(&mut self, place: TextPosition, sentence: Sentence) {
        self.complaints.push(FileComplaint { place, sentence });
    }

    fn not_toml(&self, error: &toml::de::Error) -> FileComplaint {
        let place = TextPosition::of(self.text, &error.span().unwrap_or(0..0));
        FileComplaint { place, sentence: messages::not_toml(error.message()) }
    }

    fn place(&self, value: &Spanned<DeValue<'_>>) -> TextPosition {
        TextPosition::of(self.text, &value.span())
    }
}

/// The text that a value is or points to: a string, or a table with `env` or `file` alone.
fn word_of(value: &DeValue<'_>) -> Option<Word> {
    if let DeValue::String(text) = value {
        return Some(Word::Literal(text.as_ref().to_owned()));
    }
    let mut entries = value.as_table()?.iter();
    let (key, target) = entries.next()?;
    let target = target.get_ref().as_str().filter(|_| entries.next().is_none())?;
    match key.get_ref().as_ref() {
        "env" => Some(Word::Env(target.to_owned())),
        "file" => Some(Word::File(target.into())),
        _ => None,
    }
}

fn exact(integer: &DeInteger<'_>) -> Option<Number> {
    let (digits, radix) = (integer.as_str(), integer.radix());
    let signed = i64::from_str_radix(digits, radix).ok().map(Number::from);
    signed.or_else(|| u64::from_str_radix(digits, radix).ok().map(Number::from))
}

fn finite(float: &DeFloat<'_>) -> Option<Number> {
    float.as_str().parse().ok().and_then(Number::from_f64)
}

fn kind_of(value: &DeValue<'_>) -> Sentence {
    match value {
        DeValue::String(_) => messages::a_string_found(),
        DeValue::Integer(_) => messages::an_integer(),
        DeValue::Float(_) => messages::a_float(),
        DeValue::Boolean(_) => messages::a_boolean(),
        DeValue::Datetime(_) => messages::a_datetime(),
        DeValue::Array(_) => messages::an_array(),
        DeValue::Table(_) => messages::a_table(),
    }
}

#[cfg(test)]
mod tests;
