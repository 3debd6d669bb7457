//! What is said of a full reading: its view, its coverage, what it no longer found, how far it has come.

use crate::{Case, applied, both, key, keys, outcomes, put_person, said, wrong_keys};
use rollcall_kit::Host;
use rollcall_kit::model::{Container, Coverage, Key, Removal, Scope};
use rollcall_rules::reach::Export;

pub(crate) fn cases() -> Vec<Case> {
    [opening(), closing(), removing(), checkpoints()].into_iter().flatten().collect()
}

fn opening() -> Vec<Case> {
    let parts = |n: usize, expected: &str| {
        Case::new(format!("open a reading of {n} parts"), expected, move |host| {
            said(host.open_reading(&Scope { whole: false, parts: keys(n) }))
        })
    };
    let cases = vec![
        parts(0, "accepted"),
        parts(10_000, "accepted"),
        parts(10_001, "request-invalid"),
        Case::new("open a reading twice", "accepted; request-invalid", |host| both(open(host), open(host))),
        Case::new("open a reading of some objects twice", "accepted; accepted", |host| {
            both(open(host), open(host))
        })
        .within(Export::Refresh),
        Case::new("open a reading of some objects after a put", "applied; accepted", |host| {
            both(applied(host, vec![put_person("a")]), open(host))
        })
        .within(Export::Refresh),
        Case::new("open a reading again after one that was refused", "request-invalid; accepted", |host| {
            let refused = said(host.open_reading(&Scope { whole: false, parts: keys(10_001) }));
            both(refused, open(host))
        }),
        Case::new("open a reading after the first put", "applied; request-invalid", |host| {
            both(applied(host, vec![put_person("a")]), open(host))
        }),
        Case::new("open a reading after a put that was refused", "object-invalid; request-invalid", |host| {
            both(applied(host, vec![crate::put("User", "a", String::new())]), open(host))
        }),
    ];
    let wrong = wrong_keys().into_iter().map(|(how, key)| {
        Case::new(format!("open a reading of a part {how}"), "request-invalid", move |host| {
            said(host.open_reading(&Scope { whole: false, parts: vec![key.clone()] }))
        })
    });
    cases.into_iter().chain(wrong).collect()
}

fn closing() -> Vec<Case> {
    let types = |name: &str, types: &[&'static str], expected: &str| {
        let types = types.to_vec();
        Case::new(format!("close a reading of {name}"), expected, move |host| {
            said(host.close_reading(types.iter().map(|name| covered(name, Vec::new())).collect()))
        })
    };
    let lists = |n: usize, expected: &str| {
        Case::new(format!("close a reading of {n} lists"), expected, move |host| {
            // Of all resource types together.
            let (departments, people) = keys(n).into_iter().partition(|key| key.external_id.ends_with('0'));
            said(host.close_reading(vec![covered("Department", departments), covered("User", people)]))
        })
    };
    let cases = vec![
        types("nothing", &[], "accepted"),
        types("each resource type", &["Department", "User"], "accepted"),
        types("one resource type twice", &["User", "User"], "request-invalid"),
        types("a resource type that the connector does not have", &["Group"], "request-invalid"),
        types("a resource type without a name", &[""], "request-invalid"),
        lists(100_000, "accepted"),
        lists(100_001, "request-invalid"),
        Case::new("close a reading twice", "accepted; request-invalid", |host| {
            both(close(host), close(host))
        }),
        Case::new("close a reading again after one that was refused", "request-invalid; accepted", |host| {
            let refused = said(host.close_reading(vec![covered("Group", Vec::new())]));
            both(refused, close(host))
        }),
        Case::new("open a reading that was closed", "accepted; request-invalid", |host| {
            both(close(host), open(host))
        }),
    ];
    let unopened = Case::new("close a reading that was not opened", "request-invalid", close);
    let wrong = wrong_keys().into_iter().map(|(how, key)| {
        Case::new(format!("close a reading of a list {how}"), "request-invalid", move |host| {
            said(host.close_reading(vec![covered("User", vec![key.clone()])]))
        })
    });
    cases.into_iter().chain(wrong).map(Case::opened).chain([unopened]).collect()
}

