//! How single values are read, one reader for each kind, whichever object they are of. A text, a number or a flag is read
//! in every form that says the same; an absent member, `null` and `""` are one. What says nothing that its reader knows
//! costs that member, which is noted by its name: its content may be a person's.

use super::body::{BodyText, REPLACEMENT};
use super::{DepartmentId, UserId};
use crate::limits::{MAX_MEMBER_BYTES, MAX_TEXT_BYTES};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};
use time::{Date, Month, OffsetDateTime};

/// A whole number, exact to the last digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whole(pub(crate) i64);

/// True or false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) bool);

/// A value that its reader does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Odd;

/// What came of reading a value: none for one that is absent.
type Read<T> = Result<Option<T>, Odd>;

/// One value, as JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub(crate) json: &'a str,
    /// Whether characters of the body that it comes from were replaced.
    pub(crate) is_mended: bool,
}

/// A value by its form.
enum Form<'a> {
    /// `null` or an empty text.
    Nothing,
    Flag(bool),
    Number(&'a str),
    Text(String),
    List,
    Object,
}

impl<'a> Raw<'a> {
    fn form(self) -> Result<Form<'a>, Odd> {
        match self.json.as_bytes().first() {
            Some(b'n') => Ok(Form::Nothing),
            Some(b't') => Ok(Form::Flag(true)),
            Some(b'f') => Ok(Form::Flag(false)),
            Some(b'[') => Ok(Form::List),
            Some(b'{') => Ok(Form::Object),
            Some(b'"') => {
                let text: String = serde_json::from_str(self.json).map_err(|_| Odd)?;
                Ok(if text.is_empty() { Form::Nothing } else { Form::Text(text) })
            }
            Some(_) => Ok(Form::Number(self.json)),
            None => Ok(Form::Nothing),
        }
    }

    /// A text that says something; a number is one, digit by digit.
    pub(crate) fn text(self) -> Read<String> {
        let text = match self.form()? {
            Form::Nothing => return Ok(None),
            Form::Number(digits) => digits.to_owned(),
            Form::Text(text) => text,
            Form::Flag(_) | Form::List | Form::Object => return Err(Odd),
        };
        if text.len() <= MAX_TEXT_BYTES { Ok(Some(text)) } else { Err(Odd) }
    }

    /// A whole number. One that has been rounded on its way is none of ours.
    pub(crate) fn whole(self) -> Read<Whole> {
        match self.form()? {
            Form::Nothing => Ok(None),
            Form::Number(digits) => whole(digits).map(Some),
            Form::Text(text) => whole(text.trim()).map(Some),
            Form::Flag(_) | Form::List | Form::Object => Err(Odd),
        }
    }

    /// True or false, as such, as 1 or 0, or as a text of either.
    pub(crate) fn flag(self) -> Read<Flag> {
        let word = match self.form()? {
            Form::Nothing => return Ok(None),
            Form::Flag(flag) => return Ok(Some(Flag(flag))),
            Form::Number(digits) => digits.to_owned(),
            Form::Text(text) => text.trim().to_ascii_lowercase(),
            Form::List | Form::Object => return Err(Odd),
        };
        match word.as_str() {
            "true" => Ok(Some(Flag(true))),
            "false" => Ok(Some(Flag(false))),
            number => match whole(number)? {
                Whole(0) => Ok(Some(Flag(false))),
                Whole(1) => Ok(Some(Flag(true))),
                Whole(_) => Err(Odd),
            },
        }
    }

    /// A day, from milliseconds or as it is written. DingTalk means a day in Beijing, whatever hour it sends.
    pub(crate) fn date(self) -> Read<Date> {
        match self.form()? {
            Form::Nothing => Ok(None),
            Form::Number(digits) => counted_day(whole(digits)?).map(Some),
            Form::Text(text) => match whole(text.trim()) {
                Ok(number) => counted_day(number).map(Some),
                Err(Odd) => written_day(text.trim()).map(Some),
            },
            Form::Flag(_) | Form::List | Form::Object => Err(Odd),
        }
    }

    /// The id of a department.
    pub(crate) fn department_id(self) -> Read<DepartmentId> {
        Ok(self.whole()?.map(|Whole(id)| DepartmentId(id)))
    }

    /// The id of a person. In part unreadable, or rounded, it might be anybody's; blanks around it are nobody's.
    pub(crate) fn user_id(self) -> Read<UserId> {
        let id = match self.form()? {
            Form::Nothing => return Ok(None),
            Form::Number(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.to_owned(),
            Form::Number(digits) => whole(digits)?.0.to_string(),
            Form::Text(text) => text,
            Form::Flag(_) | Form::List | Form::Object => return Err(Odd),
        };
        match id.trim_matches(is_blank) {
            id if self.is_mended && id.contains(REPLACEMENT) => Err(Odd),
            id => UserId::new(id).map(Some).ok_or(Odd),
        }
    }

    /// The objects of an answer that is a list, however long; `{}` is an empty one, and `false` none. A text may hold any of
    /// these.
    pub(crate) fn page_elements(self) -> Read<Vec<String>> {
        match self.form()? {
            Form::Nothing | Form::Flag(false) => Ok(None),
            Form::List => elements(self.json).map(Some),
            Form::Object if self.is_empty_object() => Ok(Some(Vec::new())),
            Form::Text(text) => match text.trim() {
                "" | "null" => Ok(None),
                "{}" => Ok(Some(Vec::new())),
                list => elements(list).map(Some),
            },
            Form::Flag(true) | Form::Number(_) | Form::Object => Err(Odd),
        }
    }

    /// Its elements. A single value is a list of one, `{}` an empty one, and a text may hold the list.
    pub(crate) fn elements(self) -> Read<Vec<String>> {
        if MAX_MEMBER_BYTES < self.json.len() {
            return Err(Odd);
        }
        match self.form()? {
            Form::Nothing => Ok(None),
            Form::List => elements(self.json).map(Some),
            Form::Text(text) if text.starts_with('[') => elements(&text).map(Some),
            Form::Object if self.is_empty_object() => Ok(Some(Vec::new())),
            Form::Number(_) | Form::Text(_) => Ok(Some(vec![self.json.to_owned()])),
            Form::Flag(_) | Form::Object => Err(Odd),
        }
    }

    /// A list of which every element can be read, or else none of it: what is left of a list would take the place of all.
    pub(crate) fn list<T>(self, read: impl Fn(Raw<'_>) -> Read<T>) -> Read<Vec<T>> {
        let Some(elements) = self.elements()? else { return Ok(None) };
        let one = |json: &String| read(Raw { json, ..self })?.ok_or(Odd);
        elements.iter().map(one).collect::<Result<_, _>>().map(Some)
    }

    /// Whether it says that there is nothing, in a form that no description has.
    pub(crate) fn says_nothing(self) -> bool {
        let is_nothing = |json: &String| matches!(json.as_str(), "null" | "\"\"" | "[]" | "{}");
        self.page_elements().is_ok_and(|elements| elements.iter().flatten().all(is_nothing))
    }

    /// Its members. An empty list is an empty object.
    pub(crate) fn members(self) -> Read<ObjectMembers<'a>> {
        match self.form()? {
            Form::Nothing => Ok(None),
            Form::Object => {
                let values = serde_json::from_str(self.json).map_err(|_| Odd)?;
                Ok(Some(ObjectMembers { values, is_mended: self.is_mended, oddities: Oddities::default() }))
            }
            Form::List if elements(self.json)?.is_empty() => Ok(None),
            Form::Flag(_) | Form::Number(_) | Form::Text(_) | Form::List => Err(Odd),
        }
    }

    fn is_empty_object(self) -> bool {
        serde_json::from_str::<BTreeMap<String, &RawValue>>(self.json).is_ok_and(|members| members.is_empty())
    }
}

