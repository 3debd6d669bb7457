//! `storage`: two areas, in byte order, all or none.

use crate::promise::{Attempt, Trouble, broken, ensure, same};
use crate::{Promise, Stand};
use rollcall_kit::model::Diagnosis;
use rollcall_kit::ports::{Area, EntryWrite};
use rollcall_rules::bounds::{
    MAX_DURABLE_AREA_BYTES, MAX_MEMORY_AREA_BYTES, MAX_STORAGE_ENTRIES, MAX_STORAGE_KEY_BYTES,
    MAX_STORAGE_VALUE_BYTES,
};

pub(crate) const PROMISES: [Promise; 9] = [
    Promise {
        name: "storage-keeps",
        stands_at: "storage.wit, get, write",
        says: "what was written is there, in the order asked, and none where nothing is",
        attempt: |stand| in_both(stand, keeps),
    },
    Promise {
        name: "storage-areas",
        stands_at: "storage.wit, area",
        says: "the two areas know nothing of each other",
        attempt: areas_are_apart,
    },
    Promise {
        name: "scan-order",
        stands_at: "storage.wit, scan; README.md, Byte order",
        says: "a scan is in the order of the bytes of UTF-8, beyond U+FFFF too",
        attempt: |stand| in_both(stand, scan_order),
    },
    Promise {
        name: "scan-prefix",
        stands_at: "storage.wit, scan",
        says: "a scan has the keys that start with the prefix, letter by letter, after `after`, at most `limit`",
        attempt: |stand| in_both(stand, scan_prefix),
    },
    Promise {
        name: "scan-bound",
        stands_at: "storage.wit, scan",
        says: "a scan for none or for more than 1000 fails",
        attempt: |stand| {
            in_both(stand, |stand, area| {
                refused("a scan for 0", stand.host.storage_scan(area, "", None, 0))?;
                refused("a scan for 1001", stand.host.storage_scan(area, "", None, 1001))?;
                taken("a scan for 1000", stand.host.storage_scan(area, "", None, 1000)).map(drop)
            })
        },
    },
    Promise {
        name: "storage-keys",
        stands_at: "storage.wit, storage",
        says: "a key has 1 to 256 bytes of UTF-8",
        attempt: |stand| in_both(stand, keys),
    },
    Promise {
        name: "storage-values",
        stands_at: "storage.wit, storage",
        says: "a value has at most 256 KiB, and may be empty",
        attempt: |stand| in_both(stand, values),
    },
    Promise {
        name: "write-all-or-none",
        stands_at: "storage.wit, write",
        says: "of a write that fails nothing is kept, and one has at most 1000 entries, as has a get",
        attempt: |stand| in_both(stand, all_or_none),
    },
    Promise {
        name: "area-bound",
        stands_at: "storage.wit, area",
        says: "the area `memory` holds 1 MiB and `durable` 16 MiB: what would be more fails, and the rest stays",
        attempt: area_bound,
    },
];

/// Both areas, each with nothing of ours in it before and after.
fn in_both(stand: &Stand<'_>, attempt: fn(&Stand<'_>, Area) -> Attempt) -> Attempt {
    for area in [Area::Memory, Area::Durable] {
        clear(stand, area)?;
        let came_to = attempt(stand, area);
        clear(stand, area)?;
        came_to.map_err(|trouble| match trouble {
            Trouble::Broken(did) => Trouble::Broken(format!("in area {area:?}: {did}")),
            Trouble::Untried(why) => Trouble::Untried(why),
        })?;
    }
    Ok(())
}

fn clear(stand: &Stand<'_>, area: Area) -> Attempt {
    loop {
        let kept = taken("a scan", stand.host.storage_scan(area, "", None, 1000))?;
        if kept.is_empty() {
            return Ok(());
        }
        let n_before = kept.len();
        let gone = kept.into_iter().map(|(key, _)| (key, None)).collect();
        taken("deleting entries", stand.host.storage_write(area, gone))?;
        let left = taken("a scan", stand.host.storage_scan(area, "", None, 1000))?;
        ensure(left.len() < n_before || n_before == MAX_STORAGE_ENTRIES, || {
            "entries that were deleted are there".to_owned()
        })?;
    }
}

