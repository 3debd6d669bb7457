//! Functions of the host that the connector's function under way may not use.

use crate::{Case, said};
use rollcall_kit::Host;
use rollcall_kit::model::{Progress, Scope};
use rollcall_kit::ports::Area;
use rollcall_rules::reach::Export;

/// A call, and the functions of a connector that may make it, of those that are tried here.
type Row = (&'static str, fn(&dyn Host) -> String, &'static [Export]);

const TRIED: [Export; 4] = [Export::Validate, Export::Check, Export::Refresh, Export::Sync];

const ONLINE: &[Export] = &[Export::Check, Export::Refresh, Export::Sync];
const RUNS: &[Export] = &[Export::Refresh, Export::Sync];
const FULL: &[Export] = &[Export::Sync];

const TABLE: [Row; 19] = [
    ("tasks.wait", |host| done(|| host.wait(1)), ONLINE),
    ("tasks.begin-timer", |host| done(|| host.begin_timer(1)), ONLINE),
    ("http-client.begin", |host| done(|| host.begin_http(Vec::new())), ONLINE),
    ("http-client.take", |host| done(|| host.take_http(&[])), ONLINE),
    ("http-client.throttled", |host| done(|| host.throttled(None, 0)), ONLINE),
    ("storage.get", |host| said(host.storage_get(Area::Memory, &[])), ONLINE),
    ("storage.write", |host| said(host.storage_write(Area::Memory, Vec::new())), ONLINE),
    ("storage.scan", |host| said(host.storage_scan(Area::Memory, "", None, 1)), ONLINE),
    ("directory.list-inventory", |host| said(host.list_inventory("User", None, 1)), RUNS),
    ("directory.find-inventory", |host| said(host.find_inventory(&[])), RUNS),
    ("directory.begin-apply", |host| done(|| host.begin_apply(Vec::new())), RUNS),
    ("directory.propose-clearings", |host| said(host.propose_clearings(Vec::new())), RUNS),
    ("directory.open-reading", |host| said(host.open_reading(&Scope::whole())), RUNS),
    ("history.record-entries", |host| said(host.record_entries(Vec::new())), RUNS),
    ("history.report", |host| done(|| host.report(progress())), RUNS),
    ("directory.close-reading", close_nothing, FULL),
    ("directory.save-checkpoint", |host| said(host.save_checkpoint("", Vec::new())), FULL),
    ("directory.remove-missing", remove_nothing, FULL),
    ("host.now-ms", |host| done(|| host.now_ms()), &TRIED),
];

pub(crate) fn cases() -> Vec<Case> {
    let of_row = |(function, ask, may): Row| {
        TRIED.map(|export| {
            let expected = if may.contains(&export) { "accepted" } else { "ended connector-broke-contract" };
            Case::new(format!("call {function} from {}", export.as_str()), expected, ask).within(export)
        })
    };
    TABLE.into_iter().flat_map(of_row).collect()
}

/// What a full reading may do once it is opened.
fn close_nothing(host: &dyn Host) -> String {
    match host.open_reading(&Scope::whole()) {
        Ok(()) => said(host.close_reading(Vec::new())),
        Err(why) => why.code,
    }
}

/// What a full reading may do once it is closed.
fn remove_nothing(host: &dyn Host) -> String {
    let closed = host.open_reading(&Scope::whole()).and_then(|()| host.close_reading(Vec::new()));
    match closed {
        Ok(()) => said(host.remove_missing(Vec::new())),
        Err(why) => why.code,
    }
}

/// A call that cannot be refused.
fn done<T>(ask: impl FnOnce() -> T) -> String {
    ask();
    "accepted".to_owned()
}

fn progress() -> Progress {
    Progress { phase: "trying".to_owned(), done: 0, total: None }
}
