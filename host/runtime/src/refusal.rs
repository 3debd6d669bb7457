//! What the host says to a connector, and about it to an administrator, when it refuses or fails.
//!
//! Not here: what is wrong with the network (`egress::fault`).

use rollcall_rules::refusal::Refusal;

use crate::error::{GuestError, StoreError};
use crate::model::{Diagnosis, Failure, FailureKind};

/// The platform's store failed.
pub(crate) fn store(error: &StoreError) -> Diagnosis {
    Diagnosis::new("store-failed", error.to_string())
        .with_remedy(
            "Check the platform's database: its disk, its permissions, its connection; then run again.",
        )
        .in_chinese(
            format!("平台的存储出错：{error}"),
            "请检查平台数据库的磁盘空间、访问权限和连接，然后重新运行。",
        )
}

/// The connector asked for something that the contract does not allow.
pub(crate) fn request(what: &str) -> Diagnosis {
    Refusal::of_request(what).into()
}

/// What the contract's rules refuse.
impl From<Refusal> for Diagnosis {
    fn from(Refusal { code, message, in_chinese }: Refusal) -> Self {
        Self::new(code, message).in_chinese(in_chinese, "")
    }
}

/// The code of a run that wrote as much as it may. Nothing begins another one by itself, because it would write as much again.
pub(crate) const RUN_TOO_LARGE: &str = "run-too-large";

/// The code of a run of a source whose runs together wrote as much as they may. Nothing begins another one by itself.
pub(crate) const SOURCE_TOO_LARGE: &str = "source-too-large";

/// The connector's code died.
pub(crate) fn guest(error: &GuestError) -> Failure {
    let message = error.to_string();
    let (kind, code, chinese, remedy) = match error {
        GuestError::OutOfTime { .. } => {
            (FailureKind::Host, "connector-out-of-time", "连接器连续计算的时间超过限制", Remedy::REPORT)
        }
        GuestError::Overdue { .. } => {
            (FailureKind::Host, "connector-overdue", "连接器没有在规定时间内结束", Remedy::REPORT)
        }
        GuestError::OutOfMemory { .. } => {
            (FailureKind::Host, "connector-out-of-memory", "连接器需要的内存超过限制", Remedy::MEMORY)
        }
        GuestError::OutOfSharedMemory { .. } => (
            FailureKind::Host,
            "host-out-of-memory",
            "同时运行的连接器合计占用的内存已达上限",
            Remedy::SHARED_MEMORY,
        ),
        GuestError::Panicked { .. } => {
            (FailureKind::Other, "connector-panicked", "连接器内部出错而中止", Remedy::REPORT)
        }
        GuestError::Trapped { .. } => {
            (FailureKind::Other, "connector-trapped", "连接器执行了不允许的操作而中止", Remedy::REPORT)
        }
        GuestError::TooMuchData { .. } => (
            FailureKind::Other,
            "connector-too-much-data",
            "连接器与主机单次交换的数据超过限制",
            Remedy::REPORT,
        ),
        GuestError::BrokeContract { .. } => {
            (FailureKind::Other, "connector-broke-contract", "连接器违反了接口约定", Remedy::REPORT)
        }
        GuestError::Overran => {
            (FailureKind::Other, RUN_TOO_LARGE, "单次运行写入的数据超过限制", Remedy::REPORT)
        }
        GuestError::NotStopping { .. } => {
            (FailureKind::Other, "connector-not-stopping", "取消后连接器没有及时结束", Remedy::REPORT)
        }
        GuestError::Host { .. } => (FailureKind::Host, "host-failed", "主机内部出错", Remedy::LOGS),
    };
    let diagnosis = Diagnosis::new(code, format!("the {message}"))
        .with_remedy(remedy.english)
        .in_chinese(format!("{chinese}：{message}"), remedy.chinese);
    Failure::new(kind, diagnosis)
}

struct Remedy {
    english: &'static str,
    chinese: &'static str,
}

impl Remedy {
    const REPORT: Self = Self {
        english: "Run again; if it happens again, report it to the connector's author with this message. What was \
                  imported until then is right and stays.",
        chinese: "请重新运行；如果再次出现，请将此信息反馈给连接器作者。此前已导入的内容正确并会保留。",
    };
    const MEMORY: Self = Self {
        english: "Raise the host's memory limit for connectors, or report it to the connector's author.",
        chinese: "请调高主机为连接器设置的内存上限，或反馈给连接器作者。",
    };
    const SHARED_MEMORY: Self = Self {
        english: "Import again when fewer imports are under way; give sources different hours, or the host more memory, if it \
                  happens often. What was imported until then is right and stays.",
        chinese: "请在同时进行的导入较少时重新导入；如果经常出现，请错开各来源的导入时间，或为主机增加内存。此前已导入的内容正确并会保留。",
    };
    const LOGS: Self = Self {
        english: "See the host's own log, then run again.",
        chinese: "请查看主机日志，然后重新运行。",
    };
}
