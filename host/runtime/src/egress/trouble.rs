//! What stands in the way at a proxy that was reached: each thing by what it is, by the proxy's name, in both languages.
//!
//! Not here: how it is found out (`tunnel`).

mod unwelcome;

use std::fmt;
use std::time::Duration;

use http::StatusCode;

pub(crate) use self::unwelcome::Unwelcome;
use super::cause::Cause;
use crate::model::Diagnosis;

/// What a proxy does instead of connecting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It does not let this host in.
    Login(Unwelcome),
    /// It will not connect to this target.
    Forbidden { target: String, cause: Cause },
    /// It knows no CONNECT.
    NoTunnels { status: StatusCode },
    /// It sends whoever asks to a page: of this origin, where it can be read.
    Redirects { to: Option<String> },
    /// It has tried, and cannot reach the target.
    CannotReach { target: String, cause: Cause },
    /// It takes the connection and says nothing.
    Silent { target: String, waited: Duration },
    /// It ends the connection without a word.
    Closes,
    /// What it says is no answer of a proxy that speaks HTTP.
    NotHttp { spoken: Spoken },
    /// What it says is no answer of a proxy that speaks SOCKS5.
    NotSocks5 { spoken: Spoken },
    /// It should speak TLS and speaks something else.
    NotTls { spoken: Spoken },
}

/// What somebody speaks, by the first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoken {
    Http,
    Tls,
    Socks4,
    Socks5,
    /// Something else.
    Unknown,
}

impl Spoken {
    /// By the first bytes of an answer; two are enough.
    pub(super) fn of(first: &[u8]) -> Self {
        match first {
            // An alert or a handshake, of any version. Source: RFC 8446, section 5.1.
            [0x15 | 0x16, 3, ..] => Self::Tls,
            // A method of SOCKS5 or a reply of SOCKS4. Source: RFC 1928, section 3; the SOCKS4 protocol by Ying-Da Lee.
            [5, ..] => Self::Socks5,
            [0, 0x5a..=0x5d, ..] => Self::Socks4,
            _ if first.len() >= 2 && (first.starts_with(b"HTTP/") || b"HTTP/".starts_with(first)) => {
                Self::Http
            }
            _ => Self::Unknown,
        }
    }

    /// What a proxy that speaks so would be written like.
    const fn scheme(self) -> Option<&'static str> {
        match self {
            Self::Http => Some("http://"),
            Self::Tls => Some("https://"),
            Self::Socks5 => Some("socks5://"),
            Self::Socks4 | Self::Unknown => None,
        }
    }
}

impl Trouble {
    /// Whether it is about the login. Then asking again with the same name and password may lock the account.
    pub(crate) const fn is_login(&self) -> bool {
        matches!(self, Self::Login(_))
    }

    /// Whether it is meant: asking again is of no use until a person has acted.
    pub(super) const fn is_refusal(&self) -> bool {
        self.is_login()
            || matches!(self, Self::Forbidden { .. } | Self::NoTunnels { .. } | Self::Redirects { .. })
    }

    /// Whether it says something of one target alone, and nothing of the proxy.
    pub(crate) const fn is_about_target(&self) -> bool {
        matches!(self, Self::Forbidden { .. } | Self::CannotReach { .. })
    }

    /// Why, and what to do.
    pub(super) fn diagnosis(&self, proxy: &str) -> Diagnosis {
        let TroubleWords { code, english, chinese } = self.words();
        let diagnosis = Diagnosis::new(code, format!("proxy {proxy} {}", english.message))
            .with_remedy(english.remedy)
            .in_chinese(format!("代理服务器 {proxy} {}", chinese.message), chinese.remedy)
            .with_fact("proxy", proxy);
        match self.fact() {
            Some((name, value)) => diagnosis.with_fact(name, value),
            None => diagnosis,
        }
    }

