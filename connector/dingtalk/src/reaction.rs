//! What to do about a refusal: DingTalk's table of codes as one pure function. Doing it is `client`'s part.

use crate::limits::{THROTTLED_LEAST_MS, THROTTLED_MOST_MS};
use crate::wire::envelope::Refusal;
use time::PrimitiveDateTime;
use time::UtcOffset;
use time::macros::{format_description, offset};

/// What a refusal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Try again.
    Again(Passing),
    /// Fetch another token and repeat once; refused again, it is this.
    Renew(Stop),
    /// Nothing that trying again would change.
    Final(Final),
}

/// What passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// DingTalk is busy or did not answer itself in time.
    Busy,
    /// Calls come too fast: not before this many milliseconds.
    Throttled(u64),
}

/// What stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Final {
    /// No other request will be answered either.
    Stop(Stop),
    /// There is no such department.
    NoDepartment,
    /// There is no such person.
    NoPerson,
    /// The department or person is outside what the application may see.
    Hidden,
    /// The person exists and is disabled.
    PersonDisabled,
    /// The request itself is wrong: a mistake of this connector.
    Mistake,
    /// Nothing that is known here.
    Unknown,
}

/// Why nothing else needs to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The token is not honoured.
    Token,
    /// A permission is missing, or was granted after the token was.
    Permission,
    /// Key and secret do not belong together.
    Credentials,
    /// The caller's address is not on the application's list.
    Address,
    /// The application or the company is disabled, gone, or not the one that was meant.
    Disabled,
    /// The month's calls are used up.
    Quota,
}

/// Judge a refusal received at `now_ms`.
///
/// Source: the official table of error codes and DingTalk's guide to retrying.
pub(crate) fn classify(refusal: &Refusal, now_ms: u64) -> Reaction {
    match refusal.code {
        -1 | 15 | 400_001 | 60_019 => Reaction::Again(Passing::Busy),
        88 if refusal.sub_code.is_empty() => Reaction::Again(Passing::Busy),
        90_001..=90_014 | 90_017 | 90_018 => {
            Reaction::Again(Passing::Throttled(throttled_ms(&refusal.text, now_ms)))
        }
        33_001 | 40_001 | 40_014 | 41_001 | 42_001 => Reaction::Renew(Stop::Token),
        43_007 | 60_011 => Reaction::Renew(Stop::Permission),
        40_089 | 40_096 => Reaction::Final(Final::Stop(Stop::Credentials)),
        60_020 => Reaction::Final(Final::Stop(Stop::Address)),
        50_003 | 50_005 | 52_010 | 70_001 => Reaction::Final(Final::Stop(Stop::Disabled)),
        90_020 => Reaction::Final(Final::Stop(Stop::Quota)),
        40_009 | 60_003 => Reaction::Final(Final::NoDepartment),
        33_012 | 60_111 | 60_121 => Reaction::Final(Final::NoPerson),
        50_002 | 50_004 => Reaction::Final(Final::Hidden),
        60_120 => Reaction::Final(Final::PersonDisabled),
        22 | 40_000 | 40_035 | 40_068 | 40_069 | 43_001 | 43_002 | 400_002 => Reaction::Final(Final::Mistake),
        _ => Reaction::Final(Final::Unknown),
    }
}

/// How long to wait, from the end that the text names ("限制将在 2026-09-03 00:01:03 结束", Beijing time) if it does.
fn throttled_ms(text: &str, now_ms: u64) -> u64 {
    let left_ms = ends_at_ms(text).map_or(0, |end_ms| end_ms.saturating_sub(now_ms));
    left_ms.clamp(THROTTLED_LEAST_MS, THROTTLED_MOST_MS)
}

