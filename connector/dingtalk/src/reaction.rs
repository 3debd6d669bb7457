//! What to do about a refusal: DingTalk's table of codes as one pure function. Doing it is `client`'s part.

use crate::limits::{THROTTLED_LEAST_MS, THROTTLED_MOST_MS};
use crate::wire::envelope::ApiRefusal;
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
    /// DingTalk does not say why.
    Forbidden,
}

/// Judge a refusal received at `now_ms`: by the status that it came with, then by its number, else by the word that stands
/// in its place.
///
/// Source: the official table of error codes and DingTalk's guide to retrying.
pub(crate) fn classify(refusal: &ApiRefusal, now_ms: u64) -> Reaction {
    let ApiRefusal { status, code, word, text, .. } = refusal;
    if SERVER_ERROR <= *status {
        return Reaction::Again(Passing::Busy);
    }
    if *status == TOO_MANY_REQUESTS {
        return Reaction::Again(Passing::Throttled(throttled_ms(text, now_ms)));
    }
    let by_number = code.and_then(|code| by_number(code, text, now_ms));
    by_number.or_else(|| by_word(word, text, now_ms)).unwrap_or(match (*code, *status) {
        // The gateway says that it was not answered, or refused and not why.
        (Some(REMOTE), _) => Reaction::Again(Passing::Busy),
        (Some(GATEWAY), _) if word.trim().is_empty() => Reaction::Again(Passing::Busy),
        // The new API has a word for each of these, and not all are known.
        (None, UNAUTHORIZED) => Reaction::Renew(Stop::Token),
        (None, FORBIDDEN) => Reaction::Final(Final::Stop(Stop::Forbidden)),
        (_, _) => Reaction::Final(Final::Unknown),
    })
}

/// What the statuses of the new API say where its word is not known.
///
/// Source: RFC 9110, sections 15.5.2 and 15.5.4.
const UNAUTHORIZED: u16 = 401;
const FORBIDDEN: u16 = 403;

/// The status by which DingTalk, or whatever stands before it, says that calls come too fast.
///
/// Source: RFC 6585, section 4.
pub(crate) const TOO_MANY_REQUESTS: u16 = 429;

/// The first status that says that the other side is at fault, whatever it says besides.
const SERVER_ERROR: u16 = 500;

/// What the gateway says of another part of DingTalk, and when it has another code than its own to show.
const REMOTE: i64 = 15;
const GATEWAY: i64 = 88;

fn by_number(code: i64, text: &str, now_ms: u64) -> Option<Reaction> {
    Some(match code {
        -1 | 500 | 502..=504 | 400_001 | 60_019 => Reaction::Again(Passing::Busy),
        90_001..=90_014 | 90_017 | 90_018 => Reaction::Again(Passing::Throttled(throttled_ms(text, now_ms))),
        33_001 | 40_001 | 40_014 | 40_104 | 41_001 | 42_001 => Reaction::Renew(Stop::Token),
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
        _ => return None,
    })
}

/// What the gateway of the old API says in words, and the new API: `isp.` is the provider's own fault.
fn by_word(word: &str, text: &str, now_ms: u64) -> Option<Reaction> {
    let word = word.trim().to_ascii_lowercase();
    let (_, reaction) = WORDS.iter().find(|(part, _)| word.contains(part))?;
    Some(match reaction {
        Word::Minute => Reaction::Again(Passing::Throttled(THROTTLED_MOST_MS)),
        Word::Second => Reaction::Again(Passing::Throttled(throttled_ms(text, now_ms))),
        Word::Plain(reaction) => *reaction,
    })
}

/// What a word asks for.
enum Word {
    /// To wait as long as a limit that is counted by the minute.
    Minute,
    /// To wait as long as one that is counted by the second.
    Second,
    /// Just this.
    Plain(Reaction),
}

const BUSY: Word = Word::Plain(Reaction::Again(Passing::Busy));
const TOKEN: Word = Word::Plain(Reaction::Renew(Stop::Token));
const MISTAKE: Word = Word::Plain(Reaction::Final(Final::Mistake));
const CREDENTIALS: Word = Word::Plain(Reaction::Final(Final::Stop(Stop::Credentials)));

