//! What an administrator configured of a source, and what it comes to: a source that can be run, or everything that is wrong
//! with it.
//!
//! Not here: where it is kept (`kept`), and the form that it comes from (`form`).

use std::collections::BTreeSet;
use std::fmt;

use rollcall_host::egress::{Egress, Reach};
use rollcall_host::follow::Schedule;
use rollcall_host::grant::Origin;
use rollcall_host::model::{Plan, PlannedOrigin, Problem, SourceName};
use rollcall_host::{Connector, DepartedUsers, Source};
use serde_json::{Map, Value};

use super::complaint::Complaint;
use super::complaints as say;
use super::input::{self, LoginInUrl, ReadInput, SourceInput, gather};
use super::trust::{self, Cleared, Given, SecretRoute, SecretsChange, Trust};
use super::way_out::{ServerProxy, Timing};
use crate::face::ScimFace;

/// What is configured of one source. It has every secret in place, so its `Debug` shows names alone.
#[derive(Clone, PartialEq)]
pub(crate) struct Configured {
    pub(crate) name: SourceName,
    /// The digest of the connector's file.
    pub(crate) connector: String,
    /// What the connector's schema describes.
    pub(crate) settings: Map<String, Value>,
    pub(crate) proxy: Option<ServerProxy>,
    /// Certificates to trust beside the usual ones, in PEM.
    pub(crate) ca_pem: Option<String>,
    /// The origins that an administrator confirmed.
    pub(crate) allow: Vec<Origin>,
    pub(crate) timing: Option<Timing>,
    pub(crate) departed: DepartedUsers,
    /// How its people are told over SCIM.
    pub(crate) face: ScimFace,
    /// Whether it is followed. Nothing is imported by itself before an administrator said so.
    pub(crate) is_followed: bool,
    /// The settings that are secret, and so sealed at rest.
    pub(crate) secret: BTreeSet<String>,
    /// What its secrets were entered for; none where no version that knows of it has looked at the source yet.
    pub(crate) trust: Option<Trust>,
}

/// What was asked for, as far as it can be read, and what is wrong with the rest: so that all that is wrong is told at once.
pub(crate) struct Draft {
    pub(crate) name: Option<SourceName>,
    pub(crate) connector: String,
    pub(crate) settings: Map<String, Value>,
    pub(crate) proxy: Option<ServerProxy>,
    pub(crate) ca_pem: Option<String>,
    pub(crate) allow: Vec<Origin>,
    pub(crate) timing: Option<Timing>,
    pub(crate) departed: Option<DepartedUsers>,
    pub(crate) face: Option<ScimFace>,
    pub(crate) is_followed: bool,
    /// What is new of it.
    pub(crate) given: Given,
    /// Whether a person has looked at the file of the connector, and at what it will see.
    pub(crate) is_connector_confirmed: bool,
    /// What becomes of secrets that would go elsewhere.
    pub(crate) on_loss: OnLoss,
    pub(crate) complaints: Vec<Complaint>,
}

/// What becomes of secrets that would go where they were not entered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnLoss {
    /// They are complained about, and nothing is changed.
    Ask,
    /// They are taken away, and the source waits for them.
    Clear,
}

/// What is shown of a configuration, without opening what is sealed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// The proxy's URL, without name and password.
    pub(crate) proxy: Option<String>,
    /// The origins that an administrator confirmed.
    pub(crate) allow: Vec<Origin>,
    pub(crate) timing: Option<Timing>,
    pub(crate) departed: DepartedUsers,
    pub(crate) face: ScimFace,
}

/// A configuration that holds together.
#[derive(Debug)]
pub(crate) struct Understood {
    pub(crate) source: Source,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) plan: Plan,
    /// What the settings lead to.
    pub(crate) needed: Vec<Needed>,
    /// What the connector cannot do without and no administrator has confirmed yet.
    pub(crate) unconfirmed: Vec<Origin>,
}

/// An origin that the settings lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needed {
    pub(crate) origin: Origin,
    /// Whether the connector works without it, with less.
    pub(crate) is_optional: bool,
}

/// What a configuration says beside which source it is of.
struct Meaning {
    egress: Egress,
    schedule: Option<Schedule>,
    plan: Plan,
    needed: Vec<Needed>,
}

/// A configuration that can be kept.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) configured: Configured,
    /// What it comes to. None: it waits for secrets.
    pub(crate) understood: Option<Understood>,
}