fn ends_at_ms(text: &str) -> Option<u64> {
    const BEIJING: UtcOffset = offset!(+8);
    let (_, after) = text.split_once("将在")?;
    let (end, _) = after.split_once("结束")?;
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let end = PrimitiveDateTime::parse(end.trim(), format).ok()?.assume_offset(BEIJING);
    u64::try_from(end.unix_timestamp()).ok()?.checked_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::{Final, Passing, Reaction, classify};
    use crate::wire::envelope::Refusal;
    use expect_test::expect;
    use std::fmt::Write;

    fn refusal(code: i64, sub_code: &str, text: &str) -> Refusal {
        Refusal { code, sub_code: sub_code.to_owned(), text: text.to_owned(), request_id: None }
    }

    #[test]
    fn every_code_of_the_table_has_its_reaction() {
        let codes = [
            -1, 15, 22, 88, 33_001, 33_012, 40_000, 40_001, 40_009, 40_014, 40_035, 40_068, 40_069, 40_089,
            40_096, 40_104, 41_001, 42_001, 43_001, 43_002, 43_007, 50_002, 50_003, 50_004, 50_005, 52_010,
            60_003, 60_011, 60_019, 60_020, 60_111, 60_120, 60_121, 60_123, 70_001, 90_001, 90_002, 90_005,
            90_014, 90_017, 90_018, 90_020, 400_001, 400_002,
        ];
        let mut table = String::new();
        for code in codes {
            let _ = writeln!(table, "{code}: {:?}", classify(&refusal(code, "", ""), 0));
        }
        expect![[r#"
            -1: Again(Busy)
            15: Again(Busy)
            22: Final(Mistake)
            88: Again(Busy)
            33001: Renew(Token)
            33012: Final(NoPerson)
            40000: Final(Mistake)
            40001: Renew(Token)
            40009: Final(NoDepartment)
            40014: Renew(Token)
            40035: Final(Mistake)
            40068: Final(Mistake)
            40069: Final(Mistake)
            40089: Final(Stop(Credentials))
            40096: Final(Stop(Credentials))
            40104: Final(Unknown)
            41001: Renew(Token)
            42001: Renew(Token)
            43001: Final(Mistake)
            43002: Final(Mistake)
            43007: Renew(Permission)
            50002: Final(Hidden)
            50003: Final(Stop(Disabled))
            50004: Final(Hidden)
            50005: Final(Stop(Disabled))
            52010: Final(Stop(Disabled))
            60003: Final(NoDepartment)
            60011: Renew(Permission)
            60019: Again(Busy)
            60020: Final(Stop(Address))
            60111: Final(NoPerson)
            60120: Final(PersonDisabled)
            60121: Final(NoPerson)
            60123: Final(Unknown)
            70001: Final(Stop(Disabled))
            90001: Again(Throttled(1000))
            90002: Again(Throttled(1000))
            90005: Again(Throttled(1000))
            90014: Again(Throttled(1000))
            90017: Again(Throttled(1000))
            90018: Again(Throttled(1000))
            90020: Final(Stop(Quota))
            400001: Again(Busy)
            400002: Final(Mistake)
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn a_gateway_s_code_that_is_no_number_does_not_pass() {
        assert_eq!(classify(&refusal(88, "isv.unheard-of", ""), 0), Reaction::Final(Final::Unknown));
    }

    #[test]
    fn a_limit_that_names_its_end_in_beijing_time_is_waited_for() {
        let text = "从 2026-09-03 00:01:02 到 2026-09-03 00:01:02 请求总次数超过 1200 次, 限制将在 2026-09-03 00:01:03 结束.";
        // 2026-09-02 16:01:03 UTC.
        let end_ms = 1_788_364_863_000;
        let waits = [end_ms - 5_000, end_ms - 400, end_ms + 9_000, 0]
            .map(|now_ms| classify(&refusal(90_002, "", text), now_ms));
        assert_eq!(
            waits,
            [5_000, 1_000, 1_000, 60_000].map(|wait_ms| Reaction::Again(Passing::Throttled(wait_ms)))
        );
    }
}
