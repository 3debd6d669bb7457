//! Facts about DingTalk that nobody has confirmed: one switch each, the default being what is most likely.
//!
//! What an application or a company is allowed lives in `state`; what goes wrong on purpose lives in `fault`.

use serde::{Deserialize, Serialize};

macro_rules! switch {
    ($(#[$doc:meta])* $name:ident { $(#[$first_doc:meta])* $first:ident, $($(#[$case_doc:meta])* $case:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(#[$first_doc])*
            #[default]
            $first,
            $($(#[$case_doc])* $case,)+
        }
    };
}

mod events;

pub use events::{
    ChangeTime, DiffInfoShape, EventShape, EventSwitches, ModifyAfterAdd, OwnerKey, RetrySignature,
    SignatureNames, StreamHost, TimestampName, TimestampUnit,
};

/// All switches. Absent ones in JSON have their default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Switches {
    /// `parent_id` of the root in `department/get`.
    pub root_parent: RootParent,
    /// `next_cursor` when `has_more` is false.
    pub last_cursor: LastCursor,
    /// How `user/list` refuses a `size` above 100.
    pub oversized_page: OversizedPage,
    /// Lists of a department that have no element, `dept_manager_userid_list` above all.
    pub empty_lists: EmptyLists,
    /// `member_count` and `owning_member_count` in `department/get`, which older answers lack.
    pub member_counts: MemberCounts,
    /// How an unknown `userid` is refused by `user/get`.
    pub unknown_user: UnknownUser,
    /// Access-restricted people when the request does not ask for them.
    pub access_limited: AccessLimited,
    /// `name` of people when the request says `language=en_US`.
    pub english_names: EnglishNames,
    /// What an empty address list means.
    pub empty_whitelist: EmptyWhitelist,
    /// Whether token calls are held to the address list.
    pub token_call_address: TokenCallAddress,
    /// Envelope of gateway errors on old paths outside `/topapi/`.
    pub old_path_errors: OldPathErrors,
    /// How an expired token is refused by the old API; an unknown one is always 40014.
    pub expired_token: ExpiredToken,
    /// How a bad token is refused by the new API.
    pub new_api_token: NewApiToken,
    /// Whether a token of `/v1.0/oauth2/{corpId}/token` works on the old API.
    pub unified_token: UnifiedToken,
    /// What `/v1.0/oauth2/{corpId}/token` says of a company it does not know.
    pub unknown_corp: UnknownCorp,
    /// How calls of one second are counted.
    pub rate_window: RateWindow,
    /// Life of a token in seconds: 7200; less to see it renewed.
    pub token_life_s: u32,
    /// Added to every answer, in milliseconds. Enacted by sockets only.
    pub delay_ms: u64,
    /// Everything about events.
    pub events: EventSwitches,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            root_parent: RootParent::default(),
            last_cursor: LastCursor::default(),
            oversized_page: OversizedPage::default(),
            empty_lists: EmptyLists::default(),
            member_counts: MemberCounts::default(),
            unknown_user: UnknownUser::default(),
            access_limited: AccessLimited::default(),
            english_names: EnglishNames::default(),
            empty_whitelist: EmptyWhitelist::default(),
            token_call_address: TokenCallAddress::default(),
            old_path_errors: OldPathErrors::default(),
            expired_token: ExpiredToken::default(),
            new_api_token: NewApiToken::default(),
            unified_token: UnifiedToken::default(),
            unknown_corp: UnknownCorp::default(),
            rate_window: RateWindow::default(),
            token_life_s: TOKEN_LIFE_S,
            delay_ms: 0,
            events: EventSwitches::default(),
        }
    }
}

/// How long a token is honoured since it was last asked for.
///
/// Source: DingTalk, "get the access token of an internal application".
const TOKEN_LIFE_S: u32 = 7200;

switch! {
    /// `parent_id` of the root department.
    RootParent {
        /// No such field, as in the official example.
        Missing,
        /// `0`.
        Zero,
        /// `null`.
        Null,
    }
}
switch! {
    /// `next_cursor` on the last page.
    LastCursor {
        /// No such field, as in two official examples.
        Absent,
        /// The offset behind the last element.
        Present,
    }
}
switch! {
    /// How `user/list` refuses a `size` above 100.
    OversizedPage {
        /// 400002.
        Code400002,
        /// 40035.
        Code40035,
    }
}
switch! {
    /// Lists without element in `department/get`.
    EmptyLists {
        /// `[]`, but no `dept_manager_userid_list`, as captured.
        ManagersMissing,
        /// `[]` for all.
        Empty,
        /// No field for any.
        Missing,
    }
}
switch! {
    /// Counts of members in `department/get`.
    MemberCounts {
        /// No such fields.
        Absent,
        /// Both.
        Present,
    }
}
switch! {
    /// How an unknown person is refused.
    UnknownUser {
        /// 60121 找不到该用户.
        Code60121,
        /// 33012 无效的USERID.
        Code33012,
    }
}
switch! {
    /// Access-restricted people in listings.
    AccessLimited {
        /// Left out unless `contain_access_limit` is true.
        LeftOut,
        /// Always listed.
        Listed,
    }
}
switch! {
    /// Names in English answers.
    EnglishNames {
        /// As in Chinese ones.
        Same,
        /// No `name`, as one capture has it.
        Missing,
    }
}
switch! {
    /// Meaning of an address list without entry.
    EmptyWhitelist {
        /// Anybody may call.
        AllowAll,
        /// Nobody may: 60020.
        DenyAll,
    }
}
switch! {
    /// Token calls and the address list.
    TokenCallAddress {
        /// Tokens are given to any address.
        Unchecked,
        /// Token calls are held to the list as well.
        Checked,
    }
}
switch! {
    /// Gateway errors on old paths outside `/topapi/`.
    OldPathErrors {
        /// Wrapped in 88, as everywhere.
        Wrapped,
        /// The bare code: `{"errcode":40014,…}`.
        Bare,
    }
}
switch! {
    /// Refusal of an expired token.
    ExpiredToken {
        /// 40014.
        Code40014,
        /// 42001.
        Code42001,
    }
}
switch! {
    /// Refusal of a bad token by the new API.
    NewApiToken {
        /// HTTP 400, as captured.
        Status400,
        /// HTTP 401, which is documented as well.
        Status401,
    }
}
switch! {
    /// Tokens of the unified endpoint.
    UnifiedToken {
        /// The same token as the others.
        WorksEverywhere,
        /// Refused by the old API: 40014.
        NewApiOnly,
    }
}
switch! {
    /// The unified endpoint on an unknown company.
    UnknownCorp {
        /// 500 `unknownError`, as captured.
        UnknownError,
        /// 400 `invalid.client`.
        InvalidClient,
    }
}
switch! {
    /// Counting of calls.
    RateWindow {
        /// From one full second to the next, as the text of 90002 suggests.
        CalendarSecond,
        /// Over the last 1000 ms, which is stricter.
        Sliding,
    }
}
