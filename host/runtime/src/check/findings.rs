//! What a check of the host's own found.

use crate::model::{Diagnosis, Finding, Standing};

pub(super) fn finding(check: &str, standing: Standing, diagnosis: Diagnosis) -> Finding {
    Finding { check: check.to_owned(), standing, diagnosis }
}

pub(super) fn host_failed(error: &tokio::task::JoinError) -> Diagnosis {
    Diagnosis::new("host-failed", format!("the host failed: {error}"))
        .in_chinese(format!("主机内部出错：{error}"), "")
}
