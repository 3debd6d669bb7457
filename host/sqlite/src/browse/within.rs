//! A filter with nothing from sources of which whoever asks may not hear.

use rollcall_browse::Within;
use rollcall_host::model::SourceName;

use super::filter::Filter;

/// The filter with nothing from elsewhere.
pub(super) fn narrow(within: &Within, filter: Filter) -> Filter {
    match within {
        Within::All => filter,
        Within::Only(sources) => match sources.first() {
            Some(only) if sources.len() == 1 => filter.with("source = ?", only.as_str().to_owned()),
            _ => {
                let names: Vec<&str> = sources.iter().map(SourceName::as_str).collect();
                let names = serde_json::Value::from(names).to_string();
                filter.with("source IN (SELECT value FROM json_each(?))", names)
            }
        },
    }
}
