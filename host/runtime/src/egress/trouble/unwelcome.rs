//! Why a proxy does not let this host in.

use super::TroubleWords;
use crate::egress::challenge::Challenge;

/// Why a proxy does not let this host in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unwelcome {
    /// It refuses the name and the password.
    WrongPassword,
    /// It wants a name and a password, and none is set.
    NoPassword,
    /// It wants a login of another kind than name and password: these schemes, none if it does not say which.
    OtherScheme { offered: Vec<String> },
    /// It wants a login and does not say of which kind. Whether a name and a password were `given`.
    UnnamedScheme { given: bool },
}

impl Unwelcome {
    /// By the challenge that a proxy makes, and whether it was given a name and a password.
    pub(in crate::egress) fn of(challenge: Challenge, given: bool) -> Self {
        match challenge {
            Challenge::Basic if given => Self::WrongPassword,
            Challenge::Basic => Self::NoPassword,
            Challenge::Unnamed => Self::UnnamedScheme { given },
            Challenge::Others(offered) => Self::OtherScheme { offered },
        }
    }

    /// The schemes that the proxy names.
    pub(super) fn offered(&self) -> Option<String> {
        match self {
            Self::OtherScheme { offered } if !offered.is_empty() => Some(offered.join(", ")),
            Self::OtherScheme { .. }
            | Self::WrongPassword
            | Self::NoPassword
            | Self::UnnamedScheme { .. } => None,
        }
    }

    pub(super) fn words(&self) -> TroubleWords {
        const STOPPED: &str = "It is not asked again with this password, so that no account is locked.";
        const STOPPED_IN_CHINESE: &str = "为避免账号被锁定，不会再用这个密码尝试。";
        match self {
            Self::NoPassword => TroubleWords::new(
                "proxy-password-missing",
                (
                    "wants a name and a password, and none is set".to_owned(),
                    "Set the name and the password of the proxy, or let this host pass without them.",
                ),
                (
                    "要求用户名和密码，但没有配置".to_owned(),
                    "请配置代理的用户名和密码，或在代理上允许本机免登录访问。",
                ),
            ),
            Self::OtherScheme { offered } => {
                let (kind, kind_in_chinese) = if offered.is_empty() {
                    ("of another kind than name and password".to_owned(), "用户名和密码以外的".to_owned())
                } else {
                    let offered = offered.join(", ");
                    (format!("by {offered}"), format!(" {offered} "))
                };
                TroubleWords::new(
                    "proxy-scheme-unsupported",
                    (
                        format!("wants a login {kind}; only a name and a password (Basic) can be given"),
                        "Let the proxy accept Basic for this host, let this host pass without a login, or put a proxy \
                         between that logs in this way (cntlm, px).",
                    ),
                    (
                        format!("要求以{kind_in_chinese}方式登录，而这里只支持用户名和密码（Basic）"),
                        "请让代理对本机接受 Basic 方式或免登录，或在中间部署一个能以该方式登录的代理（如 cntlm、px）。",
                    ),
                )
            }
            Self::UnnamedScheme { given: false } => TroubleWords::new(
                "proxy-scheme-unnamed",
                (
                    "wants a login and does not say of which kind; no name and password are set".to_owned(),
                    "Set the name and the password of the proxy, or let this host pass without them.",
                ),
                (
                    "要求登录但没有说明方式，且没有配置用户名和密码".to_owned(),
                    "请配置代理的用户名和密码，或在代理上允许本机免登录访问。",
                ),
            ),
            Self::UnnamedScheme { given: true } => TroubleWords::new(
                "proxy-scheme-unnamed",
                (
                    "refuses this login and does not say which kind it wants".to_owned(),
                    format!(
                        "Check the name and the password, and on the proxy that it accepts Basic. {STOPPED}"
                    ),
                ),
                (
                    "拒绝了登录，也没有说明它要求的方式".to_owned(),
                    format!("请检查用户名和密码，并在代理上确认它接受 Basic 方式。{STOPPED_IN_CHINESE}"),
                ),
            ),
            Self::WrongPassword => TroubleWords::new(
                "proxy-auth-failed",
                (
                    "refuses this name and password".to_owned(),
                    format!("Check the name and the password of the proxy. {STOPPED}"),
                ),
                (
                    "拒绝了所给的用户名和密码".to_owned(),
                    format!("请检查代理的用户名和密码。{STOPPED_IN_CHINESE}"),
                ),
            ),
        }
    }
}