fn keeps(stand: &Stand<'_>, area: Area) -> Attempt {
    write(stand, area, vec![put("a", "1"), put("é\u{10000}", "飞\u{10000}\r\n"), put("b", "")])?;
    let asked = ["b", "missing", "é\u{10000}", "a", "a"].map(str::to_owned);
    let right = [Some(""), None, Some("飞\u{10000}\r\n"), Some("1"), Some("1")];
    let found = taken("a get", stand.host.storage_get(area, &asked))?;
    same("what is kept", &found, &right.map(|value| value.map(str::to_owned)).to_vec())?;
    write(stand, area, vec![put("a", "2"), ("b".to_owned(), None), ("missing".to_owned(), None)])?;
    let found = taken("a get", stand.host.storage_get(area, &["a", "b"].map(str::to_owned)))?;
    same("what is kept after a change and a deletion", &found, &vec![Some("2".to_owned()), None])
}

fn areas_are_apart(stand: &Stand<'_>) -> Attempt {
    let areas = [Area::Memory, Area::Durable];
    areas.iter().try_for_each(|area| clear(stand, *area))?;
    write(stand, Area::Memory, vec![put("a", "memory")])?;
    let durable = taken("a get", stand.host.storage_get(Area::Durable, &["a".to_owned()]))?;
    same("what `durable` has of `memory`", &durable, &vec![None])?;
    write(stand, Area::Durable, vec![put("a", "durable")])?;
    let memory = taken("a get", stand.host.storage_get(Area::Memory, &["a".to_owned()]))?;
    same("what `memory` has after a write of `durable`", &memory, &vec![Some("memory".to_owned())])?;
    areas.iter().try_for_each(|area| clear(stand, *area))
}

/// In UTF-16 the second of the last two comes first; a database may ignore case.
const IN_ORDER: [&str; 6] = ["B", "a", "b", "é", "\u{fffd}", "\u{10000}"];

fn scan_order(stand: &Stand<'_>, area: Area) -> Attempt {
    write(stand, area, IN_ORDER.iter().rev().map(|key| put(key, "")).collect())?;
    let found = scanned(stand, area, "", None, 1000)?;
    same("the order of keys", &found, &IN_ORDER.map(str::to_owned).to_vec())?;
    let mut paged = Vec::new();
    while let [key] = scanned(stand, area, "", paged.last().map(String::as_str), 1)?.as_slice() {
        paged.push(key.clone());
        ensure(paged.len() <= IN_ORDER.len(), || format!("pages of one entry do not end: {paged:?}"))?;
    }
    same("the order of keys by pages of one", &paged, &found)
}

fn scan_prefix(stand: &Stand<'_>, area: Area) -> Attempt {
    let keys = ["a", "a%", "a%b", "a_", "aXb", "A%", "b", "a\u{10000}", "a\u{10000}b"];
    write(stand, area, keys.map(|key| put(key, key)).to_vec())?;
    for (prefix, after, limit, right) in [
        ("a%", None, 10, vec!["a%", "a%b"]),
        ("a_", None, 10, vec!["a_"]),
        ("a\u{10000}", None, 10, vec!["a\u{10000}", "a\u{10000}b"]),
        ("a", Some("a%"), 2, vec!["a%b", "aXb"]),
        ("a", Some("a\u{10000}b"), 10, vec![]),
        ("c", None, 10, vec![]),
        ("a%", Some("0"), 1, vec!["a%"]),
    ] {
        let found = scanned(stand, area, prefix, after, limit)?;
        let right: Vec<String> = right.into_iter().map(str::to_owned).collect();
        same(&format!("a scan of {prefix:?} after {after:?} for {limit}"), &found, &right)?;
    }
    Ok(())
}

fn keys(stand: &Stand<'_>, area: Area) -> Attempt {
    let longest = "k".repeat(MAX_STORAGE_KEY_BYTES);
    write(stand, area, vec![put(&longest, "1")])?;
    let found = taken("a get", stand.host.storage_get(area, std::slice::from_ref(&longest)))?;
    same("the value of a key of 256 bytes", &found, &vec![Some("1".to_owned())])?;
    // 86 characters of three bytes each.
    for (what, key) in
        [("empty", String::new()), ("of 257 bytes", format!("{longest}k")), ("of 258 bytes", "飞".repeat(86))]
    {
        refused(&format!("a write of a key {what}"), stand.host.storage_write(area, vec![put(&key, "1")]))?;
    }
    Ok(())
}

