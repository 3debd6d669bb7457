//! Whether a source's requests would arrive: the proxy, its password, and TLS with each origin, before anyone looks for
//! the fault in the credentials.
//!
//! It opens connections as a run would and sends no request to any origin. Not here: what the source says once it is
//! reached; its connector checks that.

use futures_util::future::join_all;

use crate::egress::{Client, DialError, Proxy, dial_diagnosis};
use crate::grant::Origin;
use crate::model::{Diagnosis, Finding, Standing};

/// An origin to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) origin: Origin,
    /// Whether the connector works without it.
    pub(crate) is_optional: bool,
}

/// Try the way to each origin.
pub(crate) async fn preflight(client: &Client, origins: &[Way]) -> Vec<Finding> {
    let dialer = client.dialer();
    let reached = dialer.probe_proxy().await;
    let is_reached = reached.is_ok();
    let dial = async |way: &Way| match dialer.dial(&way.origin).await {
        // Only the proxy was reached; it is the one who will connect to the origin.
        Ok(connection) if connection.is_forwarded() => None,
        result => Some(result.map(drop)),
    };
    let dialed = join_all(origins.iter().filter(|_| is_reached).map(dial)).await;
    findings(dialer.proxy(), &reached, origins, &dialed)
}

/// What came of dialling an origin; none if that says nothing about it.
type Dialed = Option<Result<(), DialError>>;

/// The checklist: `dialed` has an item for each origin, or none at all if the proxy was not reached.
fn findings(
    proxy: Option<&Proxy>,
    reached: &Result<(), DialError>,
    origins: &[Way],
    dialed: &[Dialed],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut errors = dialed.iter().flatten().filter_map(|result| result.as_ref().err());
    let refusal = errors.find(|error| is_auth(error));
    if let Some(proxy) = proxy {
        findings.push(proxy_finding(proxy, reached));
        findings.extend(password_finding(proxy, reached, refusal, dialed));
    }
    let is_blocked = reached.is_err() || refusal.is_some();
    for (place, Way { origin, is_optional }) in origins.iter().enumerate() {
        let failed = if *is_optional { Standing::Warning } else { Standing::Failed };
        findings.push(match dialed.get(place) {
            Some(Some(Ok(()))) => found("origin", Standing::Passed, reachable(origin)),
            Some(Some(Err(error))) if !is_auth(error) => found("origin", failed, about(error, origin)),
            Some(Some(Err(_)) | None) | None => {
                found("origin", Standing::Skipped, not_tried(origin, is_blocked))
            }
        });
    }
    findings
}

fn proxy_finding(proxy: &Proxy, reached: &Result<(), DialError>) -> Finding {
    match reached {
        Ok(()) => found("proxy", Standing::Passed, proxy_reached(proxy)),
        Err(error) => found("proxy", Standing::Failed, dial_diagnosis(error)),
    }
}

/// None if the proxy asks for no password and none is set.
fn password_finding(
    proxy: &Proxy,
    reached: &Result<(), DialError>,
    refusal: Option<&DialError>,
    dialed: &[Dialed],
) -> Option<Finding> {
    if let Some(error) = refusal {
        return Some(found("proxy-password", Standing::Failed, dial_diagnosis(error)));
    }
    proxy.user()?;
    let diagnosis =
        Diagnosis::new("proxy-auth-unknown", format!("the password for proxy {proxy} was not tried"))
            .in_chinese(format!("未验证代理服务器 {proxy} 的密码"), "");
    if reached.is_err() || dialed.iter().all(Option::is_none) {
        return Some(found("proxy-password", Standing::Skipped, diagnosis));
    }
    let accepted =
        Diagnosis::new("proxy-auth-accepted", format!("proxy {proxy} accepts the name and password"))
            .in_chinese(format!("代理服务器 {proxy} 接受所给的用户名和密码"), "");
    Some(found("proxy-password", Standing::Passed, accepted))
}

fn is_auth(error: &DialError) -> bool {
    matches!(error, DialError::ProxyAuthFailed { .. })
}

fn about(error: &DialError, origin: &Origin) -> Diagnosis {
    dial_diagnosis(error).with_fact("origin", origin.to_string())
}

fn proxy_reached(proxy: &Proxy) -> Diagnosis {
    Diagnosis::new("proxy-reachable", format!("proxy {proxy} answers"))
        .in_chinese(format!("代理服务器 {proxy} 可以连接"), "")
        .with_fact("proxy", proxy.to_string())
}

fn reachable(origin: &Origin) -> Diagnosis {
    let (how, how_in_chinese) = if origin.is_https() {
        ("with TLS", "TLS 连接正常")
    } else {
        ("without encryption", "未加密")
    };
    Diagnosis::new("origin-reachable", format!("{origin} answers {how}"))
        .in_chinese(format!("{origin} 可以访问，{how_in_chinese}"), "")
        .with_fact("origin", origin.to_string())
}

fn not_tried(origin: &Origin, is_blocked: bool) -> Diagnosis {
    let why = if is_blocked { "; mend the proxy first" } else { "" };
    Diagnosis::new("origin-not-tried", format!("{origin} was not tried{why}"))
        .in_chinese(format!("未尝试访问 {origin}{}", if is_blocked { "，请先解决代理问题" } else { "" }), "")
        .with_fact("origin", origin.to_string())
}

