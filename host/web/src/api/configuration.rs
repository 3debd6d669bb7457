//! Sources that are configured here: adding, changing and removing them, and the connectors that they are made of. Secrets go
//! in and never come out.

use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rollcall_host::model::Diagnosis;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::details::Complaints;
use super::extract::{JsonBody, Manager, Segments, Unread, object_or_default, object_or_null, pointer};
use super::page::Listed;
use super::pointer::in_the_body;
use super::refusals::{Changing, ReadOperation, Writing};
use super::shape;
use super::sources::OfSource;
use super::types::{ConnectorListing, Source};
use crate::admin_error::AdminError;
use crate::console::Console;
use crate::database::DatabaseError;
use crate::face::{ScimFace, ScimNames, ScimUserNames};
use crate::identity::audit;
use crate::paths::segment;
use crate::problem::Problem;
use crate::sources::changing::{By, RefusedChange, Taken};
use crate::sources::complaint::Complaint;
use crate::sources::configured::{Configured, Draft};
use crate::sources::departed::departed_name;
use crate::sources::input::SourceInput;
use crate::sources::trust::Given;
use crate::sources::way_out::{ServerProxy, Timing};
use crate::sources::{Sources, standing};
use crate::visitor::Visitor;

pub(super) fn routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new().routes(routes!(connectors)).routes(routes!(add)).routes(routes!(change, remove))
}

/// What is configured of a source. It has secrets, so it has no `Debug` and is in no answer.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Configuration {
    /// Its name, which stays.
    #[schema(value_type = shape::SourceName)]
    name: String,
    /// The digest of its connector's file, from `listConnectors`.
    connector: String,
    /// What the connector's settings schema describes, secrets included.
    #[schema(value_type = shape::Document)]
    settings: Map<String, Value>,
    /// The proxy that everything of it leaves through.
    #[serde(default, deserialize_with = "object_or_null")]
    proxy: Option<ProxyConfiguration>,
    /// Certificates to trust beside the usual ones, in PEM.
    #[serde(default)]
    ca_pem: Option<String>,
    /// The origins it may talk to, as `https://host`; all that its settings lead to must be among them before it can do
    /// anything. A person confirms them in the console; a token may set those that whoever started the server allows.
    #[serde(default)]
    allowed_origins: Vec<String>,
    /// When full runs are due; never if left out.
    #[serde(default, deserialize_with = "object_or_null")]
    schedule: Option<ScheduleConfiguration>,
    /// What becomes of people who left.
    #[serde(default = "deactivate")]
    #[schema(value_type = shape::DepartedUsers, required = false)]
    departed_users: String,
    /// How its people are told over SCIM.
    #[serde(default, deserialize_with = "object_or_default")]
    scim: ScimConfiguration,
    /// Whether it is followed. Nothing is imported by itself before that.
    #[serde(default)]
    is_followed: bool,
}

/// A proxy.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProxyConfiguration {
    /// Where it is, without name and password.
    url: String,
    /// The name it wants.
    #[serde(default)]
    user: Option<String>,
    /// The password it wants.
    #[serde(default)]
    #[schema(write_only)]
    password: Option<String>,
}

/// A schedule.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScheduleConfiguration {
    /// Minute, hour, day of month, month, day of week.
    cron: String,
    /// A name of the IANA database; UTC if left out.
    #[serde(default)]
    time_zone: Option<String>,
    /// How much later a run may begin.
    #[serde(default)]
    jitter_s: u64,
}

/// How people of a source are told over SCIM.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScimConfiguration {
    /// What becomes of a name that the source tells whole: it is the family name, or it is split behind a Chinese surname.
    #[serde(default = "whole")]
    #[schema(value_type = shape::ScimNames, required = false)]
    names: String,
    /// What people log in as: what the source says, or that with the source's name behind it.
    #[serde(default = "plain")]
    #[schema(value_type = shape::ScimUserNames, required = false)]
    user_names: String,
}

impl Default for ScimConfiguration {
    fn default() -> Self {
        ScimFace::default().into()
    }
}

impl From<ScimFace> for ScimConfiguration {
    fn from(ScimFace { names, user_names }: ScimFace) -> Self {
        Self { names: names.as_str().to_owned(), user_names: user_names.as_str().to_owned() }
    }
}

