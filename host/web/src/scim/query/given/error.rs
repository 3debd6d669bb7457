//! Why what a client gives along cannot be read, and what to do about it.

use rollcall_host::model::Diagnosis;

use super::ParameterValue;
use crate::scim::reply::{ScimRefusal, ScimType};

/// Why what is given cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in super::super) enum GivenError {
    #[error("query has {name}, which is not UTF-8 once its % signs are read")]
    NotUtf8 { name: String },
    #[error("body is not the JSON object of a search: {0}")]
    NotAnObject(String),
    #[error("{name} is given twice, and not the same")]
    Twice { name: &'static str },
    #[error("{name} must be a whole number, found {found}")]
    NotANumber { name: &'static str, found: ParameterValue },
    #[error("{name} must be text, found {found}")]
    NotText { name: &'static str, found: ParameterValue },
    #[error("attributes and excludedAttributes are given together, of which there may be one")]
    BothLists,
    #[error("schemas must have {wanted:?}")]
    NotASearch { wanted: &'static str },
    #[error("cursor is given, and there are no pages by cursor here")]
    Cursor,
}

impl GivenError {
    const fn scim_type(&self) -> ScimType {
        match self {
            Self::NotUtf8 { .. } | Self::NotAnObject(_) => ScimType::InvalidSyntax,
            Self::Twice { .. }
            | Self::NotANumber { .. }
            | Self::NotText { .. }
            | Self::BothLists
            | Self::NotASearch { .. }
            | Self::Cursor => ScimType::InvalidValue,
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::NotUtf8 { name } => format!("查询参数 {name} 解码后不是 UTF-8"),
            Self::NotAnObject(_) => "请求正文不是查询所需的 JSON 对象".to_owned(),
            Self::Twice { name } => format!("{name} 给出了两次，且不相同"),
            Self::NotANumber { name, found } => format!("{name} 必须是整数，实际为 {found}"),
            Self::NotText { name, found } => format!("{name} 必须是文本，实际为 {found}"),
            Self::BothLists => "attributes 与 excludedAttributes 同时给出，只能给出其中一个".to_owned(),
            Self::NotASearch { wanted } => format!("schemas 必须包含 {wanted:?}"),
            Self::Cursor => "给出了 cursor，此处不支持按游标分页".to_owned(),
        }
    }

    /// What to do, in both languages.
    const fn remedy(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotUtf8 { .. } => {
                ("send text as UTF-8, and then with % signs", "请先以 UTF-8 编码文本，再做百分号编码")
            }
            Self::NotAnObject(_) => (
                "send the SearchRequest of RFC 7644, section 3.4.3",
                "请按 RFC 7644 第 3.4.3 节发送 SearchRequest",
            ),
            Self::Twice { .. } => ("give it once", "请只给出一次"),
            Self::NotANumber { .. } | Self::NotText { .. } => {
                ("mend it, or leave it out", "请改正，或将其去掉")
            }
            Self::BothLists => ("leave one of them out", "请去掉其中一个"),
            Self::NotASearch { .. } => ("add it, or leave schemas out", "请加上，或去掉 schemas"),
            Self::Cursor => ("ask by startIndex and count", "请使用 startIndex 和 count"),
        }
    }
}

impl From<GivenError> for ScimRefusal {
    fn from(error: GivenError) -> Self {
        let (english, chinese) = error.remedy();
        let diagnosis = Diagnosis::new("parameters-not-valid", error.to_string())
            .with_remedy(english)
            .in_chinese(error.in_chinese(), chinese);
        Self::new(error.scim_type(), diagnosis)
    }
}