fn elements(json: &str) -> Result<Vec<String>, Odd> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).map_err(|_| Odd)?;
    Ok(elements.into_iter().map(|element| element.get().to_owned()).collect())
}

/// What of an object could not be read, by the names of its members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Oddities {
    /// What these hold is unknown.
    pub(crate) unread: BTreeSet<String>,
    /// In these, characters were replaced.
    pub(crate) replaced: BTreeSet<String>,
}

/// The members of one object, read one by one.
#[derive(Debug)]
pub(crate) struct ObjectMembers<'a> {
    values: BTreeMap<String, &'a RawValue>,
    is_mended: bool,
    oddities: Oddities,
}

impl<'a> ObjectMembers<'a> {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// One member as it is; none if it is absent.
    pub(crate) fn raw(&self, name: &str) -> Option<Raw<'a>> {
        let is_mended = self.is_mended;
        self.values.get(name).map(|value| Raw { json: value.get(), is_mended })
    }

    /// One member, by its reader. One that cannot be read is noted.
    pub(crate) fn read<T>(&mut self, name: &str, read: impl FnOnce(Raw<'a>) -> Read<T>) -> Option<T> {
        match self.raw(name).map_or(Ok(None), read) {
            Ok(value) => value,
            Err(Odd) => {
                self.oddities.unread.insert(name.to_owned());
                None
            }
        }
    }

    /// A text that says something, without U+0000.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.read(name, Raw::text)?;
        let has_null = text.contains('\0');
        if has_null || self.is_mended && text.contains(REPLACEMENT) {
            self.oddities.replaced.insert(name.to_owned());
        }
        Some(if has_null { text.replace('\0', REPLACEMENT.encode_utf8(&mut [0; 4])) } else { text })
    }

    /// A text that holds an object in its turn, mended as a body is. Any other text is as it is.
    pub(crate) fn embedded(&mut self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        let inner = BodyText::of(text.as_bytes());
        let Ok(Value::Object(fields)) = serde_json::from_str(&inner.text) else { return Some(text) };
        let has_null = |(name, value): (&String, &Value)| {
            name.contains('\0') || value.as_str().is_some_and(|text| text.contains('\0'))
        };
        if inner.is_mended || fields.iter().any(has_null) {
            self.oddities.replaced.insert(name.to_owned());
        }
        Some(inner.text.into_owned())
    }

    pub(crate) fn whole(&mut self, name: &str) -> Option<Whole> {
        self.read(name, Raw::whole)
    }

    pub(crate) fn flag(&mut self, name: &str) -> Option<Flag> {
        self.read(name, Raw::flag)
    }

    /// A list; none when it cannot be read as a whole. One that is absent is empty.
    pub(crate) fn list<T>(&mut self, name: &str, read: impl Fn(Raw<'_>) -> Read<T>) -> Option<Vec<T>> {
        let read = self.read(name, |raw| raw.list(read).map(|list| Some(list.unwrap_or_default())));
        if read.is_none() && !self.is_unread(name) { Some(Vec::new()) } else { read }
    }

    /// One member that is never absent, by its reader: if it is, that is as odd.
    pub(crate) fn demand<T>(&mut self, name: &str, read: impl FnOnce(Raw<'a>) -> Read<T>) -> Option<T> {
        let value = self.read(name, read);
        if value.is_none() {
            self.oddities.unread.insert(name.to_owned());
        }
        value
    }

    /// An object whose members are read, and noted, each for itself.
    pub(crate) fn object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut ObjectMembers<'a>) -> T,
    ) -> Option<T> {
        let mut members = self.read(name, Raw::members)?;
        let object = read(&mut members);
        self.note(name, members.oddities);
        Some(object)
    }

    /// A list of objects about departments, of which each is worth something without the others. What is odd in any of them
    /// is noted as the list's.
    pub(crate) fn each<T>(
        &mut self,
        name: &str,
        read: impl Fn(&mut ObjectMembers<'_>) -> Option<T>,
    ) -> Vec<T> {
        let elements = self.read(name, Raw::elements).unwrap_or_default();
        let is_mended = self.is_mended;
        let mut whole = Vec::new();
        for json in &elements {
            let members = Raw { json, is_mended }.members();
            let Ok(Some(mut members)) = members else {
                self.oddities.unread.insert(name.to_owned());
                continue;
            };
            let element = read(&mut members);
            if element.is_none() && members.oddities.unread.is_empty() {
                self.oddities.unread.insert(name.to_owned());
            }
            self.note(name, members.oddities);
            whole.extend(element);
        }
        whole
    }

    /// Whether this member is there and cannot be read.
    pub(crate) fn is_unread(&self, name: &str) -> bool {
        self.oddities.unread.contains(name)
    }

    /// What could not be read of it.
    pub(crate) fn oddities(self) -> Oddities {
        self.oddities
    }

    /// Take note of what was odd inside of a member.
    fn note(&mut self, name: &str, inside: Oddities) {
        let path = |inner: String| format!("{name}.{inner}");
        self.oddities.unread.extend(inside.unread.into_iter().map(path));
        self.oddities.replaced.extend(inside.replaced.into_iter().map(path));
    }
}

/// Whether a character shows nothing: a blank, or a mark of where to break and in which direction to write, as it comes along
/// when a text is copied from a page or a list of contacts.
pub(crate) fn is_blank(char: char) -> bool {
    let is_mark = matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    char.is_whitespace() || is_mark
}

/// Whatever is odd inside of an object makes it odd, for lists that are whole or nothing.
pub(crate) fn wholly<T>(raw: Raw<'_>, read: impl FnOnce(&mut ObjectMembers<'_>) -> Option<T>) -> Read<T> {
    let mut members = raw.members()?.ok_or(Odd)?;
    let object = read(&mut members).ok_or(Odd)?;
    if members.oddities.unread.is_empty() { Ok(Some(object)) } else { Err(Odd) }
}

