//! Every bound of this connector, with its unit and its reason. The kit's own (attempts, back-off, requests in flight)
//! are in `rollcall_kit::limits`.

use rollcall_rules::bounds;

/// Requests a second for each interface, unless the settings say otherwise.
///
/// Source: DingTalk's standard edition allows an application 20 calls a second to one interface. Why 15: other
/// programs may use the same application.
pub(crate) const DEFAULT_REQUESTS_PER_SECOND: u32 = 15;

/// Requests a second for each interface at most.
///
/// Source: 60 is what DingTalk's largest paid extension allows.
pub(crate) const MAX_REQUESTS_PER_SECOND: u32 = 60;

/// Token requests a second.
///
/// Source: DingTalk limits token calls and asks for the token to be kept. Why 5: two are needed in two hours, and a
/// refused token must not wait long for the next.
pub(crate) const TOKEN_REQUESTS_PER_SECOND: u32 = 5;

/// Milliseconds from a request's turn until its whole response.
///
/// Source: DingTalk gives up by itself after 3 s and advises clients to wait 10 to 30 s.
pub(crate) const REQUEST_TIMEOUT_MS: u32 = 20_000;

/// People on one page of a department's members.
///
/// Source: the maximum of `user/list`.
pub(crate) const MEMBER_PAGE: u32 = 100;

/// Pages of one department's members at most.
///
/// Why: a million people directly in one department; beyond that the cursor runs in circles.
pub(crate) const MAX_MEMBER_PAGES: u32 = 10_000;

/// Pages of members with nobody on them, one after another, at most.
///
/// Why: a page may show nobody of whom the application may see anybody, but not ten thousand people in a row.
pub(crate) const MAX_EMPTY_PAGES: u32 = 100;

/// Milliseconds before its end at which a token is renewed.
///
/// Source: DingTalk advises 10 minutes. A token that lives less than twice as long is renewed at half its life.
pub(crate) const RENEW_MARGIN_MS: u64 = 600_000;

/// Milliseconds after which a failed renewal is tried again while the token is still good.
///
/// Why: ten tries fit in the margin.
pub(crate) const RENEW_PAUSE_MS: u64 = 60_000;

/// Milliseconds for which the scope is remembered from one call to the next.
///
/// Why: it changes when an administrator changes it, once a month; until then an event costs one request less. A full
/// reading and a removal always ask.
pub(crate) const SCOPES_REMEMBERED_MS: u64 = 600_000;

/// Tokens that one request may use up because each had ended by our own clock before DingTalk saw it.
///
/// Why: a request may wait in the host for its turn; a token that ends five times in that time lives for no useful time.
pub(crate) const MAX_EXPIRED_TOKENS: u32 = 5;

/// Milliseconds to wait at least once DingTalk says that calls come too fast.
///
/// Source: its limits are counted by the second.
pub(crate) const THROTTLED_LEAST_MS: u64 = 1_000;

/// Milliseconds to wait at most for the end of a limit that DingTalk names.
///
/// Source: its longest window but the monthly one is a minute.
pub(crate) const THROTTLED_MOST_MS: u64 = 60_000;

/// Milliseconds for which DingTalk answers nothing useful once it has blocked an address.
///
/// Source: 5 minutes.
pub(crate) const BLOCKED_MS: u64 = 300_000;

/// Requests in a row that may be lost, each after all its attempts, before the whole reading stops.
///
/// Why: as many as half of those in flight; a source that answers none of them will not answer the other thousands.
pub(crate) const MAX_LOST_IN_A_ROW: u32 = 16;

/// Questions in a row about somebody's account that may be lost, each after all its attempts, before nobody else is asked
/// about in this call.
///
/// Why: each takes a quarter of a minute, and an interface that answers none of three will not answer the other thousands.
pub(crate) const MAX_LOST_ACCOUNTS: u32 = 3;

/// People looked at to judge which fields the application may see.
///
/// Why: one page.
pub(crate) const MAX_SAMPLES: usize = 100;

/// Departments asked for samples.
///
/// Why: in a deep tree the first ones may have no direct members; ten requests are still "reads little".
pub(crate) const MAX_SAMPLE_DEPARTMENTS: usize = 10;

