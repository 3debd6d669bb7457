//! One address space of ids over all sources: opaque to a client, and the same for as long as the object is held.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_host::model::SourceName;

/// Between the two parts. Neither has it.
const SEPARATOR: char = '.';

/// The id under which a client knows an object.
pub(crate) fn id_of(source: &SourceName, external_id: &str) -> String {
    format!("{source}{SEPARATOR}{}", URL_SAFE_NO_PAD.encode(external_id))
}

/// Which object an id means; none when no object ever had it.
pub(crate) fn parse_id(id: &str) -> Option<(SourceName, String)> {
    let (source, encoded) = id.split_once(SEPARATOR)?;
    let external_id = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?;
    Some((SourceName::new(source).ok()?, external_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_object_and_needs_no_escaping() {
        let source = SourceName::new("head-office").unwrap();
        for external_id in ["zhangsan", "张三", "a/b?c#d%", "\"<>.", "-1"] {
            let id = id_of(&source, external_id);
            assert!(id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{id}");
            assert_eq!(parse_id(&id), Some((source.clone(), external_id.to_owned())));
        }
    }

    #[test]
    fn what_nobody_handed_out_is_no_id() {
        for id in ["", "zhangsan", "a.", "a.!", "A.enM", ".enM", "a.enM=", "a.enN", "a.b.c"] {
            assert!(parse_id(id).is_none_or(|(_, external_id)| external_id.is_empty()), "{id}");
        }
    }
}