impl Configured {
    /// What it comes to with this connector. Offline.
    pub(crate) async fn understand(&self, connector: Connector) -> Result<Understood, Vec<Complaint>> {
        let draft = Draft::from(self.clone());
        let meaning = draft.meaning(Some(&connector)).await?;
        Ok(Understood::new(self, meaning, connector))
    }

    /// The secrets that must be entered again before anything can be done with it.
    pub(crate) fn cleared(&self) -> &[Cleared] {
        self.trust.as_ref().map_or(&[], |trust| &trust.cleared)
    }

    /// Whether this secret was seen by the connector that it was entered for.
    pub(crate) fn was_disclosed(&self, name: &str) -> bool {
        let held = self.trust.iter().flat_map(|trust| &trust.held);
        held.filter(|held| held.setting == name).any(|held| !held.is_sealed)
    }

    pub(crate) fn outline(&self) -> Outline {
        Outline {
            proxy: self.proxy.as_ref().map(|proxy| proxy.url.clone()),
            allow: self.allow.clone(),
            timing: self.timing.clone(),
            departed: self.departed,
            face: self.face,
        }
    }
}

impl Understood {
    fn new(configured: &Configured, meaning: Meaning, connector: Connector) -> Self {
        let Meaning { egress, schedule, plan, needed } = meaning;
        let required = needed.iter().filter(|needed| !needed.is_optional).map(|needed| &needed.origin);
        let unconfirmed = required.filter(|origin| !configured.allow.contains(origin)).cloned().collect();
        let settings = Value::Object(configured.settings.clone());
        let source = Source::new(configured.name.clone(), connector, settings, egress)
            .with_departed_users(configured.departed);
        Self { source, schedule, plan, needed, unconfirmed }
    }

    /// What its secrets may be used for, when nothing is known of them but that they are there.
    pub(crate) fn trust(&self, configured: &Configured) -> Trust {
        let schema = &self.source.connector().descriptor().settings_schema;
        let held = trust::held(schema, &configured.settings, &self.plan, &configured.allow);
        Trust { held, cleared: Vec::new() }
    }
}

impl Draft {
    /// What was handed in, of which nothing else is known yet: neither its connector nor what becomes of its secrets.
    pub(crate) fn of(input: SourceInput) -> Self {
        let ReadInput { name, departed, face, allow, mut complaints } = input.read();
        // "new" is the address of the form itself.
        let (name, reserved) = name.map_or((None, false), |name| match name.as_str() {
            "new" => (None, true),
            _ => (Some(name), false),
        });
        if reserved {
            complaints.insert(0, say::name_reserved());
        }
        Self {
            name,
            connector: String::new(),
            settings: Map::new(),
            proxy: input.proxy,
            ca_pem: input.ca_pem,
            allow,
            timing: input.timing,
            departed,
            face,
            is_followed: false,
            given: Given::default(),
            is_connector_confirmed: false,
            on_loss: OnLoss::Clear,
            complaints,
        }
    }

    /// The same, with a complaint about each origin that is named by an address out of this reach.
    pub(crate) fn within(mut self, reach: Reach) -> Self {
        // What could not be read is missing, and what comes after it has another place.
        let is_whole = !self.complaints.iter().any(|known| known.pointer.starts_with(say::ALLOW));
        if is_whole {
            self.complaints.extend(say::out_of_reach(reach, &self.allow));
        }
        self
    }

    /// The whole configuration, if all of it could be read.
    pub(crate) fn whole(self) -> Result<Configured, Vec<Complaint>> {
        let Self {
            name, connector, settings, proxy, ca_pem, allow, timing, departed, face, is_followed, ..
        } = self;
        match (name, departed, face) {
            (Some(name), Some(departed), Some(face)) if self.complaints.is_empty() => Ok(Configured {
                name,
                connector,
                settings,
                proxy,
                ca_pem,
                allow,
                timing,
                departed,
                face,
                is_followed,
                secret: BTreeSet::new(),
                trust: None,
            }),
            (..) => Err(self.complaints),
        }
    }