fn whole() -> String {
    ScimNames::default().as_str().to_owned()
}

fn plain() -> String {
    ScimUserNames::default().as_str().to_owned()
}

fn deactivate() -> String {
    "deactivate".to_owned()
}

/// Why a configuration was not taken.
enum Failed {
    Problem(Problem),
    Complaints(Complaints),
    Unread(Unread),
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Complaints(complaints) => complaints.into_response(),
            Self::Unread(unread) => unread.into_response(),
        }
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<AdminError> for Failed {
    fn from(error: AdminError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Unread> for Failed {
    fn from(unread: Unread) -> Self {
        Self::Unread(unread)
    }
}

impl From<DatabaseError> for Failed {
    fn from(error: DatabaseError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<RefusedChange> for Failed {
    fn from(refused: RefusedChange) -> Self {
        match refused {
            RefusedChange::Error(error) => Self::Problem(error.into()),
            RefusedChange::Complaints(complaints) => {
                let moved =
                    |complaint: Complaint| Complaint { pointer: in_the_body(complaint.pointer), ..complaint };
                Self::Complaints(Complaints(complaints.into_iter().map(moved).collect()))
            }
        }
    }
}

/// List connectors
///
/// The files that a source can be made of, each inspected.
#[utoipa::path(get, path = "/connectors", operation_id = "listConnectors", tag = "Configuration",
    responses((status = 200, description = "All connectors.", body = Listed<ConnectorListing>), ReadOperation))]
async fn connectors(_visitor: Visitor, State(sources): State<Sources>) -> Json<Listed<ConnectorListing>> {
    let items = sources.shelf().all().await.into_iter().map(ConnectorListing::from).collect();
    Json(Listed { items, next: None, total: None })
}

/// Add a source
///
/// A token allows no origin that whoever started the server has not allowed (`--allow-origin`): leave them out, and what the
/// settings lead to is in `unconfirmed_origins` until a person confirms it in the console.
#[utoipa::path(post, path = "/sources", operation_id = "addSource", tag = "Configuration", request_body = Configuration,
    responses((status = 201, description = "The source, as it stands.", body = Source), Writing))]
async fn add(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    JsonBody(configuration): JsonBody<Configuration>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1], Json<Source>), Failed> {
    let (draft, by) = (configuration.read(Given::default()), By::whom(&visitor.who));
    let Taken { name, differences } = sources.add(by, draft).await?;
    audit::record(sources.services(), &visitor, "source-added", name.as_str(), differences).await?;
    let location = format!("{}/sources/{}", super::paths::PATH, segment(name.as_str()));
    let location = HeaderValue::try_from(location).map_err(|error| Problem::failed(&error))?;
    let source = standing::of(&sources, &name).await?.into();
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(source)))
}

/// Change a source
///
/// A JSON merge patch (RFC 7396) of its configuration: what is left out stays, and `null` removes. A source that is followed is
/// followed again afterwards.
///
/// A secret that is left out stays only where it goes as before. When the change would send it to another origin, through another
/// proxy, or by the word of another certificate authority, or would show it to another file of the connector, it is taken away:
/// it is in `cleared` of the answer, and nothing is asked of the source until it is given again. Give it in the same patch, and
/// nothing is taken away. A secret setting that has members is given as a whole.
///
/// A token may take origins out of `allowed_origins`, and add those that whoever started the server has allowed
/// (`--allow-origin`); any other is confirmed by a person in the console.
#[utoipa::path(patch, path = "/sources/{source}", operation_id = "changeSource", tag = "Configuration", params(OfSource),
    request_body(content = Object, content_type = "application/merge-patch+json",
        description = "Members of `Configuration`."),
    responses((status = 200, description = "The source, as it stands.", body = Source), Writing))]
async fn change(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
    JsonBody(patch): JsonBody<Map<String, Value>>,
) -> Result<Json<Source>, Failed> {
    let name = path.known(&sources)?;
    let make = |before: &Configured| Ok::<_, Failed>(patched(before.clone(), patch)?);
    let taken = sources.change(By::whom(&visitor.who), &name, make).await?;
    let Taken { name, differences } = taken;
    audit::record(sources.services(), &visitor, "source-changed", name.as_str(), differences).await?;
    Ok(Json(standing::of(&sources, &name).await?.into()))
}