/// A whole number from its digits.
pub(crate) fn whole(digits: &str) -> Result<Whole, Odd> {
    if let Ok(number) = digits.parse() {
        return Ok(Whole(number));
    }
    // 1597507200000.0 and 1.5975072E12 are how some programs write a whole number; beyond 2^53 such a one has been rounded.
    let number: f64 = digits.parse().map_err(|_| Odd)?;
    if number.fract() != 0.0 || MAX_EXACT < number.abs() {
        return Err(Odd);
    }
    format!("{number:.0}").parse().map(Whole).map_err(|_| Odd)
}

/// 2^53, up to which a floating-point number is exact.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// A day as a number: in milliseconds, or as its eight digits, `20200816`. What is neither, as a time in seconds, would be a
/// day of the first years after 1970 that nobody meant.
fn counted_day(Whole(number): Whole) -> Result<Date, Odd> {
    if let Some(day) = eight_digits(number) {
        return Ok(day);
    }
    let is_soon_after_1970 = number.unsigned_abs() < MILLISECONDS_FROM;
    if is_soon_after_1970 && number % HOUR_MS != 0 { Err(Odd) } else { beijing_day(Whole(number)) }
}

/// Where milliseconds since 1970 cannot be taken for seconds any more: in March 1973.
const MILLISECONDS_FROM: u64 = 100_000_000_000;