/// Milliseconds for which a delivery counts from the moment it was signed, either way.
///
/// Source: DingTalk repeats a delivery after 10 s and again after 30 s, and does not say whether it signs it anew. Why so
/// much more: clocks are minutes apart. A repeat within that time is harmless, because what it names is only read again.
pub(crate) const FRESH_MS: u64 = bounds::DELIVERY_FRESH_MS;

/// Milliseconds between pings of a channel.
///
/// Why: DingTalk's own clients take 8 to 120 s; with 30 a dead connection is noticed within a minute.
pub(crate) const HEARTBEAT_MS: u32 = 30_000;

/// Departments and people read again after one department came into view or left it.
///
/// Why: each person is one request, where a full reading lists a hundred with one.
pub(crate) const MAX_SUBTREE_OBJECTS: usize = 2_000;

/// Batches of events that may try to read what is below a department that came into view, before it is left to a full
/// reading.
///
/// Why: as often as a host hands over an event before it gives it up.
pub(crate) const MAX_SUBTREE_TRIES: u32 = 12;

/// Bytes of an object's id at most.
///
/// Source: `wit/types.wit`, `key.external-id`. DingTalk's own are at most 64 characters.
pub(crate) const MAX_ID_BYTES: usize = 256;

/// Bytes of one text of a person or a department at most; a longer one is not read.
///
/// Source: the longest of DingTalk's texts, `remark` and `extension`, have 2,000 characters. Why twice their bytes: what is
/// inside may be escaped. A document of such texts alone still fits the contract.
pub(crate) const MAX_TEXT_BYTES: usize = 16_384;

/// Bytes of one list of a person or a department at most; a longer one is not read.
///
/// Why: thousands of ids, where DingTalk allows a person 100 departments, and a document still fits the contract.
pub(crate) const MAX_MEMBER_BYTES: usize = 65_536;

/// People or departments with the same odd member of which each gets an entry of its own in the log of a reading.
///
/// Why: a page of a log; when DingTalk writes a member in another way for everybody, that is one thing to say.
pub(crate) const MAX_ODD_TOLD: u64 = 100;

/// Departments above one that are asked whether they are below it.
///
/// Why: an organization has ten levels or so; a ring that is longer is not one of a mistake in a console.
pub(crate) const MAX_PARENTS_ASKED: usize = 32;

/// Bytes of a person's or a department's name in a log.
///
/// Source: `wit/history.wit`, `entry.subject-name`.
pub(crate) const MAX_NAME_BYTES: usize = 256;

/// Bytes of a evidence at most.
///
/// Source: `wit/types.wit`, `removal.evidence`.
pub(crate) const MAX_EVIDENCE_BYTES: usize = 1_024;

/// Bytes of DingTalk's own words in a diagnosis.
///
/// Why: the longest captured is under 500; the contract allows a message 4 KiB.
pub(crate) const MAX_QUOTED_BYTES: usize = 1_000;

/// Bytes of a `sub_code` in a diagnosis.
///
/// Why: the longest known has 35.
pub(crate) const MAX_SUB_CODE_BYTES: usize = 100;

/// Digits of a telephone number with its country code at most.
///
/// Source: ITU-T E.164.
pub(crate) const MAX_PHONE_DIGITS: usize = 15;

/// Digits of a mobile number without its country code at least.
///
/// Why: the shortest national mobile numbers have five (Solomon Islands, Saint Helena).
pub(crate) const MIN_PHONE_DIGITS: usize = 5;

/// Digits from which on what follows a country's code may be a whole mobile number.
///
/// Why: the shortest mobile numbers of larger countries, as those of Estonia, have 7; at most 6 follow where a number only
/// happens to begin with the digits of its country's code, as in Norway (47) or Kyrgyzstan (996).
pub(crate) const MIN_WHOLE_DIGITS: usize = 7;

/// The longest text that `text` can be cut to without going over `max_bytes` or splitting a character.
pub(crate) fn cut(text: &str, max_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(max_bytes)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!([cut("张三", 6), cut("张三", 5), cut("张三", 2), cut("", 1)], ["张三", "张", "", ""]);
    }
}
