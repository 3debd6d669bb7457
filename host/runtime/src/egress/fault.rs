//! Why no response came back, in words for whoever can mend it.
//!
//! No URL is repeated beyond its origin: queries carry tokens. Not here: how the contract spells it
//! (`capabilities::http`).

use std::time::Duration;

use rollcall_rules::bounds::MAX_BODY_DEPTH;
use rollcall_rules::refusal::Refusal as ByRule;

use super::cause::Cause;
use super::dial::{DialError, Trust};
use crate::figures::RequestOutcome;
use crate::grant::Origin;
use crate::model::Diagnosis;

/// Why no response came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What became of the request.
    pub kind: FaultKind,
    /// Why, and what to do.
    pub diagnosis: Diagnosis,
}

/// What became of a request that has no response; the same cases as the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// Its origin is not granted, or out of reach; nothing was sent there.
    Denied,
    /// The proxy cannot be reached; nothing was sent.
    ProxyUnreachable,
    /// The proxy refuses; nothing was sent, and asking again may lock the account at the proxy.
    ProxyRefused,
    /// Nobody that is trusted vouches for who answered; nothing was sent.
    Untrusted,
    /// Nothing was sent for another reason, so a retry is safe.
    NotSent,
    /// The time was over.
    TimedOut,
    /// The response is larger than the limit.
    TooLarge,
    /// Something was sent and no whole response came back.
    Interrupted,
    /// The call was cancelled.
    Cancelled,
    /// Anything else.
    Other,
}

impl FaultKind {
    /// Why there is no connection.
    fn of(error: &DialError) -> Self {
        match error {
            DialError::ProxyUnreachable { .. } => Self::ProxyUnreachable,
            DialError::Proxy { trouble, .. } if trouble.is_refusal() => Self::ProxyRefused,
            DialError::TlsFailed {
                trust: Trust::UnknownIssuer | Trust::AuthorityItself | Trust::Unfit,
                ..
            } => Self::Untrusted,
            DialError::NotAllowed(_) => Self::Denied,
            DialError::Proxy { .. }
            | DialError::NameNotFound { .. }
            | DialError::ConnectFailed { .. }
            | DialError::NotTls { .. }
            | DialError::TlsFailed { trust: Trust::Otherwise, .. } => Self::NotSent,
        }
    }
}

impl Fault {
    /// What is counted of it.
    pub(crate) fn outcome(&self) -> RequestOutcome {
        match self.kind {
            FaultKind::Denied => RequestOutcome::Denied,
            FaultKind::ProxyUnreachable | FaultKind::ProxyRefused => RequestOutcome::ProxyFailed,
            FaultKind::NotSent if self.diagnosis.code.starts_with("proxy-") => RequestOutcome::ProxyFailed,
            FaultKind::NotSent | FaultKind::Untrusted => RequestOutcome::NotSent,
            FaultKind::TimedOut => RequestOutcome::TimedOut,
            FaultKind::TooLarge => RequestOutcome::TooLarge,
            FaultKind::Interrupted => RequestOutcome::Interrupted,
            FaultKind::Cancelled | FaultKind::Other => RequestOutcome::Other,
        }
    }

    pub(crate) fn denied(origin: &str) -> Self {
        let diagnosis = Diagnosis::new(
            "origin-not-granted",
            format!("origin {origin:?} is not granted to this source; nothing was sent there"),
        )
        .with_remedy("Add the origin to the source's `allow` list, if the connector is meant to reach it.")
        .in_chinese(
            format!("未授权此来源访问 {origin:?}，未向其发送任何内容"),
            "如果连接器确实需要访问该地址，请把它加入来源的 `allow` 列表。",
        )
        .with_fact("origin", origin);
        Self { kind: FaultKind::Denied, diagnosis }
    }

    pub(crate) fn invalid(what: &str) -> Self {
        Self::refused(ByRule::of_request(what))
    }

    /// The request breaks the contract.
    pub(crate) fn refused(refusal: ByRule) -> Self {
        Self { kind: FaultKind::Other, diagnosis: refusal.into() }
    }

    pub(crate) fn cancelled() -> Self {
        let diagnosis =
            Diagnosis::new("cancelled", "the run was cancelled").in_chinese("本次运行已被取消", "");
        Self { kind: FaultKind::Cancelled, diagnosis }
    }

    pub(crate) fn lost(origin: &Origin, cause: &str) -> Self {
        let diagnosis = Diagnosis::new(
            "connection-lost",
            format!(
                "{origin} or the way to it broke the connection before the whole response was there: {cause}"
            ),
        )
        .in_chinese(format!("收到完整响应之前，与 {origin} 的连接已中断：{cause}"), "")
        .with_fact("origin", origin.to_string());
        Self { kind: FaultKind::Interrupted, diagnosis }
    }