const HOUR_MS: i64 = 3_600_000;

fn eight_digits(number: i64) -> Option<Date> {
    let year = i32::try_from(number / 10_000).ok().filter(|year| (1900..2100).contains(year))?;
    let month = u8::try_from(number / 100 % 100).ok().and_then(|month| Month::try_from(month).ok())?;
    Date::from_calendar_date(year, month, u8::try_from(number % 100).ok()?).ok()
}

fn beijing_day(Whole(unix_ms): Whole) -> Result<Date, Odd> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000).map_err(|_| Odd)?;
    let day = at.checked_to_offset(offset!(+8)).ok_or(Odd)?.date();
    // What RFC 3339 can write.
    if (0..=9999).contains(&day.year()) { Ok(day) } else { Err(Odd) }
}

/// `2025-08-07`, and after a blank or a `T` a time, which says nothing unless it says where it is: the midnight of Beijing is
/// often written as the afternoon before in Greenwich.
fn written_day(text: &str) -> Result<Date, Odd> {
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let written = Date::parse(day, format_description!("[year]-[month]-[day]")).map_err(|_| Odd)?;
    if !time.contains(['Z', 'z', '+', '-']) {
        return Ok(written);
    }
    // `+0000` is how some programs write `+00:00`.
    let (before, minutes) = time.split_at_checked(time.len().saturating_sub(2)).ok_or(Odd)?;
    let is_short = before
        .len()
        .checked_sub(3)
        .and_then(|n| before.get(n..))
        .is_some_and(|hours| hours.starts_with(['+', '-']));
    let time = if is_short { format!("{before}:{minutes}") } else { time.to_owned() };
    let at = OffsetDateTime::parse(&format!("{day}T{time}"), &Rfc3339).map_err(|_| Odd)?;
    at.checked_to_offset(offset!(+8)).map(OffsetDateTime::date).ok_or(Odd)
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let read = Raw { json: &value.to_string(), is_mended: false }.whole();
        read.ok().flatten().ok_or_else(|| D::Error::custom("expected a whole number"))
    }
}

/// A name or a code: a text, or a number taken as one; empty when it is absent or neither.
pub(crate) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let read = Raw { json: &value.to_string(), is_mended: false }.text();
    Ok(read.ok().flatten().unwrap_or_default())
}

#[cfg(test)]
mod tests;
