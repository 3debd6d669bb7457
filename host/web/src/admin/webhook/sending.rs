//! Tells what is due, signed, through the host's own way out: no redirects, ten seconds, https.
//!
//! Each webhook is told one thing at a time, in order; several are told at once.

use std::time::Duration;

use futures_util::future::join_all;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use rollcall_admin::{Attempted, DueDelivery as Due};
use rollcall_host::egress::{Client, Egress, Fault, FaultKind, Request};
use rollcall_host::grant::Grants;
use rollcall_host::model::{Diagnosis, Timestamp};
use serde::{Deserialize, Serialize};

use super::hooks::{Target, WrongAddress, context};
use super::signature::SigningSecret;
use crate::database::DatabaseError;
use crate::services::Services as Console;

/// How long one attempt may take.
///
/// 10 s. Why: whoever receives it should keep it and answer; Standard Webhooks recommends 15 s to 30 s at most.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long after each attempt in vain the next one is made; after the last one it is given up.
///
/// From 5 s, to a day in all. Why: a restart is over in seconds, an outage in hours, and what is a day old helps nobody.
const RETRY_AFTER: [Duration; 10] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(4 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
];

/// How an attempt went. Written as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AttemptOutcome {
    /// It was answered with this status.
    Answered(u16),
    /// It was not told, and will not be: its address is out of reach. Where that is is not said: whoever adds webhooks could
    /// otherwise look around in the network.
    NotAllowed,
    /// It was not.
    Unanswered(Diagnosis),
}

impl AttemptOutcome {
    /// Whether it was told.
    pub(crate) const fn is_good(&self) -> bool {
        matches!(self, Self::Answered(200..300))
    }

    /// Whether another attempt would end otherwise.
    const fn may_pass(&self) -> bool {
        !self.is_good() && !matches!(self, Self::NotAllowed)
    }
}

/// Tell what is due, until the program ends.
pub(crate) async fn send(console: Console) {
    let ending = console.ending().clone();
    tokio::select! {
        () = ending.cancelled() => {}
        () = go_on(&console) => {}
    }
}

async fn go_on(console: &Console) {
    let mut listening = console.pulse().listen();
    loop {
        match tell_due(console).await {
            // There may be more for the same ones.
            Ok(n) if 0 < n => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "what webhooks are to be told cannot be read"),
        }
        listening.heard().await;
    }
}

/// Tell each webhook the first thing that is due. How many were told something.
pub(crate) async fn tell_due(console: &Console) -> Result<usize, DatabaseError> {
    let due = console.database().due_deliveries(console.now()).await?;
    let n = due.len();
    let told = join_all(due.into_iter().map(|due| tell(console, due))).await;
    told.into_iter().collect::<Result<(), _>>()?;
    Ok(n)
}

async fn tell(console: &Console, due: Due) -> Result<(), DatabaseError> {
    let outcome = attempt(console, &due).await;
    let (webhook, id, is_good) = (due.webhook, due.id.as_str(), outcome.is_good());
    tracing::info!(webhook, id, is_good, "a webhook was told");
    let now = console.now();
    let n_attempts = due.n_attempts.saturating_add(1);
    let due_at = if outcome.may_pass() { again_at(n_attempts, now) } else { None };
    let settled_at = due_at.is_none().then_some(now);
    // A type of ours: nothing that JSON could not say.
    let outcome = serde_json::to_string(&outcome).unwrap_or_default();
    let attempted = Attempted { n_attempts, due_at, settled_at, outcome };
    console.database().delivery_attempted(due.number, &attempted).await
}

/// When it is tried again after so many attempts in vain; never after the last one.
fn again_at(n_attempts: u32, now: Timestamp) -> Option<Timestamp> {
    let place = usize::try_from(n_attempts).unwrap_or(usize::MAX).saturating_sub(1);
    let after_ms = i64::try_from(RETRY_AFTER.get(place)?.as_millis()).unwrap_or(i64::MAX);
    Some(Timestamp::from_unix_ms(now.unix_ms().saturating_add(after_ms)))
}

