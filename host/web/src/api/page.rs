//! Pages of long lists: how many items, and an opaque place where the next page goes on.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_host::model::Diagnosis;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Items of one page, at most.
///
/// 200. Why: some hundred KiB of the largest ones, read in a few milliseconds.
pub(crate) const MAX_LIMIT: u32 = 200;

/// Items of a page when nobody says how many.
pub(crate) const DEFAULT_LIMIT: u32 = 50;

/// The longest text that is looked for.
///
/// 200 characters. Why: a name, a phone number and an address together.
pub(crate) const MAX_TEXT_CHARS: usize = 200;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// Its items, in order.
    pub(crate) items: Vec<T>,
    /// The `cursor` of the next page; none on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// How many there are on all pages, where that is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
}

impl<T> Listed<T> {
    /// A page of a list that goes on behind its last item. `items` was asked to have one more than `limit`.
    pub(crate) fn cut<P: Serialize>(
        mut items: Vec<T>,
        limit: u32,
        list: &'static str,
        place: impl Fn(&T) -> P,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = limit < items.len();
        items.truncate(limit);
        let last = items.last().filter(|_| has_more);
        let next = last.map(|last| cursor(list, &place(last)));
        Self { items, next, total: None }
    }

    /// A page of a list of which so many come before.
    pub(crate) fn counted(items: Vec<T>, offset: u64, total: u64, list: &'static str) -> Self {
        let end = offset.saturating_add(u64::try_from(items.len()).unwrap_or(u64::MAX));
        let next = (end < total && !items.is_empty()).then(|| cursor(list, &end));
        Self { items, next, total: Some(total) }
    }
}

/// How many items are wanted.
///
/// # Errors
///
/// When it is none, or more than there may be.
pub(crate) fn limit(wanted: Option<u32>) -> Result<u32, Problem> {
    let limit = wanted.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    let diagnosis =
        Diagnosis::new("limit-out-of-range", format!("limit must be 1 to {MAX_LIMIT}, found {limit}"))
            .in_chinese(format!("limit 必须在 1 到 {MAX_LIMIT} 之间，收到的是 {limit}"), "");
    Err(Problem::new(StatusCode::BAD_REQUEST, diagnosis))
}

/// The text that is looked for.
///
/// # Errors
///
/// When it is longer than it may be.
pub(crate) fn text(wanted: Option<String>) -> Result<String, Problem> {
    let text = wanted.unwrap_or_default();
    if text.chars().count() <= MAX_TEXT_CHARS {
        return Ok(text);
    }
    let diagnosis = Diagnosis::new(
        "text-too-long",
        format!("text to look for must have at most {MAX_TEXT_CHARS} characters"),
    )
    .in_chinese(format!("查找的文本最多 {MAX_TEXT_CHARS} 个字符"), "");
    Err(Problem::new(StatusCode::BAD_REQUEST, diagnosis))
}

/// The id or type that is asked for, where one is. An empty one would find nothing, and whoever sent it believes that there is
/// nothing.
///
/// # Errors
///
/// When it is empty, or longer than one can be.
pub(crate) fn exact(
    parameter: &'static str,
    wanted: Option<String>,
    max_chars: usize,
) -> Result<Option<String>, Problem> {
    if wanted.as_ref().is_none_or(|text| (1..=max_chars).contains(&text.chars().count())) {
        return Ok(wanted);
    }
    let diagnosis = Diagnosis::new(
        "parameter-not-valid",
        format!("{parameter} must have 1 to {max_chars} characters, or be left out"),
    )
    .in_chinese(format!("{parameter} 须为 1 到 {max_chars} 个字符，或者不传"), "");
    Err(Problem::new(StatusCode::BAD_REQUEST, diagnosis))
}

fn cursor(list: &'static str, place: &impl Serialize) -> String {
    // Numbers, texts and lists of them: nothing that JSON could not say.
    let written = serde_json::to_string(&(list, place)).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(written)
}

/// The place in this list that a cursor means.
///
/// # Errors
///
/// When it is of another list, or of none.
pub(crate) fn place<P: DeserializeOwned>(
    list: &'static str,
    cursor: Option<&str>,
) -> Result<Option<P>, Problem> {
    let read = |cursor: &str| {
        let written = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (of, place): (String, P) = serde_json::from_slice(&written).ok()?;
        (of == list).then_some(place)
    };
    let refused = || {
        let diagnosis = Diagnosis::new("cursor-not-valid", "cursor is not one of this list")
            .with_remedy("take it from \"next\" of the page before, or leave it out")
            .in_chinese("cursor 不属于此列表", "请使用上一页的 “next”，或不传");
        Problem::new(StatusCode::BAD_REQUEST, diagnosis)
    };
    cursor.map(|cursor| read(cursor).ok_or_else(refused)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_full_says_where_the_next_one_begins() {
        let page = Listed::cut(vec![3, 5, 8], 2, "numbers", |n| *n);
        assert_eq!(page.items, [3, 5]);
        assert_eq!(place("numbers", page.next.as_deref()), Ok(Some(5)));
        assert_eq!(Listed::cut(vec![3, 5], 2, "numbers", |n| *n).next, None);
    }

    #[test]
    fn a_counted_page_says_how_many_there_are() {
        let page = Listed::counted(vec!["a", "b"], 4, 7, "names");
        assert_eq!((place("names", page.next.as_deref()), page.total), (Ok(Some(6_u64)), Some(7)));
        assert_eq!(Listed::counted(vec!["a"], 6, 7, "names").next, None);
        assert_eq!(Listed::<u8>::counted(Vec::new(), 9, 7, "names").next, None);
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let of_runs = cursor("runs", &"7");
        for wrong in [of_runs.as_str(), "", "%", "bm9uc2Vuc2U"] {
            assert!(place::<u64>("entries", Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_asked_for_by_its_name_has_one() {
        let name = |length| Some("名".repeat(length));
        assert_eq!(exact("run", None, 2), Ok(None));
        assert_eq!(exact("run", name(2), 2), Ok(name(2)));
        assert!(exact("run", name(0), 2).is_err());
        assert!(exact("run", name(3), 2).is_err());
    }

    #[test]
    fn nobody_gets_more_than_a_page() {
        assert_eq!(limit(None), Ok(DEFAULT_LIMIT));
        assert_eq!(limit(Some(MAX_LIMIT)), Ok(MAX_LIMIT));
        assert!(limit(Some(0)).is_err());
        assert!(limit(Some(MAX_LIMIT + 1)).is_err());
    }
}
