//! The story that the demo tells and holds the host to: what is changed in DingTalk, what the platform must hold afterwards,
//! and what the run must have counted. Expectations are whole: one object too many is a failure.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::outline::{self, Outline};
use super::rollcall::{Counters, Ending, Run, Source};
use super::serving::{Lines, Serving};
use super::simulator::Simulator;
use crate::say;

/// The company as it is at the beginning.
const FEIHUA: [&str; 8] = [
    "department Feihua",
    "department R&D in Feihua",
    "department Operations in Feihua",
    "department Commercialization in Feihua",
    "person Xiaohong in R&D",
    "person Xiaoming in Commercialization and R&D",
    "person Xiaoli in Operations",
    "person Xiaogang in Commercialization",
];

/// The change records of the import.
const IMPORTED: [&str; 8] = [
    "created Department Feihua",
    "created Department R&D",
    "created Department Operations",
    "created Department Commercialization",
    "created User Xiaohong",
    "created User Xiaoming",
    "created User Xiaoli",
    "created User Xiaogang",
];

/// What DingTalk calls them.
const RESEARCH: i64 = 611_840_273;
const OPERATIONS: i64 = 598_217_364;
const COMMERCIALIZATION: i64 = 640_073_915;
const LEGAL: i64 = 701_220_418;
const GREATER_CHINA: i64 = 701_220_419;
const XIAOHONG: &str = "18293148161178525";

/// One change of the company and everything that follows from it on the platform.
struct Chapter {
    title: &'static str,
    /// Made from what the simulator's company holds.
    mutation: Value,
    gone: &'static [&'static str],
    new: &'static [&'static str],
    /// What the run changes, as its change records say it.
    changes: &'static [&'static str],
    /// `created`, `updated`, `deactivated` and `deleted`; the others follow.
    counters: Counters,
}

/// What both ends of a push know. They protect nothing but the demo's own callback address, for as long as it runs.
pub(super) const CALLBACK_TOKEN: &str = "onlyForTheDemo2026";
pub(super) const CALLBACK_AES_KEY: &str = "onlyForTheDemo2026onlyForTheDemo2026onlyFor";

/// Tell it: the first source is pushed to, the second listens to a stream.
///
/// # Errors
///
/// When a command ends otherwise than it must, or the platform holds something else than the story says.
pub(super) fn tell(sources: &[Source; 2], simulator: &Simulator) -> Result<()> {
    say::head("Are the connections right?");
    for source in sources {
        source.check()?;
    }
    say::head("Follow both: the first import starts by itself, as the sources were never imported");
    let serving = Serving::start(sources, Lines::Shown)?;
    let mut outline = feihua();
    let mut known = imported(sources, &outline)?;
    subscribe(&sources[0], simulator, &serving)?;
    for chapter in chapters() {
        say::head(chapter.title);
        simulator.change(&chapter.mutation)?;
        outline = follow(&outline, &chapter);
        for (source, known) in sources.iter().zip(&mut known) {
            let new = source.arrived(&outline, known)?;
            arrived_by_events(source, &new, &chapter)?;
            known.extend(new);
        }
    }
    say::head("What the platform holds at the end, and how it came to it");
    for source in sources {
        source.tree()?;
        source.status()?;
        source.history(None)?;
    }
    serving.stop()?;
    through_the_proxy(simulator)
}

/// What the platform holds after the first import.
pub(crate) fn feihua() -> Outline {
    FEIHUA.into_iter().map(str::to_owned).collect()
}

/// The first import of both, verified whole; the rows that there are.
fn imported(sources: &[Source; 2], outline: &Outline) -> Result<[Vec<Run>; 2]> {
    let mut known = [Vec::new(), Vec::new()];
    for (source, known) in sources.iter().zip(&mut known) {
        *known = source.arrived(outline, known)?;
        let [run] = known.as_slice() else { bail!("{} has {} runs and not one", source.name, known.len()) };
        let counters = Counters { created: count(outline), read: count(outline), ..Counters::default() };
        if run.state != "succeeded" || run.counters != counters {
            bail!(
                "the import is {:?} and counted {:#?}; it must have counted {counters:#?}",
                run.state,
                run.counters
            );
        }
        if changes_of(source, known)? != IMPORTED.into_iter().map(str::to_owned).collect() {
            bail!("the import recorded {:#?}", changes_of(source, known)?);
        }
    }
    say::note("verified: both imports counted and recorded exactly this company");
    sources[0].tree()?;
    sources[0].history(known[0].first())?;
    Ok(known)
}

