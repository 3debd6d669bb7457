//! Why a text is no filter, in both languages.

use rollcall_host::model::Diagnosis;

use crate::scim::limits::{MAX_DEPTH, MAX_FILTER_BYTES};

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FilterError {
    #[error("filter has {found} bytes, more than the {MAX_FILTER_BYTES} it may have")]
    TooLong { found: usize },
    #[error("filter has more than {MAX_DEPTH} parentheses within one another")]
    TooDeep,
    #[error("filter ends where {expected} should follow")]
    Ended { expected: &'static str },
    #[error("filter has {found:?} where {expected} should stand")]
    Unexpected { found: String, expected: &'static str },
    #[error("filter names {name:?}, which can be no attribute")]
    NoAttribute { name: String },
    #[error("filter has a text that does not end, or is not written as in JSON")]
    BadText,
}

impl From<FilterError> for Diagnosis {
    fn from(error: FilterError) -> Self {
        let chinese = match &error {
            FilterError::TooLong { .. } => format!("筛选条件超过 {MAX_FILTER_BYTES} 字节"),
            FilterError::TooDeep => format!("筛选条件的括号嵌套超过 {MAX_DEPTH} 层"),
            FilterError::Ended { .. } => "筛选条件不完整".to_owned(),
            FilterError::Unexpected { found, .. } => format!("筛选条件中的 {found:?} 位置不正确"),
            FilterError::NoAttribute { name } => format!("筛选条件中的 {name:?} 不是属性名"),
            FilterError::BadText => "筛选条件中的文本没有结束，或不符合 JSON 写法".to_owned(),
        };
        Self::new("filter-not-readable", error.to_string())
            .with_remedy("write it as RFC 7644, section 3.4.2.2 says: userName eq \"zhangsan\"")
            .in_chinese(chinese, "请按 RFC 7644 第 3.4.2.2 节书写，例如 userName eq \"zhangsan\"")
    }
}
