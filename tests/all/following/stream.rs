//! Stream: a connection that moves, breaks or is refused loses nothing, and never goes any other way than the proxy.
//!
//! Not here: a connection that dies without a word, because the connector's heartbeat is half a minute; the host's own
//! tests of the channel show it in virtual time.

use super::{add_department, feihua, rename_user};
use crate::harness::extra::until;
use crate::harness::live::{Live, Way, app_key};
use rollcall_dingtalk_simulator::{ConnectionState, Mutation, PeerAddress, ProxyMode};
use rollcall_host::history::{RunState, Trigger};
use rollcall_host::inbox::{ChannelState, Note};
use rollcall_host::model::{Standing, Timestamp};

const OPEN_CONNECTION: &str = "/v1.0/gateway/connections/open";

#[test]
fn a_connection_that_is_sent_away_is_followed_by_another_and_nothing_is_lost() {
    let live = Live::started(feihua(), Way::Stream);
    // Ten seconds between "disconnect" and the end last one.
    live.with(|simulator| simulator.switches_mut().events.time_permille = 100);
    for n in 0..20 {
        live.real.mutate(&rename_user("xiaohong", &format!("小红 {n}")));
        if n == 10 {
            live.server().disconnect_streams();
        }
    }
    until("the old connection has ended and another is there", || {
        connections(&live) == [ConnectionState::Closed, ConnectionState::Open]
    });
    live.settled();
    live.assert_in_line();
    assert_eq!(live.with(|simulator| simulator.events().n_acknowledged()), 20);
    assert_eq!(n_full_runs(&live), 1);
}

#[test]
fn a_connection_that_is_cut_is_opened_again_and_no_full_run_is_needed() {
    let live = Live::started(feihua(), Way::Stream);
    live.server().drop_streams();
    until("the connection has ended", || connections(&live).contains(&ConnectionState::Closed));
    live.real.mutate(&rename_user("xiaohong", "小红红"));
    until("there is another", || connections(&live) == [ConnectionState::Closed, ConnectionState::Open]);
    live.server().push_all_now();
    live.settled();
    live.assert_in_line();
    assert_eq!(n_full_runs(&live), 1);
}

#[test]
fn a_wrong_secret_is_told_in_the_status_and_by_the_check_and_is_not_tried_for_ever() {
    let mut live = Live::started(feihua(), Way::Stream);
    live.unfollow();
    let set_secret = |app_secret: &str| Mutation::SetSecret {
        app_key: app_key(),
        app_secret: serde_json::from_value(app_secret.into()).expect("a secret is a text"),
    };
    live.real.mutate(&set_secret("somebody-else-changed-it"));
    live.with(|simulator| simulator.trace_mut().clear());
    live.follow();
    until("the channel is refused", || channel(&live) == Some(ChannelState::Refused));
    let n_asked = live.with(|simulator| simulator.trace().of(OPEN_CONNECTION).requests);
    assert_eq!(n_asked, 1);
    let note = live.following().channel.expect("the channel has a state");
    let code = note.diagnosis.expect("a refused channel has a reason").code;
    let findings = live.real.check();
    let failed: Vec<_> = findings.iter().filter(|finding| finding.standing == Standing::Failed).collect();
    assert!(failed.iter().any(|finding| finding.diagnosis.code == code), "{code}: {findings:#?}");
    live.real.mutate(&set_secret(crate::companies::APP_SECRET));
    // What a person starts shows that it is mended.
    assert_eq!(live.sync().state, RunState::Succeeded);
    until("the channel is open", || channel(&live) == Some(ChannelState::Connected));
    live.change(&rename_user("xiaohong", "小红红"));
    live.assert_in_line();
}

#[test]
fn an_address_that_is_not_granted_is_asked_for_anew_and_at_once_when_a_person_lets_the_source_go_on() {
    let mut live = Live::started(feihua(), Way::Stream);
    live.unfollow();
    let bad = || (0..8).map(|n| format!("wss://10.0.0.{n}:443/connect")).collect();
    live.with(|simulator| simulator.switches_mut().events.stream_endpoints = bad());
    live.follow();
    until("the channel waits", || channel(&live) == Some(ChannelState::Waiting));
    let note = live.following().channel.expect("the channel has a state");
    assert_eq!(note.diagnosis.expect("it waits for a reason").code, "origin-not-granted");
    until("it was asked for again", || {
        live.with(|simulator| simulator.switches().events.stream_endpoints.len()) < 7
    });
    let now = note.since;
    live.with(|simulator| simulator.switches_mut().events.stream_endpoints.clear());
    live.note(Note::Resumed(now));
    until("the channel is open", || channel(&live) == Some(ChannelState::Connected));
    live.change(&rename_user("xiaohong", "小红红"));
    live.assert_in_line();
}

