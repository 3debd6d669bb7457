//! Whether this host's clock and the source's agree, by the dates of its answers.

use std::time::Duration;

use super::findings::finding;
use crate::clock::Clock;
use crate::egress::Client;
use crate::egress::dates::Dated;
use crate::grant::Origin;
use crate::limits::{MAX_CLOCK_SKEW, MAX_DELIVERY_SKEW};
use crate::model::{Diagnosis, Finding, Standing};
use tokio::time::Instant;

/// The name of the check.
const CLOCK: &str = "clock";

/// What a source that pushes its changes does with the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pushes {
    /// It says when each push was signed, and that counts for [`MAX_DELIVERY_SKEW`].
    Signed,
    /// It says nothing of the time, or pushes to no callback address.
    Timeless,
}

/// Compare the clocks by what the source answered since `began`.
pub(super) fn compare(client: &Client, clock: &dyn Clock, began: Instant, pushes: Pushes) -> Finding {
    let (now, now_ms) = (Instant::now(), clock.now().unix_ms());
    let skews =
        client.dates().since(began).into_iter().map(|dated| (skew_ms(&dated, now, now_ms), dated.origin));
    // The answer that agrees best counts: any other may have waited in a cache. Of several that agree, the first by name.
    match skews.min_by_key(|(skew_ms, origin)| (disagreement(*skew_ms), origin.clone())) {
        None => finding(CLOCK, Standing::Skipped, unknown()),
        Some((skew_ms, origin)) => judge(skew_ms, &origin, pushes),
    }
}

/// By how many milliseconds this host is ahead at least, or behind if it is negative.
fn skew_ms(dated: &Dated, now: Instant, now_ms: i64) -> i64 {
    let Dated { date, asked_at, came_at, .. } = dated;
    let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let came_ms = now_ms.saturating_sub(ms(now.saturating_duration_since(*came_at)));
    let asked_ms = came_ms.saturating_sub(ms(came_at.saturating_duration_since(*asked_at)));
    // It was made at some moment of this second, between the request and the answer.
    let (earliest, latest) = (date.unix_ms(), date.unix_ms().saturating_add(999));
    if latest < asked_ms { asked_ms.saturating_sub(latest) } else { came_ms.saturating_sub(earliest).min(0) }
}

/// Nothing for clocks that agree.
fn disagreement(skew_ms: i64) -> Duration {
    let skew = Duration::from_millis(skew_ms.unsigned_abs());
    if skew <= MAX_CLOCK_SKEW { Duration::ZERO } else { skew }
}

fn judge(skew_ms: i64, origin: &Origin, pushes: Pushes) -> Finding {
    let skew = Duration::from_millis(skew_ms.unsigned_abs());
    if skew <= MAX_CLOCK_SKEW {
        return finding(CLOCK, Standing::Passed, agrees(origin));
    }
    let refuses = pushes == Pushes::Signed && MAX_DELIVERY_SKEW < skew;
    let standing = if refuses { Standing::Failed } else { Standing::Warning };
    let diagnosis = match (pushes, refuses) {
        (Pushes::Signed, true) => off(
            skew_ms,
            origin,
            "so every change that it pushes is refused as signed too long ago or not yet",
            "因此它推送的每个变更都会因签名时间过早或过晚而被拒绝",
        ),
        (Pushes::Signed, false) => off(
            skew_ms,
            origin,
            "and from 15 min on every change that it pushes is refused",
            "相差超过 15 分钟后，它推送的每个变更都会被拒绝",
        ),
        (Pushes::Timeless, _) => off(
            skew_ms,
            origin,
            "so schedules start at the wrong moment, the history shows wrong times, and certificates may seem expired",
            "因此定时导入会在错误的时刻开始，历史记录的时间不准，证书也可能被误判为过期",
        ),
    };
    finding(CLOCK, standing, diagnosis)
}

fn off(skew_ms: i64, origin: &Origin, follows: &str, follows_in_chinese: &str) -> Diagnosis {
    let (by, by_in_chinese) = roughly(skew_ms.unsigned_abs());
    let (way, way_in_chinese) = if skew_ms < 0 { ("behind", "慢") } else { ("ahead of", "快") };
    Diagnosis::new("clock-off", format!("this host's clock is {by} {way} that of {origin}, {follows}"))
        .with_remedy(
            "Let this host set its clock by NTP (on Linux: timedatectl set-ntp true), then check again.",
        )
        .in_chinese(
            format!("本机时钟比 {origin} {way_in_chinese} {by_in_chinese}，{follows_in_chinese}"),
            "请让本机通过 NTP 校准时钟（Linux：timedatectl set-ntp true），然后重新检查。",
        )
        .with_fact("origin", origin.to_string())
        .with_fact("ahead_ms", skew_ms.to_string())
}

/// So much time, as exactly as dates in whole seconds tell it.
fn roughly(ms: u64) -> (String, String) {
    let seconds = ms / 1000;
    let minutes = (seconds + 30) / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0..2) => (format!("{seconds} s"), format!("{seconds} 秒")),
        (0, minutes) => (format!("{minutes} min"), format!("{minutes} 分钟")),
        (hours, minutes) => (format!("{hours} h {minutes} min"), format!("{hours} 小时 {minutes} 分钟")),
    }
}