    /// What it comes to with its connector, if that is there, in the place of what was configured `before`; or everything that
    /// is wrong with it. Secrets stay only where they go as before. Offline.
    pub(crate) async fn settle(
        mut self,
        connector: Option<Connector>,
        before: Option<&Configured>,
    ) -> Result<Settled, Vec<Complaint>> {
        let Some(connector) = connector else {
            let missing = vec![say::connector_missing(&self.connector)];
            return Err(together(self.whole().err().unwrap_or_default(), missing));
        };
        let schema = connector.descriptor().settings_schema.clone();
        let given = std::mem::take(&mut self.given);
        let nothing = BTreeSet::new();
        let change = SecretsChange {
            before: before.and_then(|before| before.trust.as_ref()),
            secret_before: before.map_or(&nothing, |before| &before.secret),
            given: &given,
            schema: &schema,
        };
        let mut cleared = change.still_cleared(&self.settings, self.proxy.as_ref());
        let gives_a_secret = change.gives_a_secret(&self.settings);
        // First what the connector must not even see as it reads the settings.
        if let Some(before) = before.filter(|before| before.connector != self.connector) {
            let files = (before.connector.as_str(), self.connector.as_str());
            let is_confirmed = self.is_connector_confirmed;
            cleared.extend(change.clear_for_new_file(&mut self.settings, is_confirmed, files));
        }
        let meaning = self.meaning(Some(&connector)).await;
        if let Some(before) = before {
            cleared.extend(self.clear_for_new_destination(&change, before, meaning.as_ref().ok()));
        }
        let held = match &meaning {
            Ok(meaning) => trust::held(&schema, &self.settings, &meaning.plan, &self.allow),
            // Nothing is known of where they would go, so they stay bound to where they went.
            Err(_) => change.held_before(&self.settings),
        };
        let secret = super::schema::secrets(&schema);
        self.with_trust(meaning, connector, secret, Trust { held, cleared }, gives_a_secret)
    }

    fn clear_for_new_destination(
        &mut self,
        change: &SecretsChange<'_>,
        before: &Configured,
        meaning: Option<&Meaning>,
    ) -> Vec<Cleared> {
        let mut cleared = match meaning {
            Some(meaning) => change.clear_for_new_origins(&mut self.settings, &meaning.plan, &self.allow),
            None => Vec::new(),
        };
        let ways = (
            SecretRoute::of(before.proxy.as_ref(), before.ca_pem.as_deref()),
            SecretRoute::of(self.proxy.as_ref(), self.ca_pem.as_deref()),
        );
        let proxy = self.proxy.as_mut();
        cleared.extend(change.clear_for_new_way(&mut self.settings, proxy, &ways.0, &ways.1));
        cleared
    }

    /// Put together what is known, unless something is wrong with it beside what was taken away.
    fn with_trust(
        self,
        meaning: Result<Meaning, Vec<Complaint>>,
        connector: Connector,
        secret: BTreeSet<String>,
        trust: Trust,
        gives_a_secret: bool,
    ) -> Result<Settled, Vec<Complaint>> {
        let on_loss = self.on_loss;
        let mut first = Vec::new();
        if on_loss == OnLoss::Ask {
            first.extend(trust.cleared.iter().map(say::enter_again));
        }
        let whole = match self.whole() {
            Ok(whole) if first.is_empty() => whole,
            Ok(_) => return Err(together(first, meaning.err().unwrap_or_default())),
            Err(wrong) => {
                let wrong = together(wrong, first);
                return Err(together(wrong, meaning.err().unwrap_or_default()));
            }
        };
        let is_waiting = !trust.cleared.is_empty();
        let configured = Configured { secret, trust: Some(trust), ..whole };
        match meaning {
            Ok(meaning) => {
                let understood = Understood::new(&configured, meaning, connector);
                Ok(Settled { understood: (!is_waiting).then_some(understood), configured })
            }
            // That a secret is missing is known. Whoever enters some of them is to enter all: what is entered is bound to where
            // it goes, which only whole settings tell.
            Err(wrong) if !gives_a_secret && are_about(&wrong, configured.cleared()) => {
                Ok(Settled { configured, understood: None })
            }
            Err(wrong) => Err(wrong),
        }
    }