#[test]
fn overseas_everything_goes_overseas() {
    let mut live = Live::new(feihua(), Way::Stream);
    live.real.settings["oapi_base"] = "https://oapi.dingtalk.io".into();
    live.real.settings["api_base"] = "https://api.dingtalk.io".into();
    let findings = live.real.check();
    let of_the_way = findings.iter().filter(|finding| ["origin", "event-channel"].contains(&&*finding.check));
    let standings: Vec<_> = of_the_way.map(|finding| finding.standing).collect();
    assert_eq!(standings, [Standing::Passed; 5], "{findings:#?}");
    live.follow();
    live.subscribe();
    live.imported();
    live.change(&rename_user("xiaohong", "小红红"));
    live.assert_in_line();
    let tunnels = live.server().proxy_counts().tunnels;
    assert!(tunnels.keys().all(|target| target.ends_with(".dingtalk.io:443")), "{tunnels:?}");
}

#[test]
fn where_the_union_s_origin_is_not_granted_everything_works() {
    let mut live = Live::new(feihua(), Way::Stream);
    let granted = ["oapi", "api", "wss-open-connection"].map(|name| format!("https://{name}.dingtalk.com"));
    let parsed = granted.iter().map(|origin| origin.parse().expect("it is an origin"));
    live.real.egress.allow = Some(parsed.collect());
    let findings = live.real.check();
    assert!(findings.iter().all(|finding| finding.standing != Standing::Failed), "{findings:#?}");
    assert!(findings.iter().any(|finding| finding.diagnosis.code == "origin-optional"), "{findings:#?}");
    live.follow();
    live.subscribe();
    live.imported();
    live.change(&rename_user("xiaohong", "小红红"));
    live.assert_in_line();
}

#[test]
fn after_a_time_in_which_nobody_listened_a_full_run_finds_what_was_missed() {
    let mut live = Live::started(feihua(), Way::Stream);
    live.unfollow();
    live.with(|simulator| simulator.switches_mut().events.stream_unconnected_life_s = 0);
    live.real.mutate(&add_department(5004, "Legal", 1));
    until("the event is lost", || live.with(|simulator| simulator.events().n_pending()) == 0);
    let heard_until = live.following().heard_until.expect("somebody listened");
    let long_ago = Timestamp::from_unix_ms(heard_until.unix_ms() - 61_000);
    live.note(Note::HeardUntil(long_ago));
    live.follow();
    until("a full run has ended", || live.rows().iter().filter(|run| run.finished_at.is_some()).count() == 2);
    live.settled();
    live.assert_in_line();
    let run = live.rows().pop().expect("there are runs");
    assert_eq!((run.trigger, run.state, run.counters.created), (Trigger::Stream, RunState::Succeeded, 1));
}

#[test]
fn a_short_absence_needs_no_full_run() {
    let mut live = Live::started(feihua(), Way::Stream);
    live.unfollow();
    assert_eq!(channel(&live), Some(ChannelState::Closed));
    live.real.mutate(&rename_user("xiaohong", "小红红"));
    live.follow();
    until("there is a connection", || live.with(|simulator| simulator.events().n_connected()) == 1);
    live.server().push_all_now();
    live.settled();
    live.assert_in_line();
    assert_eq!(n_full_runs(&live), 1);
}

#[test]
fn a_channel_waits_for_its_proxy_and_never_goes_without_it() {
    let live = Live::started(feihua(), Way::Stream);
    live.server().set_proxy_mode(ProxyMode::Close);
    until("the channel waits", || channel(&live) == Some(ChannelState::Waiting));
    live.real.mutate(&rename_user("xiaohong", "小红红"));
    let n_refused = live.server().proxy_counts().connections;
    until("it was tried again", || n_refused < live.server().proxy_counts().connections);
    live.server().set_proxy_mode(ProxyMode::Open);
    until("the channel is open", || channel(&live) == Some(ChannelState::Connected));
    live.server().push_all_now();
    live.settled();
    live.assert_in_line();
    let direct = live.with(|simulator| {
        let records = simulator.trace().records();
        records.filter(|record| record.peer != PeerAddress::PROXIED.0).cloned().collect::<Vec<_>>()
    });
    assert_eq!(direct, []);
    let tunnels = live.server().proxy_counts().tunnels;
    let to_stream = tunnels.iter().filter(|(target, _)| target.starts_with("wss-open-connection"));
    let n_connections = u64::try_from(connections(&live).len()).expect("it is a small number");
    assert_eq!(to_stream.map(|(_, n)| n).sum::<u64>(), n_connections, "{tunnels:?}");
}

fn connections(live: &Live) -> Vec<ConnectionState> {
    live.with(|simulator| simulator.events().connections().map(|connection| connection.state).collect())
}

fn channel(live: &Live) -> Option<ChannelState> {
    live.following().channel.map(|note| note.state)
}

/// Runs that no event asked for.
fn n_full_runs(live: &Live) -> usize {
    live.rows().iter().filter(|run| live.events_of(&run.id).is_empty()).count()
}
