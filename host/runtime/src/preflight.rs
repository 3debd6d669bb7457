//! Whether a source's requests would arrive: the proxy, its password, and TLS with each origin, before anyone looks for
//! the fault in the credentials.
//!
//! It opens connections as a run would and sends no request to any origin. Not here: what the source says once it is
//! reached; its connector checks that.

use futures_util::future::join_all;

use crate::egress::{Client, DialError, Proxy, Trouble, dial_diagnosis};
use crate::grant::Origin;
use crate::model::{Diagnosis, Finding, Standing};

/// An origin to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OriginToTry {
    pub(crate) origin: Origin,
    /// Whether the connector works without it.
    pub(crate) is_optional: bool,
}

/// Try the way to each origin.
pub(crate) async fn preflight(client: &Client, origins: &[OriginToTry]) -> Vec<Finding> {
    let dialer = client.dialer();
    let reached = dialer.probe_proxy().await;
    let is_reached = reached.is_ok();
    let dial = async |way: &OriginToTry| match dialer.dial(&way.origin).await {
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
    origins: &[OriginToTry],
    dialed: &[Dialed],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let refusal = errors(dialed).find(|error| is_login(error));
    let trouble = reached.as_ref().err().or_else(|| trouble_of_all(dialed));
    if let Some(proxy) = proxy {
        findings.push(proxy_finding(proxy, trouble));
        findings.extend(password_finding(proxy, refusal, dialed));
    }
    let is_blocked = trouble.is_some() || refusal.is_some();
    for (place, OriginToTry { origin, is_optional }) in origins.iter().enumerate() {
        let failed = if *is_optional { Standing::Warning } else { Standing::Failed };
        findings.push(match dialed.get(place) {
            Some(Some(Ok(()))) => found("origin", Standing::Passed, reachable(origin)),
            Some(Some(Err(error))) if trouble.is_none() && !is_login(error) => {
                found("origin", failed, about(error, origin))
            }
            Some(Some(Err(_)) | None) | None => {
                found("origin", Standing::Skipped, not_tried(origin, is_blocked))
            }
        });
    }
    findings
}

fn errors(dialed: &[Dialed]) -> impl Iterator<Item = &DialError> {
    dialed.iter().flatten().filter_map(|result| result.as_ref().err())
}

/// What is wrong with the proxy, if that is why no origin at all could be reached. One thing to mend, and said once.
fn trouble_of_all(dialed: &[Dialed]) -> Option<&DialError> {
    let is_all =
        !dialed.is_empty() && errors(dialed).filter(|error| is_the_proxys(error)).count() == dialed.len();
    errors(dialed).next().filter(|_| is_all)
}

/// Whether it would be the same with every other origin, as far as one can tell.
fn is_the_proxys(error: &DialError) -> bool {
    matches!(error, DialError::ProxyUnreachable { .. })
        || error.trouble().is_some_and(|trouble| !trouble.is_login() && !trouble.is_about_target())
}

fn proxy_finding(proxy: &Proxy, trouble: Option<&DialError>) -> Finding {
    match trouble {
        None => found("proxy", Standing::Passed, proxy_reached(proxy)),
        Some(error) => found("proxy", Standing::Failed, dial_diagnosis(error)),
    }
}

/// None if the proxy asks for no password and none is set.
fn password_finding(proxy: &Proxy, refusal: Option<&DialError>, dialed: &[Dialed]) -> Option<Finding> {
    if let Some(error) = refusal {
        return Some(found("proxy-password", Standing::Failed, dial_diagnosis(error)));
    }
    proxy.user()?;
    let is_accepted = dialed.iter().flatten().any(|result| match result {
        Ok(()) => true,
        Err(error) => error.is_past_proxy(),
    });
    if !is_accepted {
        let unknown = Diagnosis::new(
            "proxy-auth-unknown",
            format!("whether proxy {proxy} accepts the name and password was not found out"),
        )
        .in_chinese(format!("未能确认代理服务器 {proxy} 是否接受所给的用户名和密码"), "");
        return Some(found("proxy-password", Standing::Skipped, unknown));
    }
    let accepted =
        Diagnosis::new("proxy-auth-accepted", format!("proxy {proxy} accepts the name and password"))
            .in_chinese(format!("代理服务器 {proxy} 接受所给的用户名和密码"), "");
    Some(found("proxy-password", Standing::Passed, accepted))
}

fn is_login(error: &DialError) -> bool {
    error.trouble().is_some_and(Trouble::is_login)
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
    use crate::egress::{Cause, Unwelcome};

    #[track_caller]
    fn check(proxy: Option<&str>, reached: &Result<(), DialError>, dialed: &[Dialed], expected: &Expect) {
        let proxy: Option<Proxy> = proxy.map(|text| text.parse().unwrap());
        let way =
            |(text, is_optional): (&str, bool)| OriginToTry { origin: text.parse().unwrap(), is_optional };
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
        in_the_way(Trouble::Login(Unwelcome::WrongPassword))
    }

    fn in_the_way(trouble: Trouble) -> Dialed {
        Some(Err(DialError::Proxy { proxy: "http://proxy:3128".to_owned(), trouble }))
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
                proxy-password Skipped proxy-auth-unknown: whether proxy http://proxy:3128 accepts the name and password was not found out
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
    fn what_is_wrong_with_the_proxy_for_every_origin_is_said_once() {
        check(
            Some("http://me:secret@proxy:3128"),
            &Ok(()),
            &[in_the_way(Trouble::Closes), in_the_way(Trouble::Closes)],
            &expect![[r#"
                proxy Failed proxy-closes: proxy http://proxy:3128 ends the connection without an answer
                proxy-password Skipped proxy-auth-unknown: whether proxy http://proxy:3128 accepts the name and password was not found out
                origin Skipped origin-not-tried: https://a.example was not tried; mend the proxy first
                origin Skipped origin-not-tried: https://b.example was not tried; mend the proxy first
            "#]],
        );
    }

    #[test]
    fn what_a_proxy_does_to_one_origin_alone_is_said_of_that() {
        check(
            Some("http://me:secret@proxy:3128"),
            &Ok(()),
            &[in_the_way(Trouble::Closes), Some(Ok(()))],
            &expect![[r#"
                proxy Passed proxy-reachable: proxy http://proxy:3128 answers
                proxy-password Passed proxy-auth-accepted: proxy http://proxy:3128 accepts the name and password
                origin Failed proxy-closes: proxy http://proxy:3128 ends the connection without an answer
                origin Passed origin-reachable: https://b.example answers with TLS
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
            proxy-password Skipped proxy-auth-unknown: whether proxy http://proxy:3128 accepts the name and password was not found out
            origin Skipped origin-not-tried: https://a.example was not tried
            origin Skipped origin-not-tried: https://b.example was not tried
        "#]],
        );
    }
}