/// Remove a source
///
/// What was imported from it stays, and so does its history.
#[utoipa::path(delete, path = "/sources/{source}", operation_id = "removeSource", tag = "Configuration",
    params(OfSource), responses((status = 204, description = "It is removed."), Changing))]
async fn remove(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
) -> Result<StatusCode, Problem> {
    let name = path.known(&sources)?;
    let was = sources.remove(&name).await?;
    audit::record(sources.services(), &visitor, "source-removed", name.as_str(), was).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn patched(before: Configured, patch: Map<String, Value>) -> Result<Draft, Unread> {
    let given = given(&patch);
    let mut whole =
        serde_json::to_value(Configuration::from(before)).map_err(|error| Problem::failed(&error))?;
    merge(&mut whole, Value::Object(patch));
    let after: Configuration = serde_path_to_error::deserialize(whole).map_err(|error| Unread {
        problem: not_valid(&error.inner().to_string()),
        at: Some(pointer(error.path())),
    })?;
    Ok(after.read(given))
}

/// What a patch replaces of what may be secret, where a form has it.
fn given(patch: &Map<String, Value>) -> Given {
    let part = |name: &str| patch.get(name).cloned();
    let egress = part("proxy").map(|proxy| json!({"proxy": proxy}));
    let parts = [("settings", part("settings")), ("egress", egress)];
    let parts = parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?)));
    Given::by_patch(&Value::Object(parts.collect()))
}

/// Source: RFC 7396, section 2.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(members) = target.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

fn not_valid(why: &str) -> Problem {
    let diagnosis =
        Diagnosis::new("configuration-not-valid", format!("the configuration cannot be read: {why}"))
            .with_remedy("look at Configuration at /api")
            .in_chinese("无法读取该配置", "请在 /api 查看 Configuration");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, diagnosis)
}

impl Configuration {
    fn read(self, given: Given) -> Draft {
        let proxy = |ProxyConfiguration { url, user, password }| ServerProxy { url, user, password };
        let timing =
            |ScheduleConfiguration { cron, time_zone, jitter_s }| Timing { cron, time_zone, jitter_s };
        let input = SourceInput {
            name: Some(self.name),
            departed: Some(self.departed_users),
            scim_names: Some(self.scim.names),
            scim_user_names: Some(self.scim.user_names),
            proxy: self.proxy.map(proxy),
            ca_pem: self.ca_pem,
            allow: Some(self.allowed_origins),
            timing: self.schedule.map(timing),
        };
        // Nor is the connector's file confirmed: that is for a person to say, on the page that shows it.
        Draft {
            connector: self.connector,
            settings: self.settings,
            is_followed: self.is_followed,
            given,
            ..Draft::of(input)
        }
    }
}