async fn attempt(console: &Console, due: &Due) -> AttemptOutcome {
    let (client, grants, request) = match message(console, due) {
        Ok(message) => message,
        Err(outcome) => return outcome,
    };
    match client.fetch(&grants, request).await {
        Ok(response) => AttemptOutcome::Answered(response.status.as_u16()),
        // Its one origin is granted, so it is out of reach.
        Err(Fault { kind: FaultKind::Denied, .. }) => AttemptOutcome::NotAllowed,
        Err(Fault { diagnosis, .. }) => AttemptOutcome::Unanswered(diagnosis),
    }
}

fn message(console: &Console, due: &Due) -> Result<(Client, Grants, Request), AttemptOutcome> {
    let reach = console.host().reach();
    let target = Target::parse(&due.url, due.proxy.as_deref(), reach).map_err(|wrong| match wrong {
        WrongAddress::NotAllowed(_) => AttemptOutcome::NotAllowed,
        WrongAddress::Url | WrongAddress::Clear | WrongAddress::Proxy => unusable("its address is not valid"),
    })?;
    let secret = console.key().open(&context(&due.url), &due.secret);
    let secret = secret.map_err(|_| unusable("its secret cannot be opened with this key file"))?;
    let headers = headers(due, &SigningSecret::from_bytes(secret), console.now());
    let allow = vec![target.origin.clone()];
    let grants = Grants::decide(&[], Some(&allow));
    let grants = grants.map_err(|_| unusable("its address is not valid"))?;
    let egress = Egress { proxy: target.proxy, ca_pem: None, allow: Some(allow) };
    let client = Client::new(&egress, reach).map_err(|error| unusable(&error.to_string()))?;
    let request = Request {
        method: Method::POST,
        url: target.url,
        headers,
        body: due.body.clone().into(),
        bucket: None,
        timeout: Some(TIMEOUT),
    };
    Ok((client, grants, request))
}

fn headers(due: &Due, secret: &SigningSecret, now: Timestamp) -> HeaderMap {
    let timestamp_s = now.unix_ms().div_euclid(1000);
    let signature = secret.sign(&due.id, timestamp_s, &due.body);
    let texts = [
        (HeaderName::from_static("webhook-id"), due.id.clone()),
        (HeaderName::from_static("webhook-timestamp"), timestamp_s.to_string()),
        (HeaderName::from_static("webhook-signature"), signature),
        (header::CONTENT_TYPE, "application/json".to_owned()),
    ];
    texts.into_iter().filter_map(|(name, text)| Some((name, HeaderValue::try_from(text).ok()?))).collect()
}

fn unusable(why: &str) -> AttemptOutcome {
    let diagnosis = Diagnosis::new("webhook-not-usable", format!("the webhook cannot be told: {why}"))
        .with_remedy("delete it and add it again")
        .in_chinese("无法通知该 Webhook", "请删除后重新添加");
    AttemptOutcome::Unanswered(diagnosis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_tried_for_about_a_day() {
        let total: Duration = RETRY_AFTER.iter().sum();
        let hours = total.as_secs() / 3600;
        assert!((22..=24).contains(&hours), "{hours}");
        let now = Timestamp::from_unix_ms(0);
        assert_eq!(again_at(1, now), Some(Timestamp::from_unix_ms(5000)));
        assert_eq!(again_at(11, now), None);
    }

    #[test]
    fn only_an_answer_that_says_so_means_that_it_was_told() {
        for (outcome, is_good) in [
            (AttemptOutcome::Answered(204), true),
            (AttemptOutcome::Answered(302), false),
            (AttemptOutcome::Answered(500), false),
            (AttemptOutcome::NotAllowed, false),
            (unusable("x"), false),
        ] {
            assert_eq!(outcome.is_good(), is_good, "{outcome:?}");
        }
    }
}
