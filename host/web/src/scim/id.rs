//! One address space of ids over all sources: opaque to a client, the same for as long as the object is held, and never that
//! of somebody else to whom a source gives the same id.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_host::model::SourceName;

/// Between the two parts. Neither has it.
const SEPARATOR: char = '.';

/// The id under which a client knows an object: its source, the id there, and the tenure of that, if it has one.
pub(crate) fn id_of(source: &SourceName, external_id: &str, tenure: u64) -> String {
    let first = format!("{source}{SEPARATOR}{}", URL_SAFE_NO_PAD.encode(external_id));
    if tenure == 0 { first } else { format!("{first}{SEPARATOR}{tenure}") }
}

/// What an id means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meant {
    pub(crate) source: SourceName,
    pub(crate) external_id: String,
    pub(crate) tenure: u64,
}

/// Which object an id means; none when no object ever had it.
pub(crate) fn parse_id(id: &str) -> Option<Meant> {
    let (source, rest) = id.split_once(SEPARATOR)?;
    let (encoded, tenure) = match rest.split_once(SEPARATOR) {
        Some((encoded, tenure)) => (encoded, tenure.parse().ok()?),
        None => (rest, 0),
    };
    let external_id = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?;
    let meant = Meant { source: SourceName::new(source).ok()?, external_id, tenure };
    // There is one way to write each.
    (id_of(&meant.source, &meant.external_id, tenure) == id).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_object_and_needs_no_escaping() {
        let source = SourceName::new("head-office").unwrap();
        for external_id in ["zhangsan", "张三", "a/b?c#d%", "\"<>.", "-1"] {
            for tenure in [0, 17] {
                let id = id_of(&source, external_id, tenure);
                assert!(id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{id}");
                let (source, external_id) = (source.clone(), external_id.to_owned());
                assert_eq!(parse_id(&id), Some(Meant { source, external_id, tenure }));
            }
        }
    }

    #[test]
    fn what_nobody_handed_out_is_no_id() {
        for id in [
            "",
            "zhangsan",
            "a.",
            "a.!",
            "A.enM",
            ".enM",
            "a.enM=",
            "a.enN",
            "a.b.c",
            "a.enM.0",
            "a.enM.01",
            "a.enM.+1",
            "a.enM.1.1",
        ] {
            assert!(parse_id(id).is_none_or(|meant| meant.external_id.is_empty()), "{id}");
        }
    }
}
