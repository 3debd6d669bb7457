//! A source as whoever configures it hands it in: the form, the API and a source file are all read here, so that the same
//! mistake is told in the same words wherever it was made.
//!
//! Pure. Not here: how a form, a body or a file is laid out, and what the connector says of its settings.

use std::time::Duration;

use rollcall_host::DepartedUsers;
use rollcall_host::egress::{Client, Egress, Proxy, Reach};
use rollcall_host::follow::{InvalidSchedule, Schedule};
use rollcall_host::grant::Origin;
use rollcall_host::model::SourceName;

use super::complaint::Complaint;
use super::complaints as say;
use super::departed::departed_named;
use super::way_out::{ServerProxy, Timing};
use crate::face::{ScimFace, ScimNames, ScimUserNames};

/// Any cron expression that is right, to ask about a time zone alone.
const MIDNIGHT: &str = "0 0 * * *";

/// A source as somebody configures it, but for its connector and that one's settings. Every value is the text that was given;
/// what is not given is as usual.
#[derive(Clone, Default)]
pub struct SourceInput {
    /// What it is to be called. Without one there is no source; whoever hands it in has said why.
    pub name: Option<String>,
    /// What becomes of people who left: `deactivate` or `delete`.
    pub departed: Option<String>,
    /// What becomes of whole names over SCIM: `whole` or `split`.
    pub scim_names: Option<String>,
    /// What people log in as over SCIM: `plain` or `with-source`.
    pub scim_user_names: Option<String>,
    /// The proxy that everything of it leaves through.
    pub proxy: Option<ServerProxy>,
    /// Certificates to trust beside the usual ones, in PEM.
    pub ca_pem: Option<String>,
    /// The origins that it may talk to; none for those that its settings lead to.
    pub allow: Option<Vec<String>>,
    /// When full runs are due; none for never by themselves.
    pub timing: Option<Timing>,
}

/// Whether the URL of a proxy may have its name and password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginInUrl {
    /// It may: the file that it stands in is as secret as they are.
    Taken,
    /// It may not: URLs are shown.
    Refused,
}

/// What the texts of a [`SourceInput`] say, as far as each can be read by itself.
pub(crate) struct ReadInput {
    pub(crate) name: Option<SourceName>,
    pub(crate) departed: Option<DepartedUsers>,
    pub(crate) face: Option<ScimFace>,
    pub(crate) allow: Vec<Origin>,
    pub(crate) complaints: Vec<Complaint>,
}

/// A [`SourceInput`] in which nothing is wrong.
#[derive(Debug)]
pub struct CheckedSource {
    /// What it is called.
    pub name: SourceName,
    /// What becomes of people who left.
    pub departed: DepartedUsers,
    /// How its people are told over SCIM.
    pub face: ScimFace,
    /// How its requests leave.
    pub egress: Egress,
    /// When full runs are due; none for never by themselves.
    pub schedule: Option<Schedule>,
}

impl SourceInput {
    /// The source, if nothing is wrong with it; what is wrong is added to `complaints`. The URL of the proxy may have the login
    /// in it.
    pub fn check(self, complaints: &mut Vec<Complaint>) -> Option<CheckedSource> {
        let is_granted = self.allow.is_some();
        let ReadInput { name, departed, face, allow, complaints: unread } = self.read();
        let is_read = unread.is_empty();
        complaints.extend(unread);
        let egress = egress(self.proxy.as_ref(), self.ca_pem.as_deref(), LoginInUrl::Taken);
        let egress = gather(egress, complaints);
        let schedule = gather(self.timing.as_ref().map(Timing::schedule).transpose(), complaints);
        let allow = is_granted.then_some(allow);
        let (egress, schedule) = (Egress { allow, ..egress? }, schedule?);
        let (name, departed, face) = (name?, departed?, face?);
        is_read.then_some(CheckedSource { name, departed, face, egress, schedule })
    }

    /// Read every text, and go on after a complaint, so that all are told at once.
    pub(crate) fn read(&self) -> ReadInput {
        let mut complaints = Vec::new();
        let name = self.name.as_deref().map(|name| SourceName::new(name).map_err(|_| say::name()));
        let name = noted(name, &mut complaints).flatten();
        let departed = self.departed.as_deref().map(|word| departed_named(word).ok_or_else(say::departed));
        let departed = noted(departed, &mut complaints).map(Option::unwrap_or_default);
        let names = self.scim_names.as_deref();
        let names = names.map(|word| ScimNames::named(word).ok_or_else(say::scim_names));
        let names = noted(names, &mut complaints).map(Option::unwrap_or_default);
        let user_names = self.scim_user_names.as_deref();
        let user_names = user_names.map(|word| ScimUserNames::named(word).ok_or_else(say::scim_user_names));
        let user_names = noted(user_names, &mut complaints).map(Option::unwrap_or_default);
        let face = names.zip(user_names).map(|(names, user_names)| ScimFace { names, user_names });
        let mut allow = Vec::new();
        for (place, origin) in self.allow.iter().flatten().enumerate() {
            match origin.parse() {
                Ok(origin) => allow.push(origin),
                Err(_) => complaints.push(say::allowed_origin(place)),
            }
        }
        ReadInput { name, departed, face, allow, complaints }
    }
}

/// How requests leave by this proxy and with these certificates, with no word on where they may go.
pub(crate) fn egress(
    proxy: Option<&ServerProxy>,
    ca_pem: Option<&str>,
    login: LoginInUrl,
) -> Result<Egress, Vec<Complaint>> {
    let mut complaints = Vec::new();
    let proxy = noted(proxy.map(|proxy| proxy.read(login)), &mut complaints).flatten();
    let ca_pem = ca_pem.map(|pem| pem.as_bytes().to_vec());
    let trust = Egress { proxy: None, ca_pem: ca_pem.clone(), allow: None };
    if let Err(invalid) = Client::new(&trust, Reach::default()) {
        complaints.push(say::ca(&invalid));
    }
    if complaints.is_empty() { Ok(Egress { proxy, ..trust }) } else { Err(complaints) }
}

