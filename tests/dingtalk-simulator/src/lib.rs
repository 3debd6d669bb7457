//! A DingTalk that runs on a laptop: a deterministic core, a TLS socket and a forward proxy around it.
//!
//! It imitates what is known of DingTalk's address book (tokens, scopes, departments, people) and of its contacts
//! events (HTTP push, the failed list, Stream) down to the envelopes, the types and the Chinese texts. Robots, approvals
//! and third-party applications are not here. It shares no code with any connector.
//!
//! # The core
//!
//! [`Simulator::respond`] is a function of a state, a time, a caller and a request. It has no clock, no socket and no
//! chance: the same calls give the same bytes, and a clone goes its own way from where it was taken.
//!
//! ```
//! use rollcall_dingtalk_simulator::{ApiRequest, Company, Fault, FEIHUA_APP_KEY, FEIHUA_APP_SECRET, PeerAddress, Rule, Simulator};
//! use serde_json::json;
//!
//! let mut dingtalk = Simulator::new(Company::feihua());
//! let mut ask = |request: ApiRequest| {
//!     dingtalk.respond(1_700_000_000_000, PeerAddress::DIRECT, &request).response().unwrap().json()
//! };
//! let url = format!("https://oapi.dingtalk.com/gettoken?appkey={FEIHUA_APP_KEY}&appsecret={FEIHUA_APP_SECRET}");
//! let token = ask(ApiRequest::get(&url))["access_token"].as_str().unwrap().to_owned();
//! let list = ApiRequest::post("/topapi/v2/department/listsub").token(&token).json(&json!({ "dept_id": 1 }));
//! assert_eq!(ask(list.clone())["result"].as_array().unwrap().len(), 3);
//!
//! // The second page of people from now on is lost half way.
//! dingtalk.inject(Rule::new(Fault::TruncatedBody).on_path("/topapi/v2/user/list").nth(2));
//! assert_eq!(dingtalk.trace().of("/topapi/v2/department/listsub").requests, 1);
//! ```
//!
//! Every [`Mutation`] makes events. Which push is due is again a question with a time in it, so that a test lives through
//! all retries at once; [`Simulator::events`] tells what became of each delivery.
//!
//! ```
//! use rollcall_dingtalk_simulator::{AppEvents, Company, FEIHUA_APP_KEY, Mutation, Push, PushAnswer, Simulator};
//!
//! let mut dingtalk = Simulator::new(Company::feihua());
//! let aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
//! let events = AppEvents::http("http://127.0.0.1:8080/hook", "token", aes_key);
//! dingtalk.mutate(&Mutation::SetEvents { app_key: FEIHUA_APP_KEY.into(), events }).unwrap();
//! dingtalk.mutate(&Mutation::RemoveUser { userid: "xiaoli".into() }).unwrap();
//! let Some(Push::Http { delivery_id, request }) = dingtalk.next_push(1_700_000_000_000) else { panic!() };
//! assert!(request.url.starts_with("http://127.0.0.1:8080/hook?signature="));
//!
//! // Nobody answers, so that it is pushed again ten seconds later.
//! dingtalk.conclude_push(delivery_id, 1_700_000_000_000, &PushAnswer::TimedOut);
//! assert_eq!(dingtalk.next_push_at_ms(), Some(1_700_000_010_000));
//! ```
//!
//! # Around it
//!
//! [`Server::start`] puts it behind HTTPS on a thread of its own, with a control API and a forward proxy beside it;
//! [`ServerHandle::with`] looks at the state or changes it while it is served, and what becomes due by it is pushed at
//! once. Receivers of pushes are called on this machine only; Stream is on the HTTPS port. The program
//! `dingtalk-simulator` is the same for other processes.
//!
//! A company changes only by a [`Mutation`], which is checked and answers with a [`Change`]. What nobody has confirmed
//! about DingTalk is one of the [`Switches`]. What goes wrong on purpose is a [`Rule`] with a [`Fault`].

mod api;
mod beijing;
mod crypto;
mod denial;
mod events;
mod fault;
mod gateway;
mod generate;
mod ids;
mod limiter;
mod mutate;
mod random;
mod refusal;
mod reply;
mod request;
mod server;
mod simulator;
mod state;
mod switches;
mod tls;
mod tokens;
mod trace;

pub use crypto::{CryptoError, Seal, Sealed};
pub use events::{
    Attempt, AttemptEnd, Connection, ConnectionId, ConnectionState, Delivery, DeliveryId, DiffInfo, Event,
    EventId, EventIds, EventKind, Events, Fate, HandMadePush, LabelAction, Loss, PushAnswer, PushRequest,
    TicketRefused, Way,
};
pub use fault::{Fault, OddValue, Rule, When};
pub use generate::{
    FEIHUA_APP_KEY, FEIHUA_APP_SECRET, GENERATED_APP_KEY, GENERATED_APP_SECRET, GenerateOptions,
};
pub use ids::{AppKey, CorpId, DepartmentId, UnionId, UserId};
pub use mutate::{Change, Mutation, MutationError};
pub use reply::{HttpResponse, Outcome, Reply};
pub use request::{ApiRequest, PeerAddress};
pub use server::{
    ProxyCounts, ProxyMode, ProxyOptions, Server, ServerHandle, ServerOptions, SetEventsError, StartError,
};
pub use simulator::{Push, Simulator, UrlCheck, UrlRefused};
pub use state::{
    App, AppEvents, AppSecret, Company, CompanyBuilder, CompanyStatus, Department, ExclusiveAccount,
    FieldPermissions, HttpEvents, Membership, Role, SceneConfig, Scope, UnionDepartment, User, permission,
};
pub use switches::{
    AccessLimited, ChangeTime, DiffInfoShape, EmptyLists, EmptyWhitelist, EnglishNames, EventShape,
    EventSwitches, ExpiredToken, LastCursor, MemberCounts, ModifyAfterAdd, NewApiToken, OldPathErrors,
    OversizedPage, OwnerKey, RateWindow, RetrySignature, RootParent, SignatureNames, StreamHost, Switches,
    TimestampName, TimestampUnit, TokenCallAddress, UnifiedToken, UnknownCorp, UnknownUser,
};
pub use tls::TlsError;
pub use trace::{PathCounts, Trace, TraceRecord};