    pub(crate) fn undecodable(origin: &Origin, encoding: &str) -> Self {
        let diagnosis = Diagnosis::new(
            "encoding-unknown",
            format!("{origin} compressed its response as {encoding:?}, which nobody asked for"),
        )
        .in_chinese(format!("{origin} 的响应使用了未请求的压缩方式 {encoding:?}"), "")
        .with_fact("origin", origin.to_string());
        Self { kind: FaultKind::Other, diagnosis }
    }

    pub(crate) fn too_large(origin: &Origin, limit_bytes: usize) -> Self {
        let limit_mib = limit_bytes >> 20;
        let diagnosis = Diagnosis::new(
            "response-too-large",
            format!("the response of {origin} is larger than {limit_mib} MiB"),
        )
        .in_chinese(format!("{origin} 的响应超过 {limit_mib} MiB"), "")
        .with_fact("origin", origin.to_string());
        Self { kind: FaultKind::TooLarge, diagnosis }
    }

    /// A response came whose arrays and objects are in each other so often that a parser might not survive it.
    pub(crate) fn too_deep(origin: &Origin) -> Self {
        let diagnosis = Diagnosis::new(
            "response-too-deep",
            format!("the response of {origin} is nested more than {MAX_BODY_DEPTH} levels deep"),
        )
        .in_chinese(format!("{origin} 的响应嵌套超过 {MAX_BODY_DEPTH} 层"), "")
        .with_fact("origin", origin.to_string());
        Self { kind: FaultKind::TooLarge, diagnosis }
    }

    /// A response came that repeats a secret so often that it is too large with tokens in their stead.
    pub(crate) fn repeats_secrets(limit_bytes: usize) -> Self {
        let limit_mib = limit_bytes >> 20;
        let diagnosis = Diagnosis::new(
            "response-too-large",
            format!("the response repeats a secret so often that it would be larger than {limit_mib} MiB without it"),
        )
        .in_chinese(format!("响应反复包含机密，替换后将超过 {limit_mib} MiB"), "");
        Self { kind: FaultKind::TooLarge, diagnosis }
    }

    /// A response came, and too many before it still wait to be taken.
    pub(crate) fn untaken(limit_bytes: usize) -> Self {
        let limit_mib = limit_bytes >> 20;
        let diagnosis = Diagnosis::new(
            "response-too-large",
            format!("the connector left more than {limit_mib} MiB of responses untaken"),
        )
        .in_chinese(format!("连接器未取走的响应超过 {limit_mib} MiB"), "");
        Self { kind: FaultKind::TooLarge, diagnosis }
    }

    pub(crate) fn timed_out(origin: &Origin, limit: Duration) -> Self {
        let seconds = limit.as_secs_f32();
        let diagnosis =
            Diagnosis::new("timed-out", format!("{origin} did not answer completely within {seconds} s"))
                .in_chinese(format!("{origin} 未能在 {seconds} 秒内给出完整响应"), "")
                .with_fact("origin", origin.to_string());
        Self { kind: FaultKind::TimedOut, diagnosis }
    }

    /// The origin, or what stands before it, does not open a channel.
    pub(crate) fn channel_refused(origin: &Origin, cause: &Cause) -> Self {
        let diagnosis =
            Diagnosis::new("channel-refused", format!("{origin} does not open a channel: {cause}"))
                .with_remedy(
                    "If it stays so, check that the proxy and what is behind it let WebSockets through.",
                )
                .in_chinese(
                    format!("{origin} 没有建立推送通道：{}", cause.chinese()),
                    "如果一直如此，请确认代理及其后的网络设备允许 WebSocket 通过。",
                )
                .with_fact("origin", origin.to_string());
        Self { kind: FaultKind::Other, diagnosis }
    }

    /// An open channel ended without a word.
    pub(crate) fn channel_lost(origin: &Origin, cause: &str) -> Self {
        let diagnosis = Diagnosis::new("channel-lost", format!("the channel to {origin} broke: {cause}"))
            .in_chinese(format!("与 {origin} 的推送通道已中断：{cause}"), "")
            .with_fact("origin", origin.to_string());
        Self { kind: FaultKind::Interrupted, diagnosis }
    }