    async fn meaning(&self, connector: Option<&Connector>) -> Result<Meaning, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let planned = gather(self.planned(connector).await, &mut complaints);
        let egress = gather(self.egress(), &mut complaints);
        let schedule = gather(self.timing.as_ref().map(Timing::schedule).transpose(), &mut complaints);
        match (planned, egress, schedule) {
            (Some((plan, needed)), Some(egress), Some(schedule)) => {
                Ok(Meaning { egress, schedule, plan, needed })
            }
            (..) => Err(complaints),
        }
    }

    /// What the settings will need, and the origins that they lead to.
    async fn planned(&self, connector: Option<&Connector>) -> Result<(Plan, Vec<Needed>), Vec<Complaint>> {
        let connector = connector.ok_or_else(|| vec![say::connector_missing(&self.connector)])?;
        match connector.validate(&Value::Object(self.settings.clone())).await {
            Ok(Ok(plan)) => match origins(&plan.origins) {
                Ok(needed) => Ok((plan, needed)),
                Err(complaint) => Err(vec![complaint]),
            },
            Ok(Err(problems)) => Err(problems.into_iter().map(of_setting).collect()),
            Err(error) => Err(vec![say::connector_died(&error)]),
        }
    }

    fn egress(&self) -> Result<Egress, Vec<Complaint>> {
        let egress = input::egress(self.proxy.as_ref(), self.ca_pem.as_deref(), LoginInUrl::Refused)?;
        Ok(Egress { allow: Some(self.allow.clone()), ..egress })
    }
}

/// The same again, of which nothing is new.
impl From<Configured> for Draft {
    fn from(configured: Configured) -> Self {
        let Configured {
            name,
            connector,
            settings,
            proxy,
            ca_pem,
            allow,
            timing,
            departed,
            face,
            is_followed,
            ..
        } = configured;
        Self {
            name: Some(name),
            connector,
            settings,
            proxy,
            ca_pem,
            allow,
            timing,
            departed: Some(departed),
            face: Some(face),
            is_followed,
            given: Given::default(),
            is_connector_confirmed: false,
            on_loss: OnLoss::Clear,
            complaints: Vec::new(),
        }
    }
}

/// Whether all of them are about what was taken away.
fn are_about(complaints: &[Complaint], cleared: &[Cleared]) -> bool {
    let is_about = |complaint: &Complaint| {
        let mut pointers = cleared.iter().map(|cleared| cleared.pointer.as_str());
        pointers.any(|pointer| {
            complaint
                .pointer
                .strip_prefix(pointer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    complaints.iter().all(is_about)
}

impl fmt::Debug for Configured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configured")
            .field("name", &self.name)
            .field("connector", &self.connector)
            .finish_non_exhaustive()
    }
}

/// A connector points into its settings, which are a part of the configuration.
fn of_setting(problem: Problem) -> Complaint {
    Complaint { pointer: format!("/settings{}", problem.pointer), diagnosis: problem.diagnosis }
}

fn origins(planned: &[PlannedOrigin]) -> Result<Vec<Needed>, Complaint> {
    let needed = |planned: &PlannedOrigin| {
        let origin = planned.origin.parse().map_err(|invalid| say::planned_origin(&invalid))?;
        Ok(Needed { origin, is_optional: planned.is_optional })
    };
    planned.iter().map(needed).collect()
}

/// All of them, but at each place only what was found first: what cannot be read is missing to whoever looks next.
pub(crate) fn together(mut first: Vec<Complaint>, then: Vec<Complaint>) -> Vec<Complaint> {
    let is_known = |complaint: &Complaint| first.iter().any(|known| known.pointer == complaint.pointer);
    let (_, new): (Vec<_>, Vec<_>) = then.into_iter().partition(is_known);
    first.extend(new);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_not_said_to_be_missing_as_well() {
        let first = vec![say::name(), say::not_a_number("/settings/n")];
        let then = vec![say::not_json("/settings/n"), say::not_json("/settings/key")];
        let all = together(first, then);
        let told: Vec<_> =
            all.iter().map(|told| (told.pointer.as_str(), told.diagnosis.code.as_str())).collect();
        let expected =
            [("/name", "bad-source-name"), ("/settings/n", "not-a-number"), ("/settings/key", "not-json")];
        assert_eq!(told, expected);
    }

    #[test]
    fn secrets_are_in_no_debug_output() {
        let proxy = ServerProxy {
            url: "http://proxy:3128".to_owned(),
            user: Some("me".to_owned()),
            password: Some("hunter2".to_owned()),
        };
        let configured = Configured {
            name: SourceName::new("head-office").unwrap(),
            connector: "blake3:00".to_owned(),
            settings: Map::from_iter([("secret".to_owned(), Value::from("hunter2"))]),
            proxy: Some(proxy.clone()),
            ca_pem: None,
            allow: Vec::new(),
            timing: None,
            departed: DepartedUsers::Deactivate,
            face: ScimFace::default(),
            is_followed: false,
            secret: BTreeSet::new(),
            trust: None,
        };
        assert!(!format!("{configured:?} {proxy:?}").contains("hunter2"));
    }
}
