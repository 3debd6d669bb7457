//! Why a step of a connection failed: the same in English and in Chinese, as a part of a longer sentence.
//!
//! What nobody foresaw is told in the words of whoever noticed it, in both languages.

use std::fmt;
use std::io;
use std::time::Duration;

use http::StatusCode;

/// What an operating system says when it is asked to connect, in Chinese.
const CONNECTING: [(io::ErrorKind, &str); 6] = [
    (io::ErrorKind::ConnectionRefused, "连接被拒绝"),
    (io::ErrorKind::ConnectionReset, "连接被重置"),
    (io::ErrorKind::ConnectionAborted, "连接被中止"),
    (io::ErrorKind::HostUnreachable, "主机不可达"),
    (io::ErrorKind::NetworkUnreachable, "网络不可达"),
    (io::ErrorKind::PermissionDenied, "本机不允许该连接"),
];

/// Why a step failed. `Display` is English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    english: String,
    chinese: String,
}

impl Cause {
    /// Something foreseen.
    pub(crate) fn new(english: impl Into<String>, chinese: impl Into<String>) -> Self {
        Self { english: english.into(), chinese: chinese.into() }
    }

    /// Something nobody foresaw.
    pub(crate) fn untranslated(text: impl Into<String>) -> Self {
        let english = text.into();
        Self { chinese: english.clone(), english }
    }

    /// What the operating system said when it was asked to connect.
    pub(crate) fn of_connecting(error: &io::Error) -> Self {
        let foreseen = CONNECTING.iter().find(|(kind, _)| *kind == error.kind());
        match foreseen {
            Some((_, chinese)) => Self::new(error.to_string(), *chinese),
            None => Self::untranslated(error.to_string()),
        }
    }

    /// What the resolver said when it was asked for a name.
    pub(crate) fn of_resolving(error: &io::Error) -> Self {
        Self::new(error.to_string(), "该名称不存在，或 DNS 服务器没有给出结果")
    }

    /// The name resolves, to nothing.
    pub(crate) fn no_address() -> Self {
        Self::new("the name has no address", "该名称没有对应的地址")
    }

    /// Nothing came in time.
    pub(crate) fn no_answer(within: Duration) -> Self {
        let seconds = within.as_secs();
        Self::new(format!("no answer within {seconds} s"), format!("{seconds} 秒内没有应答"))
    }

    /// A proxy answered with this status.
    pub(crate) fn answered(status: StatusCode) -> Self {
        Self::new(format!("it answered {status}"), format!("其应答为 {status}"))
    }

    /// The same, as the reason why a name could not be resolved.
    pub(crate) fn while_resolving(&self) -> Self {
        let Self { english, chinese } = self;
        Self::new(format!("its name cannot be resolved: {english}"), format!("无法解析其名称（{chinese}）"))
    }

    /// In Chinese.
    pub(crate) fn chinese(&self) -> &str {
        &self.chinese
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}