    /// A message over a channel is larger than the limit.
    pub(crate) fn channel_message_too_large(origin: &Origin, limit_bytes: usize) -> Self {
        let limit_mib = limit_bytes >> 20;
        let diagnosis = Diagnosis::new(
            "channel-message-too-large",
            format!("{origin} sent a message of more than {limit_mib} MiB over the channel"),
        )
        .in_chinese(format!("{origin} 通过推送通道发来的消息超过 {limit_mib} MiB"), "")
        .with_fact("origin", origin.to_string());
        Self { kind: FaultKind::TooLarge, diagnosis }
    }

    pub(crate) fn not_sent(error: &DialError) -> Self {
        Self { kind: FaultKind::of(error), diagnosis: dial_diagnosis(error) }
    }
}

pub(crate) fn dial_diagnosis(error: &DialError) -> Diagnosis {
    let message = error.to_string();
    match error {
        DialError::ProxyUnreachable { proxy, cause } => Diagnosis::new("proxy-unreachable", message)
            .with_remedy("Check the proxy's address and port, and that this host may connect to it.")
            .in_chinese(
                format!("无法连接代理服务器 {proxy}：{}", cause.chinese()),
                "请检查代理的地址和端口，并确认本机可以连接到该代理。",
            )
            .with_fact("proxy", proxy),
        DialError::Proxy { proxy, trouble } => trouble.diagnosis(proxy),
        DialError::NameNotFound { host, cause } => Diagnosis::new("name-not-found", message)
            .with_remedy("Check the host name, and the name servers of this host.")
            .in_chinese(
                format!("无法解析主机名 {host:?}：{}", cause.chinese()),
                "请检查主机名以及本机的 DNS 设置。",
            )
            .with_fact("host", host),
        DialError::ConnectFailed { target, cause } => Diagnosis::new("connect-failed", message)
            .with_remedy("Check that this host may connect there; if it must go through a proxy, set one.")
            .in_chinese(
                format!("无法连接 {target}：{}", cause.chinese()),
                "请确认本机可以访问该地址；如需经由代理，请配置代理。",
            )
            .with_fact("target", target),
        DialError::TlsFailed { target, cause, trust } => Diagnosis::new("tls-failed", message)
            .with_remedy(tls_remedy(*trust).0)
            .in_chinese(format!("与 {target} 的 TLS 连接失败：{}", cause.chinese()), tls_remedy(*trust).1)
            .with_fact("target", target),
        DialError::NotAllowed(refused) => refused.diagnosis(),
        DialError::NotTls { target, proxy } => not_tls(message, target, proxy.as_deref()),
    }
}

fn not_tls(message: String, target: &str, proxy: Option<&str>) -> Diagnosis {
    let diagnosis = Diagnosis::new("not-tls", message).with_fact("target", target);
    match proxy {
        None => diagnosis
            .with_remedy("Check the address and the port, and that nothing between here and there answers in its place.")
            .in_chinese(
                format!("{target} 使用的不是 TLS 协议"),
                "请检查地址和端口，并确认没有中间设备代为应答。",
            ),
        Some(proxy) => diagnosis
            .with_remedy("The proxy, or something behind it, answers in the place of the target, such as with a notice page. \
                          Let this host pass to the target itself.")
            .in_chinese(
                format!("代理服务器 {proxy} 表示已连接到 {target}，但那里的应答不是 TLS"),
                "代理或其后的设备（例如提示页）代替目标作出了应答。请让本机能够直接访问该目标。",
            )
            .with_fact("proxy", proxy),
    }
}

const fn tls_remedy(trust: Trust) -> (&'static str, &'static str) {
    match trust {
        Trust::UnknownIssuer => (
            "If a company proxy inspects TLS, or the server has a certificate of its own authority, give that \
             authority's certificate as the source's `ca` file.",
            "如果公司代理会检查 TLS，或者服务器使用自有证书颁发机构，请把该机构的证书配置为来源的 `ca` 文件。",
        ),
        Trust::AuthorityItself => (
            "Give the server a certificate that this authority signed, or a self-signed one that is no authority.",
            "请为服务器配置由该机构签发的证书，或配置不具有 CA 标志的自签名证书。",
        ),
        Trust::Unfit | Trust::Otherwise => (
            "Check that the address is right and that nothing between here and there interferes with TLS.",
            "请检查地址是否正确，以及中间设备是否干扰了 TLS。",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_that_refuses_is_told_apart_from_a_source_that_is_not_there() {
        let not_sent = |code: &str| Fault {
            kind: FaultKind::NotSent,
            diagnosis: Diagnosis::new(code, "nothing was sent"),
        };
        let outcomes = ["proxy-unreachable", "origin-unreachable"].map(|code| not_sent(code).outcome());
        assert_eq!(outcomes, [RequestOutcome::ProxyFailed, RequestOutcome::NotSent]);
    }
}