fn values(stand: &Stand<'_>, area: Area) -> Attempt {
    let largest = "v".repeat(MAX_STORAGE_VALUE_BYTES);
    write(stand, area, vec![put("a", &largest)])?;
    let found = taken("a get", stand.host.storage_get(area, &["a".to_owned()]))?;
    let n_bytes = found.first().and_then(Option::as_ref).map(String::len);
    same("the length of a value of 256 KiB", &n_bytes, &Some(MAX_STORAGE_VALUE_BYTES))?;
    let larger = stand.host.storage_write(area, vec![put("b", &format!("{largest}v"))]);
    refused("a value of 256 KiB and a byte", larger)?;
    let characters = "飞".repeat(MAX_STORAGE_VALUE_BYTES / 3 + 1);
    refused(
        "a value of fewer characters and more bytes",
        stand.host.storage_write(area, vec![put("b", &characters)]),
    )
}

fn all_or_none(stand: &Stand<'_>, area: Area) -> Attempt {
    let too_large = "v".repeat(MAX_STORAGE_VALUE_BYTES + 1);
    refused(
        "a write with one value too large",
        stand.host.storage_write(area, vec![put("a", "1"), put("b", &too_large)]),
    )?;
    same("what is kept of it", &scanned(stand, area, "", None, 10)?, &Vec::new())?;
    let many = |n: usize| (0..n).map(|n| put(&format!("{n:04}"), "")).collect::<Vec<_>>();
    refused("a write of 1001 entries", stand.host.storage_write(area, many(MAX_STORAGE_ENTRIES + 1)))?;
    same("what is kept of them", &scanned(stand, area, "", None, 10)?, &Vec::new())?;
    write(stand, area, many(MAX_STORAGE_ENTRIES))?;
    let asked = |n: usize| (0..n).map(|n| format!("{n:04}")).collect::<Vec<_>>();
    refused("a get of 1001 keys", stand.host.storage_get(area, &asked(MAX_STORAGE_ENTRIES + 1)))?;
    let found = taken("a get of 1000 keys", stand.host.storage_get(area, &asked(MAX_STORAGE_ENTRIES)))?;
    same("how many of 1000 entries are there", &found.iter().flatten().count(), &MAX_STORAGE_ENTRIES)
}

fn area_bound(stand: &Stand<'_>) -> Attempt {
    for (area, n_bytes) in [(Area::Memory, MAX_MEMORY_AREA_BYTES), (Area::Durable, MAX_DURABLE_AREA_BYTES)] {
        clear(stand, area)?;
        let value = "v".repeat(MAX_STORAGE_VALUE_BYTES);
        // With its key each takes a little more, so that the last does not fit.
        let n_fit = usize::try_from(n_bytes).unwrap_or_default() / MAX_STORAGE_VALUE_BYTES - 1;
        for n in 0..n_fit {
            write(stand, area, vec![put(&format!("{n:02}"), &value)])?;
        }
        let more = stand.host.storage_write(area, vec![put("x", &value), put("y", &value)]);
        let kept = scanned(stand, area, "", None, 1000)?;
        clear(stand, area)?;
        refused(&format!("area {area:?} beyond {} MiB", n_bytes >> 20), more)?;
        same(&format!("the entries of area {area:?} after that"), &kept.len(), &n_fit)?;
    }
    Ok(())
}

fn put(key: &str, value: &str) -> EntryWrite {
    (key.to_owned(), Some(value.to_owned()))
}

fn write(stand: &Stand<'_>, area: Area, entries: Vec<EntryWrite>) -> Attempt {
    taken("a write", stand.host.storage_write(area, entries))
}

/// The keys of a scan.
fn scanned(
    stand: &Stand<'_>,
    area: Area,
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<String>, Trouble> {
    let entries = taken("a scan", stand.host.storage_scan(area, prefix, after, limit))?;
    Ok(entries.into_iter().map(|(key, _)| key).collect())
}

/// What the host took.
pub(crate) fn taken<T>(what: &str, answer: Result<T, Diagnosis>) -> Result<T, Trouble> {
    answer.or_else(|why| broken(format!("{what} failed: {} ({})", why.message.en, why.code)))
}

/// The host must not have taken it.
pub(crate) fn refused<T>(what: &str, answer: Result<T, Diagnosis>) -> Attempt {
    answer.map_or_else(|_| Ok(()), |_| broken(format!("{what} was taken")))
}