/// As a developer enters it in DingTalk's console, which tries the address before it saves it.
///
/// # Errors
///
/// When the address does not answer as it must.
pub(crate) fn subscribe(source: &Source, simulator: &Simulator, serving: &Serving) -> Result<()> {
    let url = serving.callback(source);
    say::head("In DingTalk's console: event subscription by HTTP push");
    say::note(&format!("the address is {url}, the token and the key are those of the source file"));
    let way = json!({"http": {"url": url, "token": CALLBACK_TOKEN, "aes_key": CALLBACK_AES_KEY}});
    simulator.subscribe(&source.app_key, &way)?;
    say::note("verified: DingTalk's test event was answered, and the address is saved");
    Ok(())
}

/// The runs since the change, in all: each succeeded, was started by an event, and together they did exactly what they must.
fn arrived_by_events(source: &Source, runs: &[Run], chapter: &Chapter) -> Result<()> {
    let mut sum = Counters::default();
    for run in runs {
        if run.state != "succeeded" || run.kind != "events" || run.trigger != source.trigger {
            bail!(
                "run {} is {:?} by {:?}; it must have succeeded by {:?}",
                run.id,
                run.state,
                run.trigger,
                source.trigger
            );
        }
        sum = sum.plus(&run.counters);
    }
    let Counters { created, updated, deactivated, deleted, .. } = chapter.counters;
    let expected = Counters {
        created,
        updated,
        deactivated,
        deleted,
        read: sum.read,
        unchanged: sum.unchanged,
        ..Counters::default()
    };
    if sum != expected {
        bail!("the events counted {sum:#?}; they must have counted {expected:#?}");
    }
    let recorded = changes_of(source, runs)?;
    if recorded != chapter.changes.iter().map(|&change| change.to_owned()).collect() {
        bail!("the events changed {recorded:#?}; they must have changed {:#?}", chapter.changes);
    }
    for run in runs.iter().filter(|run| run.counters.changed()) {
        source.history(Some(run))?;
    }
    say::note(&format!("verified: it arrived in {} by itself, and nothing else did", source.name));
    Ok(())
}

fn changes_of(source: &Source, runs: &[Run]) -> Result<BTreeSet<String>> {
    let mut changes = BTreeSet::new();
    for run in runs {
        changes.extend(source.changes(run)?);
    }
    Ok(changes)
}

/// Every request left through the proxy, with its password: DingTalk's own hosts lead to the simulator only there.
fn through_the_proxy(simulator: &Simulator) -> Result<()> {
    let counts = simulator.proxy_counts()?;
    let n_tunnels: u64 = counts.tunnels.values().sum();
    if n_tunnels == 0 || counts.unauthenticated != 0 {
        bail!("the proxy must have carried every request, with its password, but counted {counts:?}");
    }
    let hosts: Vec<&str> = counts.tunnels.keys().map(String::as_str).collect();
    say::note(&format!(
        "verified: the proxy carried all of it, in {n_tunnels} tunnels to {}",
        hosts.join(" and ")
    ));
    Ok(())
}

/// A run with a wrong AppSecret, as an administrator sees it.
///
/// # Errors
///
/// When it succeeds, or touches what the platform holds.
pub(super) fn fail(source: &Source) -> Result<()> {
    say::head("The AppSecret is wrong");
    let before = source.outline()?;
    let run = source.sync(Ending::Failed)?;
    source.history(Some(&run))?;
    let after = source.outline()?;
    let kind = run.failure.as_ref().map(|failure| failure.kind.as_str());
    if run.state != "failed" || kind != Some("settings") {
        bail!("the run is {:?}, for {kind:?}; it must have failed for its settings", run.state);
    }
    if before != after {
        bail!("a failed run changed the platform: {:?}", outline::difference(&before, &after));
    }
    say::note("the run failed, says why and where to mend it, and the platform holds what it held");
    Ok(())
}

