//! The story that the demo tells and holds the host to: what is changed in DingTalk, what the platform must hold afterwards,
//! and what the run must have counted. Expectations are whole: one object too many is a failure.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::outline::{self, Outline};
use super::rollcall::{Counters, Ending, Rollcall, Run};
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

/// Tell it.
///
/// # Errors
///
/// When a command ends otherwise than it must, or the platform holds something else than the story says.
pub(super) fn tell(rollcall: &Rollcall, simulator: &Simulator) -> Result<()> {
    say::head("Is the connection right?");
    rollcall.check()?;
    let mut outline = import(rollcall)?;
    for chapter in chapters() {
        say::head(chapter.title);
        simulator.change(&chapter.mutation)?;
        let run = rollcall.sync(Ending::Done)?;
        rollcall.history(Some(&run))?;
        outline = follow(&outline, &chapter);
        hold(rollcall, &outline, &run, chapter.counters, chapter.changes)?;
    }
    say::head("What the platform holds at the end, and how it came to it");
    rollcall.tree()?;
    rollcall.history(None)?;
    through_the_proxy(simulator)
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
pub(super) fn fail(rollcall: &Rollcall) -> Result<()> {
    say::head("The AppSecret is wrong");
    let before = rollcall.outline()?;
    let run = rollcall.sync(Ending::Failed)?;
    rollcall.history(Some(&run))?;
    let after = rollcall.outline()?;
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

fn import(rollcall: &Rollcall) -> Result<Outline> {
    say::head("Import the whole organisation");
    let run = rollcall.sync(Ending::Done)?;
    rollcall.tree()?;
    rollcall.history(Some(&run))?;
    let outline: Outline = FEIHUA.into_iter().map(str::to_owned).collect();
    let counters = Counters { created: count(&outline), ..Counters::default() };
    hold(rollcall, &outline, &run, counters, &IMPORTED)?;
    Ok(outline)
}

/// Compare what is with what must be: on the platform, in the run's row, in its change records.
fn hold(
    rollcall: &Rollcall,
    expected: &Outline,
    run: &Run,
    counters: Counters,
    changes: &[&str],
) -> Result<()> {
    let found = rollcall.outline()?;
    if found != *expected {
        bail!(
            "the platform does not hold what it must (-) or more (+): {:#?}",
            outline::difference(expected, &found)
        );
    }
    let read = expected.iter().filter(|line| !line.ends_with("deactivated")).count();
    let read = u64::try_from(read)?;
    let counters =
        Counters { read, unchanged: read.saturating_sub(counters.created + counters.updated), ..counters };
    if run.state != "succeeded" || run.counters != counters {
        bail!(
            "the run is {:?} and counted {:#?}; it must have succeeded with {counters:#?}",
            run.state,
            run.counters
        );
    }
    let recorded = rollcall.changes(run)?;
    if recorded.iter().map(String::as_str).collect::<BTreeSet<_>>() != changes.iter().copied().collect() {
        bail!("the run recorded {recorded:#?}; it must have recorded {changes:#?}");
    }
    say::note("verified: the platform holds what it must, and the run counted and recorded exactly this");
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