/// Parts of words, the first that is found counts.
const WORDS: [(&str, Word); 14] = [
    ("isp.", BUSY),
    ("busy", BUSY),
    ("unknownerror", BUSY),
    ("serviceunavailable", BUSY),
    ("qpmlimit", Word::Minute),
    ("qpslimit", Word::Second),
    ("apicountlimit", Word::Plain(Reaction::Final(Final::Stop(Stop::Quota)))),
    ("invalidauthentication", TOKEN),
    ("missingparameter", MISTAKE),
    ("invalidparameter", MISTAKE),
    ("accesstokenpermissiondenied", Word::Plain(Reaction::Renew(Stop::Permission))),
    ("ipnotinwhitelist", Word::Plain(Reaction::Final(Final::Stop(Stop::Address)))),
    ("invalidclientidorsecret", CREDENTIALS),
    ("authfailed", CREDENTIALS),
];

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
    use super::{Passing, Reaction, classify};
    use crate::wire::envelope::ApiRefusal;
    use expect_test::expect;
    use std::fmt::Write;

    fn refusal(code: i64, word: &str, text: &str) -> ApiRefusal {
        let (word, text) = (word.to_owned(), text.to_owned());
        ApiRefusal { status: 200, code: Some(code), word, text, request_id: None }
    }

    /// One row a code: `errcode`, `sub_code`, the status, and what they ask for.
    const TABLE: &[(i64, &str, u16)] = &[
        (-1, "", 200),
        (15, "", 200),
        (15, "isp.top-remote-connection-timeout", 200),
        (22, "", 200),
        (88, "", 200),
        (88, " ", 200),
        (88, "isp.top-remote-connection-timeout", 200),
        (88, "ISP.unknown-error", 200),
        (88, "system.busy", 200),
        (88, "unknownError", 200),
        (88, "ServiceUnavailable", 200),
        (88, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", 200),
        (88, "Forbidden.AccessDenied.QpsLimitForApi", 200),
        (88, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", 200),
        (88, "Forbidden.AccessDenied.ApiCountLimitForOrg", 200),
        (88, "InvalidAuthentication", 200),
        (88, "AuthenticationFailed.MissingParameter", 200),
        (88, "Forbidden.AccessDenied.AccessTokenPermissionDenied", 200),
        (88, "Forbidden.AccessDenied.IpNotInWhiteList", 200),
        (88, "invalidClientIdOrSecret", 200),
        (88, "isv.unheard-of", 200),
        (88, "isv.unheard-of", 503),
        (500, "", 200),
        (502, "", 200),
        (503, "", 200),
        (504, "", 200),
        (505, "", 200),
        (7, "", 200),
        (7, "", 500),
        (60_003, "", 500),
        (33_001, "", 200),
        (33_012, "", 200),
        (40_000, "", 200),
        (40_001, "", 200),
        (40_009, "", 200),
        (40_014, "", 200),
        (40_035, "", 200),
        (40_068, "", 200),
        (40_069, "", 200),
        (40_089, "", 200),
        (40_096, "", 200),
        (40_104, "40104", 200),
        (41_001, "", 200),
        (42_001, "", 200),
        (43_001, "", 200),
        (43_002, "", 200),
        (43_007, "", 200),
        (50_002, "", 200),
        (50_003, "", 200),
        (50_004, "", 200),
        (50_005, "", 200),
        (52_010, "", 200),
        (60_003, "", 200),
        (60_011, "", 200),
        (60_019, "", 200),
        (60_020, "", 200),
        (60_111, "", 200),
        (60_120, "", 200),
        (60_121, "", 200),
        (60_123, "", 200),
        (70_001, "", 200),
        (90_001, "", 200),
        (90_002, "", 200),
        (90_005, "", 200),
        (90_014, "", 200),
        (90_017, "", 200),
        (90_018, "", 200),
        (90_020, "", 200),
        (400_001, "", 200),
        (400_002, "", 200),
    ];

    #[test]
    fn every_code_of_the_table_has_its_reaction() {
        let mut table = String::new();
        for (code, word, status) in TABLE {
            let refusal = ApiRefusal { status: *status, ..refusal(*code, word, "") };
            let told =
                format!("{code} {word} {}", if *status == 200 { String::new() } else { status.to_string() });
            let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(table, "{told}: {:?}", classify(&refusal, 0));
        }
        expect![[r#"
            -1: Again(Busy)
            15: Again(Busy)
            15 isp.top-remote-connection-timeout: Again(Busy)
            22: Final(Mistake)
            88: Again(Busy)
            88: Again(Busy)
            88 isp.top-remote-connection-timeout: Again(Busy)
            88 ISP.unknown-error: Again(Busy)
            88 system.busy: Again(Busy)
            88 unknownError: Again(Busy)
            88 ServiceUnavailable: Again(Busy)
            88 Forbidden.AccessDenied.QpsLimitForAppkeyAndApi: Again(Throttled(1000))
            88 Forbidden.AccessDenied.QpsLimitForApi: Again(Throttled(1000))
            88 Forbidden.AccessDenied.QpmLimitForAppkeyAndApi: Again(Throttled(60000))
            88 Forbidden.AccessDenied.ApiCountLimitForOrg: Final(Stop(Quota))
            88 InvalidAuthentication: Renew(Token)
            88 AuthenticationFailed.MissingParameter: Final(Mistake)
            88 Forbidden.AccessDenied.AccessTokenPermissionDenied: Renew(Permission)
            88 Forbidden.AccessDenied.IpNotInWhiteList: Final(Stop(Address))
            88 invalidClientIdOrSecret: Final(Stop(Credentials))
            88 isv.unheard-of: Final(Unknown)
            88 isv.unheard-of 503: Again(Busy)
            500: Again(Busy)
            502: Again(Busy)
            503: Again(Busy)
            504: Again(Busy)
            505: Final(Unknown)
            7: Final(Unknown)
            7 500: Again(Busy)
            60003 500: Again(Busy)
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
            40104 40104: Renew(Token)
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

    /// One row a word of the new API: the status that it came with, the word, and what they ask for.
    const NEW_TABLE: &[(u16, &str)] = &[
        (400, "invalidClientIdOrSecret"),
        (401, "authFailed"),
        (400, "MissingParameter"),
        (400, "InvalidParameter"),
        (400, "AuthenticationFailed.MissingParameter"),
        (400, "InvalidAuthentication"),
        (401, "InvalidAuthentication"),
        (401, "unheard-of"),
        (403, "Forbidden.AccessDenied.AccessTokenPermissionDenied"),
        (403, "Forbidden.AccessDenied.IpNotInWhiteList"),
        (403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"),
        (403, "Forbidden.AccessDenied.QpsLimitForApi"),
        (403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi"),
        (403, "Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrg"),
        (403, "Forbidden.AccessDenied.ApiCountLimitForOrg"),
        (403, "Forbidden.AccessDenied"),
        (429, "system.busy"),
        (429, "unheard-of"),
        (500, "system.busy"),
        (500, "unknownError"),
        (500, "unheard-of"),
        (503, "invalidClientIdOrSecret"),
        (503, "ServiceUnavailable"),
        (400, "unheard-of"),
        (404, "unheard-of"),
        (200, "unheard-of"),
    ];

    #[test]
    fn every_word_of_the_new_api_has_its_reaction() {
        let mut table = String::new();
        for (status, word) in NEW_TABLE {
            let refusal = ApiRefusal { status: *status, code: None, ..refusal(0, word, "") };
            let _ = writeln!(table, "{status} {word}: {:?}", classify(&refusal, 0));
        }
        expect![[r#"
            400 invalidClientIdOrSecret: Final(Stop(Credentials))
            401 authFailed: Final(Stop(Credentials))
            400 MissingParameter: Final(Mistake)
            400 InvalidParameter: Final(Mistake)
            400 AuthenticationFailed.MissingParameter: Final(Mistake)
            400 InvalidAuthentication: Renew(Token)
            401 InvalidAuthentication: Renew(Token)
            401 unheard-of: Renew(Token)
            403 Forbidden.AccessDenied.AccessTokenPermissionDenied: Renew(Permission)
            403 Forbidden.AccessDenied.IpNotInWhiteList: Final(Stop(Address))
            403 Forbidden.AccessDenied.QpsLimitForAppkeyAndApi: Again(Throttled(1000))
            403 Forbidden.AccessDenied.QpsLimitForApi: Again(Throttled(1000))
            403 Forbidden.AccessDenied.QpmLimitForAppkeyAndApi: Again(Throttled(60000))
            403 Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrg: Again(Throttled(1000))
            403 Forbidden.AccessDenied.ApiCountLimitForOrg: Final(Stop(Quota))
            403 Forbidden.AccessDenied: Final(Stop(Forbidden))
            429 system.busy: Again(Throttled(1000))
            429 unheard-of: Again(Throttled(1000))
            500 system.busy: Again(Busy)
            500 unknownError: Again(Busy)
            500 unheard-of: Again(Busy)
            503 invalidClientIdOrSecret: Again(Busy)
            503 ServiceUnavailable: Again(Busy)
            400 unheard-of: Final(Unknown)
            404 unheard-of: Final(Unknown)
            200 unheard-of: Final(Unknown)
        "#]]
        .assert_eq(&table);
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