fn agrees(origin: &Origin) -> Diagnosis {
    Diagnosis::new("clock-right", format!("this host's clock agrees with that of {origin}"))
        .in_chinese(format!("本机时钟与 {origin} 一致"), "")
        .with_fact("origin", origin.to_string())
}

fn unknown() -> Diagnosis {
    Diagnosis::new("clock-unknown", "the clocks were not compared: no answer said when it was made")
        .in_chinese("未能比对时钟：没有任何应答说明它的时间", "")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::model::Timestamp;

    const DATE_MS: i64 = 1_800_000_000_000;

    /// Of an answer that took so long and came just now, when this host's clock was so far ahead of its date.
    async fn skew(took_ms: u64, ahead_ms: i64) -> i64 {
        let asked_at = Instant::now();
        tokio::time::sleep(Duration::from_millis(took_ms)).await;
        let origin = "https://directory.test".parse().unwrap();
        let dated =
            Dated { origin, date: Timestamp::from_unix_ms(DATE_MS), asked_at, came_at: Instant::now() };
        skew_ms(&dated, Instant::now(), DATE_MS + ahead_ms)
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_second_and_the_way_of_an_answer_explain_is_no_difference() {
        for (took_ms, ahead_ms, expected) in [
            (0, 0, 0),
            (0, 999, 0),
            (0, 1000, 1),
            (0, -1, -1),
            (5000, 5999, 0),
            (5000, 6000, 1),
            (5000, -1, -1),
            (20, 960_000 + 999, 959_980),
        ] {
            assert_eq!(skew(took_ms, ahead_ms).await, expected, "{took_ms} {ahead_ms}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_that_passed_since_the_answer_is_no_difference() {
        let asked_at = Instant::now();
        let origin = "https://directory.test".parse().unwrap();
        let dated = Dated { origin, date: Timestamp::from_unix_ms(DATE_MS), asked_at, came_at: asked_at };
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert_eq!(skew_ms(&dated, Instant::now(), DATE_MS + 600_000), 0);
    }

    #[track_caller]
    fn check(skew_s: i64, pushes: Pushes, expected: &Expect) {
        let origin = "https://directory.test".parse().unwrap();
        let Finding { standing, diagnosis, .. } = judge(skew_s * 1000, &origin, pushes);
        let chinese = diagnosis.localized("zh-CN").message;
        expected.assert_eq(&format!("{standing:?} {}\n{chinese}", diagnosis.message));
    }

    #[test]
    fn a_minute_is_nothing() {
        check(
            60,
            Pushes::Signed,
            &expect![[r#"
            Passed this host's clock agrees with that of https://directory.test
            本机时钟与 https://directory.test 一致"#]],
        );
        check(
            -60,
            Pushes::Signed,
            &expect![[r#"
            Passed this host's clock agrees with that of https://directory.test
            本机时钟与 https://directory.test 一致"#]],
        );
    }

    #[test]
    fn more_is_a_warning_and_a_failure_where_pushes_are_refused_for_it() {
        check(
            61,
            Pushes::Signed,
            &expect![[r#"
                Warning this host's clock is 61 s ahead of that of https://directory.test, and from 15 min on every change that it pushes is refused
                本机时钟比 https://directory.test 快 61 秒，相差超过 15 分钟后，它推送的每个变更都会被拒绝"#]],
        );
        check(
            900,
            Pushes::Signed,
            &expect![[r#"
                Warning this host's clock is 15 min ahead of that of https://directory.test, and from 15 min on every change that it pushes is refused
                本机时钟比 https://directory.test 快 15 分钟，相差超过 15 分钟后，它推送的每个变更都会被拒绝"#]],
        );
        check(
            -960,
            Pushes::Signed,
            &expect![[r#"
                Failed this host's clock is 16 min behind that of https://directory.test, so every change that it pushes is refused as signed too long ago or not yet
                本机时钟比 https://directory.test 慢 16 分钟，因此它推送的每个变更都会因签名时间过早或过晚而被拒绝"#]],
        );
        check(
            960,
            Pushes::Timeless,
            &expect![[r#"
                Warning this host's clock is 16 min ahead of that of https://directory.test, so schedules start at the wrong moment, the history shows wrong times, and certificates may seem expired
                本机时钟比 https://directory.test 快 16 分钟，因此定时导入会在错误的时刻开始，历史记录的时间不准，证书也可能被误判为过期"#]],
        );
        check(
            8 * 3600,
            Pushes::Timeless,
            &expect![[r#"
                Warning this host's clock is 8 h 0 min ahead of that of https://directory.test, so schedules start at the wrong moment, the history shows wrong times, and certificates may seem expired
                本机时钟比 https://directory.test 快 8 小时 0 分钟，因此定时导入会在错误的时刻开始，历史记录的时间不准，证书也可能被误判为过期"#]],
        );
    }
}