fn follow(before: &Outline, chapter: &Chapter) -> Outline {
    let gone = |line: &String| chapter.gone.contains(&line.as_str());
    let kept = before.iter().filter(|line| !gone(line)).cloned();
    kept.chain(chapter.new.iter().map(|&line| line.to_owned())).collect()
}

fn count(outline: &Outline) -> u64 {
    u64::try_from(outline.len()).unwrap_or(u64::MAX)
}

fn chapters() -> Vec<Chapter> {
    let created = Counters { created: 1, ..Counters::default() };
    let updated = Counters { updated: 1, ..Counters::default() };
    vec![
        Chapter {
            title: "A department more: Legal",
            mutation: json!({"add_department": {"dept_id": LEGAL, "name": "Legal", "parent_id": 1}}),
            gone: &[],
            new: &["department Legal in Feihua"],
            changes: &["created Department Legal"],
            counters: created,
        },
        Chapter {
            title: "A department below another: Greater China, in Commercialization",
            mutation: json!({"add_department": {"dept_id": GREATER_CHINA, "name": "Greater China", "parent_id": COMMERCIALIZATION}}),
            gone: &[],
            new: &["department Greater China in Commercialization"],
            changes: &["created Department Greater China"],
            counters: created,
        },
        Chapter {
            title: "A department less: Legal",
            mutation: json!({"remove_department": {"dept_id": LEGAL}}),
            gone: &["department Legal in Feihua"],
            new: &[],
            changes: &["deleted Department Legal"],
            counters: Counters { deleted: 1, ..Counters::default() },
        },
        Chapter {
            title: "A department renamed: R&D becomes Production Research",
            mutation: json!({"rename_department": {"dept_id": RESEARCH, "name": "Production Research"}}),
            gone: &[
                "department R&D in Feihua",
                "person Xiaohong in R&D",
                "person Xiaoming in Commercialization and R&D",
            ],
            new: &[
                "department Production Research in Feihua",
                "person Xiaohong in Production Research",
                "person Xiaoming in Commercialization and Production Research",
            ],
            changes: &[r#"updated Department R&D: displayName "R&D" to "Production Research""#],
            counters: updated,
        },
        Chapter {
            title: "A person more: Xiaolan, in Operations",
            mutation: json!({"add_user": {"userid": "xiaolan", "name": "Xiaolan", "memberships": [{"dept_id": OPERATIONS}]}}),
            gone: &[],
            new: &["person Xiaolan in Operations"],
            changes: &["created User Xiaolan"],
            counters: created,
        },
        Chapter {
            title: "A person less: Xiaolan leaves",
            mutation: json!({"remove_user": {"userid": "xiaolan"}}),
            gone: &["person Xiaolan in Operations"],
            new: &["person Xiaolan, deactivated"],
            changes: &["deactivated User Xiaolan"],
            counters: Counters { deactivated: 1, ..Counters::default() },
        },
        Chapter {
            title: "A person renamed: Xiaohong becomes Xiaohonghong",
            mutation: json!({"modify_user": {"userid": XIAOHONG, "patch": {"name": "Xiaohonghong"}}}),
            gone: &["person Xiaohong in Production Research"],
            new: &["person Xiaohonghong in Production Research"],
            changes: &[
                r#"updated User Xiaohong: displayName "Xiaohong" to "Xiaohonghong", name.formatted "Xiaohong" to "Xiaohonghong""#,
            ],
            counters: updated,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chapter_follows_from_the_one_before() {
        let mut outline: Outline = FEIHUA.into_iter().map(str::to_owned).collect();
        for chapter in chapters() {
            for line in chapter.gone {
                assert!(outline.contains(*line), "{}: {line:?} is not there", chapter.title);
            }
            outline = follow(&outline, &chapter);
        }
        let people: Vec<&str> =
            outline.iter().map(String::as_str).filter(|line| line.starts_with("person")).collect();
        assert_eq!(
            people,
            [
                "person Xiaogang in Commercialization",
                "person Xiaohonghong in Production Research",
                "person Xiaolan, deactivated",
                "person Xiaoli in Operations",
                "person Xiaoming in Commercialization and Production Research",
            ]
        );
    }
}