impl From<Configured> for Configuration {
    fn from(configured: Configured) -> Self {
        let proxy = |ServerProxy { url, user, password }| ProxyConfiguration { url, user, password };
        let timing =
            |Timing { cron, time_zone, jitter_s }| ScheduleConfiguration { cron, time_zone, jitter_s };
        Self {
            name: configured.name.into(),
            connector: configured.connector,
            settings: configured.settings,
            proxy: configured.proxy.map(proxy),
            ca_pem: configured.ca_pem,
            allowed_origins: configured.allow.iter().map(ToString::to_string).collect(),
            schedule: configured.timing.map(timing),
            departed_users: departed_name(configured.departed).to_owned(),
            scim: configured.face.into(),
            is_followed: configured.is_followed,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rollcall_host::DepartedUsers;
    use rollcall_host::model::SourceName;

    use super::*;

    fn before() -> Configured {
        Configured {
            name: SourceName::new("hq").unwrap(),
            connector: "blake3:00".to_owned(),
            settings: Map::from_iter([
                ("secret".to_owned(), json!("hunter2")),
                ("region".to_owned(), json!("cn")),
            ]),
            proxy: Some(ServerProxy {
                url: "http://proxy:3128".to_owned(),
                user: Some("me".to_owned()),
                password: Some("hunter3".to_owned()),
            }),
            ca_pem: None,
            allow: Vec::new(),
            timing: None,
            departed: DepartedUsers::Deactivate,
            face: ScimFace::default(),
            is_followed: true,
            secret: BTreeSet::new(),
            trust: None,
        }
    }

    fn patched(before: Configured, patch: Value) -> Result<Draft, Unread> {
        let Value::Object(patch) = patch else { panic!("a patch is an object") };
        super::patched(before, patch)
    }

    #[track_caller]
    fn check(patch: Value, change: impl FnOnce(&mut Configured)) {
        let mut expected = before();
        change(&mut expected);
        let Ok(draft) = patched(before(), patch) else { panic!("it is no configuration") };
        assert!(draft.whole() == Ok(expected));
    }

    #[test]
    fn what_a_patch_leaves_out_stays_and_secrets_with_it_to_be_judged() {
        check(json!({}), |_| {});
        check(json!({"settings": {"region": "eu"}, "departed_users": "delete"}), |configured| {
            configured.settings.insert("region".to_owned(), json!("eu"));
            configured.departed = DepartedUsers::Delete;
        });
        check(json!({"scim": {"names": "split"}}), |configured| configured.face.names = ScimNames::Split);
        check(json!({"scim": null}), |_| {});
        check(json!({"proxy": {"url": "http://other:3128"}}), |configured| {
            configured.proxy.iter_mut().for_each(|proxy| "http://other:3128".clone_into(&mut proxy.url));
        });
    }

    #[test]
    fn null_removes() {
        check(json!({"proxy": null, "settings": {"region": null}}), |configured| {
            configured.proxy = None;
            configured.settings.remove("region");
        });
    }

    #[test]
    fn what_is_no_configuration_is_refused_at_its_place_without_a_secret_in_the_complaint() {
        for (patch, place) in [
            (json!({"name": null}), ""),
            (json!({"colour": "red"}), "/colour"),
            (json!({"settings": "none"}), "/settings"),
            (json!({"settings": ["hunter2"]}), "/settings"),
            (json!({"proxy": ["http://proxy:3128", "me", "hunter3"]}), "/proxy"),
            (json!({"schedule": ["0 3 * * *"]}), "/schedule"),
            (json!({"schedule": {"cron": "0 3 * * *", "jitter_s": "long"}}), "/schedule/jitter_s"),
            (json!({"allowed_origins": [7]}), "/allowed_origins/0"),
        ] {
            let Err(refused) = patched(before(), patch.clone()) else { panic!("{patch}") };
            assert_eq!(refused.at.as_deref(), Some(place), "{patch}");
            assert_eq!(refused.problem.status, StatusCode::UNPROCESSABLE_ENTITY, "{patch}");
            assert!(!format!("{refused:?}").contains("hunter"), "{patch}");
        }
    }

    #[test]
    fn whatever_is_wrong_in_a_configuration_is_told_at_once_each_at_its_place_in_the_body() {
        let patch = json!({
            "name": "Head Office",
            "departed_users": "keep",
            "scim": {"names": "initials", "user_names": "short"},
            "allowed_origins": ["https://api.example.com", "not an origin"],
        });
        let Ok(draft) = patched(before(), patch) else { panic!("it can be read") };
        let wrong = draft.whole().unwrap_err();
        let places: Vec<String> = wrong.into_iter().map(|complaint| in_the_body(complaint.pointer)).collect();
        assert_eq!(
            places,
            ["/name", "/departed_users", "/scim/names", "/scim/user_names", "/allowed_origins/1"]
        );
    }

    #[test]
    fn what_the_form_has_at_a_place_is_at_the_member_of_the_body_that_it_is() {
        for (form, body) in [
            ("/egress/proxy/url", "/proxy/url"),
            ("/egress/ca", "/ca_pem"),
            ("/schedule/jitter", "/schedule/jitter_s"),
            ("/schedule/cron", "/schedule/cron"),
            ("/departed", "/departed_users"),
            ("/settings/egress/ca", "/settings/egress/ca"),
        ] {
            assert_eq!(in_the_body(form.to_owned()), body);
        }
    }
}