    /// What is known beside the proxy.
    fn fact(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Forbidden { target, .. }
            | Self::CannotReach { target, .. }
            | Self::Silent { target, .. } => Some(("target", target.clone())),
            Self::Login(unwelcome) => unwelcome.offered().map(|offered| ("offered", offered)),
            Self::NoTunnels { .. }
            | Self::Redirects { .. }
            | Self::Closes
            | Self::NotHttp { .. }
            | Self::NotSocks5 { .. }
            | Self::NotTls { .. } => None,
        }
    }

    fn words(&self) -> TroubleWords {
        match self {
            Self::Login(unwelcome) => unwelcome.words(),
            Self::Forbidden { target, cause } => TroubleWords::new(
                "proxy-refused",
                (
                    format!("refuses a connection to {target}: {cause}"),
                    "Allow this target on the proxy, by its name: its addresses change.",
                ),
                (
                    format!("拒绝连接到 {target}：{}", cause.chinese()),
                    "请在代理上按域名放行该目标，因为它的 IP 地址会变化。",
                ),
            ),
            Self::NoTunnels { status } => TroubleWords::new(
                "proxy-no-tunnels",
                (
                    format!("does not accept CONNECT: it answered {status}"),
                    "Check that its address is that of a forward proxy and not of a web server, and that it tunnels TLS \
                     (CONNECT to port 443).",
                ),
                (
                    format!("不接受 CONNECT 请求：其应答为 {status}"),
                    "请确认该地址是正向代理而不是网站服务器，并且代理允许 TLS 隧道（对 443 端口的 CONNECT）。",
                ),
            ),
            Self::Redirects { to } => {
                let (to, to_in_chinese) =
                    to.as_ref().map_or_else(Default::default, |to| (format!(" at {to}"), format!(" {to}")));
                TroubleWords::new(
                    "proxy-redirects",
                    (
                        format!("sends this host to a web page{to} instead of connecting"),
                        "A log-in or notice page of the network stands in the way. Let this host pass without it.",
                    ),
                    (
                        format!("没有建立连接，而是转到网页{to_in_chinese}"),
                        "网络的登录页或提示页挡住了连接。请让本机无需经过该页面即可访问。",
                    ),
                )
            }
            Self::CannotReach { target, cause } => TroubleWords::new(
                "proxy-cannot-reach",
                (
                    format!("cannot reach {target}: {cause}"),
                    "Check that the proxy itself can resolve this name and connect to it.",
                ),
                (
                    format!("无法访问 {target}：{}", cause.chinese()),
                    "请确认代理服务器本身能够解析该名称并连接到它。",
                ),
            ),
            Self::Silent { target, waited } => {
                let seconds = waited.as_secs();
                TroubleWords::new(
                    "proxy-silent",
                    (
                        format!(
                            "takes the connection and says nothing: asked for {target}, it did not answer within {seconds} s"
                        ),
                        "Check that the proxy works and can reach this target, and that its address is that of a proxy \
                         of this kind (http://, https:// or socks5://).",
                    ),
                    (
                        format!("接受了连接但没有应答：请求连接 {target} 后，{seconds} 秒内没有任何响应"),
                        "请确认代理工作正常、能够访问该目标，并且该地址确实是此类代理（http://、https:// 或 socks5://）。",
                    ),
                )
            }
            Self::Closes => TroubleWords::new(
                "proxy-closes",
                (
                    "ends the connection without an answer".to_owned(),
                    "Check on the proxy that it serves this host's address, and that its kind is right (http://, https:// \
                     or socks5://).",
                ),
                (
                    "没有应答就断开了连接".to_owned(),
                    "请在代理上确认它为本机的地址提供服务，并确认代理类型正确（http://、https:// 或 socks5://）。",
                ),
            ),
            Self::NotHttp { spoken } => spoken.words("proxy-not-http", "HTTP"),
            Self::NotSocks5 { spoken } => spoken.words("proxy-not-socks5", "SOCKS5"),
            Self::NotTls { spoken } => spoken.words("proxy-not-tls", "TLS"),
        }
    }
}

impl Spoken {
    fn words(self, code: &'static str, wanted: &str) -> TroubleWords {
        let (what, what_in_chinese) = match self {
            Self::Http => ("it speaks HTTP", "而是 HTTP"),
            Self::Tls => ("it speaks TLS", "而是 TLS"),
            Self::Socks4 => ("it speaks SOCKS4", "而是 SOCKS4"),
            Self::Socks5 => ("it speaks SOCKS5", "而是 SOCKS5"),
            Self::Unknown => ("what it says cannot be read", "其应答无法识别"),
        };
        let remedy = match self.scheme() {
            Some(scheme) => (
                format!("Write its address with {scheme}, if it is a proxy of this kind."),
                format!("如果它是此类代理，请把地址写成 {scheme} 开头。"),
            ),
            None => (
                "Check that its address and port are those of a proxy, and its kind (http://, https:// or socks5://)."
                    .to_owned(),
                "请检查地址和端口是否属于代理服务器，以及代理类型（http://、https:// 或 socks5://）。".to_owned(),
            ),
        };
        TroubleWords::new(
            code,
            (format!("does not speak {wanted}; {what}"), remedy.0),
            (format!("使用的不是 {wanted} 协议，{what_in_chinese}"), remedy.1),
        )
    }
}

/// A code and what is said, each language with its remedy. What is said goes behind the name of the proxy.
struct TroubleWords {
    code: &'static str,
    english: Said,
    chinese: Said,
}

struct Said {
    message: String,
    remedy: String,
}

impl TroubleWords {
    fn new<E: Into<String>, C: Into<String>>(
        code: &'static str,
        english: (String, E),
        chinese: (String, C),
    ) -> Self {
        let english = Said { message: english.0, remedy: english.1.into() };
        let chinese = Said { message: chinese.0, remedy: chinese.1.into() };
        Self { code, english, chinese }
    }
}

/// What is said in English behind the name of the proxy.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().english.message)
    }
}