/// That the connector has to do without an origin, because nobody granted it.
pub(crate) fn done_without(origin: &Origin) -> Finding {
    let diagnosis = Diagnosis::new(
        "origin-optional",
        format!("{origin} is not granted; the connector works without it, with less"),
    )
    .with_remedy("Add the origin to the source's `allow` list if what it is for is wanted.")
    .in_chinese(
        format!("未授权访问 {origin}；没有它连接器也能工作，但功能较少"),
        "如果需要相应的功能，请把该地址加入来源的 `allow` 列表。",
    )
    .with_fact("origin", origin.to_string());
    found("origin", Standing::Skipped, diagnosis)
}

fn found(check: &str, standing: Standing, diagnosis: Diagnosis) -> Finding {
    Finding { check: check.to_owned(), standing, diagnosis }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::egress::Cause;

    #[track_caller]
    fn check(proxy: Option<&str>, reached: &Result<(), DialError>, dialed: &[Dialed], expected: &Expect) {
        let proxy: Option<Proxy> = proxy.map(|text| text.parse().unwrap());
        let way = |(text, is_optional): (&str, bool)| Way { origin: text.parse().unwrap(), is_optional };
        let origins =
            [("https://a.example", false), ("https://b.example", false), ("https://c.example", true)]
                .map(way);
        // Most of the way is the same with two.
        let origins = &origins[..dialed.len().max(2)];
        let lines = findings(proxy.as_ref(), reached, origins, dialed)
            .iter()
            .map(|Finding { check, standing, diagnosis }| {
                format!("{check} {standing:?} {}: {}\n", diagnosis.code, diagnosis.message)
            })
            .collect::<String>();
        expected.assert_eq(&lines);
    }

    fn refused() -> Dialed {
        Some(Err(DialError::ProxyAuthFailed { proxy: "http://proxy:3128".to_owned() }))
    }

    fn unreachable() -> Result<(), DialError> {
        let (proxy, cause) = ("http://proxy:3128".to_owned(), Cause::untranslated("connection refused"));
        Err(DialError::ProxyUnreachable { proxy, cause })
    }

    fn failed() -> Dialed {
        let (target, cause) = ("b.example:443".to_owned(), Cause::untranslated("no route"));
        Some(Err(DialError::ConnectFailed { target, cause }))
    }

    #[test]
    fn a_way_that_is_free_passes_everything() {
        check(
            Some("http://me:secret@proxy:3128"),
            &Ok(()),
            &[Some(Ok(())), Some(Ok(()))],
            &expect![[r#"
                proxy Passed proxy-reachable: proxy http://proxy:3128 answers
                proxy-password Passed proxy-auth-accepted: proxy http://proxy:3128 accepts the name and password
                origin Passed origin-reachable: https://a.example answers with TLS
                origin Passed origin-reachable: https://b.example answers with TLS
            "#]],
        );
    }

    #[test]
    fn behind_a_proxy_that_is_down_nothing_else_is_tried() {
        check(
            Some("http://me:secret@proxy:3128"),
            &unreachable(),
            &[],
            &expect![[r#"
                proxy Failed proxy-unreachable: proxy http://proxy:3128 cannot be reached: connection refused
                proxy-password Skipped proxy-auth-unknown: the password for proxy http://proxy:3128 was not tried
                origin Skipped origin-not-tried: https://a.example was not tried; mend the proxy first
                origin Skipped origin-not-tried: https://b.example was not tried; mend the proxy first
            "#]],
        );
    }

    #[test]
    fn a_wrong_or_missing_password_is_one_failure_and_not_one_an_origin() {
        check(
            Some("http://proxy:3128"),
            &Ok(()),
            &[refused(), refused()],
            &expect![[r#"
                proxy Passed proxy-reachable: proxy http://proxy:3128 answers
                proxy-password Failed proxy-auth-failed: proxy http://proxy:3128 refuses this name and password
                origin Skipped origin-not-tried: https://a.example was not tried; mend the proxy first
                origin Skipped origin-not-tried: https://b.example was not tried; mend the proxy first
            "#]],
        );
    }

    #[test]
    fn without_a_proxy_there_is_only_the_way_to_each_origin() {
        check(
            None,
            &Ok(()),
            &[Some(Ok(())), failed()],
            &expect![[r#"
                origin Passed origin-reachable: https://a.example answers with TLS
                origin Failed connect-failed: b.example:443 cannot be reached: no route
            "#]],
        );
    }

    #[test]
    fn an_optional_origin_that_cannot_be_reached_is_a_warning() {
        check(
            None,
            &Ok(()),
            &[Some(Ok(())), Some(Ok(())), failed()],
            &expect![[r#"
                origin Passed origin-reachable: https://a.example answers with TLS
                origin Passed origin-reachable: https://b.example answers with TLS
                origin Warning connect-failed: b.example:443 cannot be reached: no route
            "#]],
        );
    }

    #[test]
    fn a_proxy_that_forwards_says_nothing_about_its_password_or_the_origin() {
        check(
            Some("http://me:secret@proxy:3128"),
            &Ok(()),
            &[None, None],
            &expect![[r#"
            proxy Passed proxy-reachable: proxy http://proxy:3128 answers
            proxy-password Skipped proxy-auth-unknown: the password for proxy http://proxy:3128 was not tried
            origin Skipped origin-not-tried: https://a.example was not tried
            origin Skipped origin-not-tried: https://b.example was not tried
        "#]],
        );
    }
}