fn removing() -> Vec<Case> {
    let evidence = |name: &str, evidence: String, expected: &str| {
        Case::new(format!("remove what is missing {name}"), format!("accepted; {expected}"), move |host| {
            both(close(host), remove(host, vec![removal(key("held"), &evidence)]))
        })
    };
    let many = |n: usize, expected: &str| {
        Case::new(format!("remove {n} that are missing"), format!("accepted; {expected}"), move |host| {
            let removals = keys(n).into_iter().map(|key| removal(key, "404: gone")).collect();
            both(close(host), remove(host, removals))
        })
    };
    let cases = vec![
        Case::new("remove what is missing before the reading is closed", "request-invalid", |host| {
            remove(host, vec![removal(key("held"), "404: gone")])
        }),
        Case::new("remove what is missing twice", "accepted; ; request-invalid", |host| {
            let first = both(close(host), remove(host, Vec::new()));
            both(first, remove(host, Vec::new()))
        }),
        Case::new(
            "remove what is missing after a call that was refused",
            "request-invalid; accepted; applied",
            |host| {
                let early = remove(host, Vec::new());
                let closed = both(early, close(host));
                both(closed, remove(host, vec![removal(key("held"), "404: gone")]))
            },
        ),
        evidence("with evidence", "404: gone".to_owned(), "applied"),
        evidence("without evidence", String::new(), "removal-without-evidence"),
        evidence("with blank evidence", "\t".to_owned(), "removal-without-evidence"),
        evidence("with evidence of more than 1 KiB", "e".repeat(1025), "object-invalid"),
        many(0, ""),
        many(100_000, "100000 applied"),
        many(100_001, "request-invalid"),
        Case::new("remove whom this run has put", "applied; accepted; removed-and-read", |host| {
            let there = both(applied(host, vec![put_person("held")]), close(host));
            both(there, remove(host, vec![removal(key("held"), "404: gone")]))
        }),
        Case::new(
            "remove whom this run has put, and who was refused",
            "object-invalid; accepted; removed-and-read",
            |host| {
                let refused = applied(host, vec![crate::put("User", "held", String::new())]);
                let there = both(refused, close(host));
                both(there, remove(host, vec![removal(key("held"), "404: gone")]))
            },
        ),
        Case::new("remove one twice in a call", "accepted; 2 applied", |host| {
            both(close(host), remove(host, vec![removal(key("held"), "404: gone"), removal(key("held"), "")]))
        }),
    ];
    let wrong = wrong_keys().into_iter().map(|(how, key)| {
        Case::new(format!("remove a missing key {how}"), "accepted; object-invalid", move |host| {
            both(close(host), remove(host, vec![removal(key.clone(), "404: gone")]))
        })
    });
    cases.into_iter().chain(wrong).map(Case::opened).collect()
}

fn checkpoints() -> Vec<Case> {
    let state = |n_bytes: usize, expected: &str| {
        Case::new(format!("leave a checkpoint of {n_bytes} bytes"), expected, move |host| {
            said(host.save_checkpoint(&"s".repeat(n_bytes), Vec::new()))
        })
    };
    let unchanged = |n: usize, expected: &str| {
        Case::new(format!("leave a checkpoint of {n} keys"), expected, move |host| {
            said(host.save_checkpoint("state", keys(n)))
        })
    };
    let cases = vec![
        state(0, "accepted"),
        state(1 << 20, "accepted"),
        state((1 << 20) + 1, "request-invalid"),
        unchanged(10_000, "accepted"),
        unchanged(10_001, "request-invalid"),
        Case::new("leave a checkpoint with a key twice", "accepted", |host| {
            said(host.save_checkpoint("state", vec![key("held"), key("held")]))
        }),
        Case::new("leave two checkpoints", "accepted; accepted", |host| {
            let leave = || said(host.save_checkpoint("state", vec![key("held")]));
            both(leave(), leave())
        }),
        Case::new("leave a checkpoint after the reading was closed", "accepted; accepted", |host| {
            both(close(host), said(host.save_checkpoint("state", Vec::new())))
        })
        .opened(),
    ];
    let wrong = wrong_keys().into_iter().map(|(how, key)| {
        Case::new(format!("leave a checkpoint with a key {how}"), "request-invalid", move |host| {
            said(host.save_checkpoint("state", vec![key.clone()]))
        })
    });
    cases.into_iter().chain(wrong).collect()
}

fn open(host: &dyn Host) -> String {
    said(host.open_reading(&Scope::whole()))
}

fn close(host: &dyn Host) -> String {
    said(host.close_reading(Vec::new()))
}

fn remove(host: &dyn Host, removals: Vec<Removal>) -> String {
    outcomes(host.remove_missing(removals))
}

fn removal(key: Key, evidence: &str) -> Removal {
    Removal { key, evidence: evidence.to_owned() }
}

fn covered(resource_type: &str, lists: Vec<Key>) -> Coverage {
    let list = |key| Container { key, closed: true, listed: 0, expected: None };
    let containers = lists.into_iter().map(list).collect();
    Coverage { resource_type: resource_type.to_owned(), read: 0, expected: None, containers }
}