impl ServerProxy {
    fn read(&self, login: LoginInUrl) -> Result<Proxy, Complaint> {
        let proxy: Proxy = self.url.parse().map_err(|invalid| say::proxy(&invalid))?;
        if proxy.user().is_some() && login == LoginInUrl::Refused {
            return Err(say::proxy_with_password());
        }
        match (&self.user, &self.password) {
            (Some(user), password) => Ok(proxy.with_credentials(user, password.clone().unwrap_or_default())),
            (None, Some(_)) => Err(say::password_alone()),
            (None, None) => Ok(proxy),
        }
    }
}

impl Timing {
    /// As the host keeps it. The parts are asked about one by one, so that each complaint is at its own field.
    pub(crate) fn schedule(&self) -> Result<Schedule, Vec<Complaint>> {
        let Self { cron, time_zone, jitter_s } = self;
        let jitter = Duration::from_secs(*jitter_s);
        let parts = [
            Schedule::parse(cron, None, Duration::ZERO),
            Schedule::parse(MIDNIGHT, time_zone.as_deref(), Duration::ZERO),
            Schedule::parse(MIDNIGHT, None, jitter),
        ];
        let complaints: Vec<Complaint> =
            parts.iter().filter_map(|part| part.as_ref().err()).map(say::schedule).collect();
        if !complaints.is_empty() {
            return Err(complaints);
        }
        Schedule::parse(cron, time_zone.as_deref(), jitter)
            .map_err(|invalid: InvalidSchedule| vec![say::schedule(&invalid)])
    }
}

impl std::fmt::Debug for SourceInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceInput").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The value, or none once its complaints are with the others.
pub(crate) fn gather<T>(result: Result<T, Vec<Complaint>>, complaints: &mut Vec<Complaint>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(wrong) => {
            complaints.extend(wrong);
            None
        }
    }
}

/// What was given, read; none once what is wrong with it is with the others.
fn noted<T>(given: Option<Result<T, Complaint>>, complaints: &mut Vec<Complaint>) -> Option<Option<T>> {
    match given.transpose() {
        Ok(value) => Some(value),
        Err(complaint) => {
            complaints.push(complaint);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(cron: &str, time_zone: Option<&str>, jitter_s: u64) -> Timing {
        Timing { cron: cron.to_owned(), time_zone: time_zone.map(str::to_owned), jitter_s }
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_each_at_its_place_and_no_value_is_repeated() {
        let input = SourceInput {
            name: text("Geheim"),
            departed: text("geheim"),
            scim_names: text("geheim"),
            scim_user_names: text("geheim"),
            proxy: Some(ServerProxy { url: "geheim".to_owned(), user: None, password: text("geheim") }),
            ca_pem: text("geheim"),
            allow: Some(vec!["https://a.example".to_owned(), "https://u:geheim@b.example".to_owned()]),
            timing: Some(timing("geheim", Some("geheim"), 90_000)),
        };
        assert!(!format!("{:?}", SourceInput { name: None, ..input.clone() }).contains("geheim"));
        let mut complaints = Vec::new();
        assert!(input.check(&mut complaints).is_none());
        let pointers: Vec<&str> = complaints.iter().map(|complaint| complaint.pointer.as_str()).collect();
        let expected = [
            "/name",
            "/departed",
            "/scim/names",
            "/scim/user_names",
            "/egress/allow/1",
            "/egress/proxy/url",
            "/egress/ca",
            "/schedule/cron",
            "/schedule/time_zone",
            "/schedule/jitter",
        ];
        assert_eq!(pointers, expected);
        assert!(!format!("{complaints:?}").contains("geheim"), "{complaints:?}");
    }

    #[test]
    fn what_is_not_given_is_as_usual_and_without_a_name_there_is_no_source() {
        let mut complaints = Vec::new();
        let checked =
            SourceInput { name: text("hq"), ..SourceInput::default() }.check(&mut complaints).unwrap();
        assert_eq!(checked.name.as_str(), "hq");
        assert_eq!((checked.departed, checked.face), (DepartedUsers::default(), ScimFace::default()));
        assert_eq!((checked.egress.allow, checked.schedule.is_none()), (None, true));
        assert!(SourceInput::default().check(&mut complaints).is_none());
        assert_eq!(complaints, []);
    }

    #[test]
    fn each_part_of_a_schedule_that_is_wrong_is_complained_about_at_its_own_field() {
        let wrong = timing("nightly", Some("China"), 90_000).schedule().unwrap_err();
        let pointers: Vec<&str> = wrong.iter().map(|complaint| complaint.pointer.as_str()).collect();
        assert_eq!(pointers, ["/schedule/cron", "/schedule/time_zone", "/schedule/jitter"]);
    }

    #[test]
    fn a_password_in_the_url_of_a_proxy_is_refused_where_urls_are_shown_and_not_repeated() {
        let url = "http://me:hunter2@proxy:3128".to_owned();
        let proxy = ServerProxy { url, user: None, password: None };
        assert!(proxy.read(LoginInUrl::Taken).is_ok());
        let complaint = proxy.read(LoginInUrl::Refused).unwrap_err();
        assert_eq!(complaint.pointer, "/egress/proxy/url");
        assert!(!format!("{complaint:?}").contains("hunter2"));
    }
}
