//! `storage`.

use crate::{Case, both, said};
use rollcall_kit::Host;
use rollcall_kit::ports::Area;

pub(crate) fn cases() -> Vec<Case> {
    [Area::Memory, Area::Durable].into_iter().flat_map(of_area).chain([full_memory(), full_disk()]).collect()
}

fn of_area(area: Area) -> Vec<Case> {
    let get = |n: usize, expected: &str| {
        Case::new(format!("get {n} entries of {area:?}"), expected, move |host| {
            said(host.storage_get(area, &keys(n)))
        })
    };
    let write = |n: usize, expected: &str| {
        Case::new(format!("write {n} entries of {area:?}"), expected, move |host| {
            let entries = keys(n).into_iter().map(|key| (key, Some("v".to_owned()))).collect();
            said(host.storage_write(area, entries))
        })
    };
    let scan = |limit: u32, expected: &str| {
        Case::new(format!("scan {limit} entries of {area:?}"), expected, move |host| {
            said(host.storage_scan(area, "", None, limit))
        })
    };
    let key = |n_bytes: usize, expected: &str| {
        Case::new(format!("use a key of {n_bytes} bytes of {area:?}"), expected, move |host| {
            let key = "k".repeat(n_bytes);
            let got = said(host.storage_get(area, std::slice::from_ref(&key)));
            let written = said(host.storage_write(area, vec![(key.clone(), Some("v".to_owned()))]));
            both(both(got, written), said(host.storage_write(area, vec![(key, None)])))
        })
    };
    let value = |n_bytes: usize, expected: &str| {
        Case::new(format!("write a value of {n_bytes} bytes of {area:?}"), expected, move |host| {
            store(host, area, "k", n_bytes)
        })
    };
    let (right, wrong) =
        ("accepted; accepted; accepted", "request-invalid; request-invalid; request-invalid");
    vec![
        get(0, "accepted"),
        get(1000, "accepted"),
        get(1001, "request-invalid"),
        write(0, "accepted"),
        write(1000, "accepted"),
        write(1001, "request-invalid"),
        scan(0, "request-invalid"),
        scan(1000, "accepted"),
        scan(1001, "request-invalid"),
        key(0, wrong),
        key(256, right),
        key(257, wrong),
        value(256 << 10, "accepted"),
        value((256 << 10) + 1, "request-invalid"),
        Case::new(
            format!("write what is right and what is wrong of {area:?}"),
            "request-invalid; nothing",
            move |host| {
                let entries = vec![("a".to_owned(), Some("v".to_owned())), (String::new(), None)];
                both(said(host.storage_write(area, entries)), value_of(host, area, "a"))
            },
        ),
    ]
}

fn full_memory() -> Case {
    Case::new("fill the memory", "4 accepted; store-failed; nothing; accepted", |host| {
        fill(host, Area::Memory, 4)
    })
}

fn full_disk() -> Case {
    Case::new("fill the disk", "64 accepted; store-failed; nothing; accepted", |host| {
        fill(host, Area::Durable, 64)
    })
}

/// Write `n` quarters of a MiB, of which the last is as much smaller as keys are; then one more, and then room again.
fn fill(host: &dyn Host, area: Area, n: usize) -> String {
    let key = |n: usize| format!("k{n:07}");
    let smaller = 8 * n;
    let written = (0..n).map(|at| {
        let n_bytes = if at + 1 == n { (256 << 10) - smaller } else { 256 << 10 };
        store(host, area, &key(at), n_bytes)
    });
    let full = both(crate::summed(written), store(host, area, "more", 1));
    let nothing = both(full, value_of(host, area, "more"));
    let instead = vec![(key(0), None), ("more".to_owned(), Some("v".to_owned()))];
    both(nothing, said(host.storage_write(area, instead)))
}

fn store(host: &dyn Host, area: Area, key: &str, n_bytes: usize) -> String {
    said(host.storage_write(area, vec![(key.to_owned(), Some("v".repeat(n_bytes)))]))
}

fn value_of(host: &dyn Host, area: Area, key: &str) -> String {
    let values = host.storage_get(area, &[key.to_owned()]);
    let shown = |values: Vec<Option<String>>| values.into_iter().flatten().next();
    values.map_or_else(|why| why.code, |values| shown(values).unwrap_or_else(|| "nothing".to_owned()))
}

fn keys(n: usize) -> Vec<String> {
    (0..n).map(|n| format!("k{n}")).collect()
}
