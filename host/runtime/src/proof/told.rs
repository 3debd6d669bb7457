//! What is said of a proof, in two languages.

use super::LeftOut;
use crate::amount::{amount, amounts, amounts_in_chinese, list, share, times};
use crate::awaiting::{ALL_HELD, COVERAGE_HELD, DECLINED, SCOPE_HELD};
use crate::model::proof::{Lists, OpenList, Proof, Read, Retained, Since, View};
use crate::model::{Counts, Key, counted};
use rollcall_rules::vocabulary::REMOVALS_STOPPED;
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

/// A text in two languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilingualText {
    /// In English.
    pub english: String,
    /// In simplified Chinese.
    pub chinese: String,
}

/// One line of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is about.
    pub name: BilingualText,
    /// What is said of it.
    pub value: BilingualText,
}

/// Keys that are named of a list of them.
const N_NAMED: usize = 3;

impl Proof {
    /// What a person reads of it.
    #[must_use]
    pub fn told(&self) -> Vec<Line> {
        let view_before = self.view_before.as_ref().map(told_view);
        let mut lines = vec![
            line("read", "已读取", self.told_read()),
            line("lists", "列表", told_lists(&self.lists)),
            line("view", "可见范围", told_view(&self.view)),
        ];
        lines.extend(view_before.map(|before| line("view before", "此前的可见范围", before)));
        lines.push(line("removed", "已移除", told_counts(&self.removed)));
        lines.extend(self.kept.iter().map(|kept| line("not removed", "未移除", told_kept(kept))));
        if !self.unfollowed.is_empty() {
            let since = self.since.as_ref().map(told_since).unwrap_or_else(|| told("", ""));
            let value = told(
                format!("{}, out of sight of the application{}", amounts(&self.unfollowed), since.english),
                format!("{}，应用看不到{}", amounts_in_chinese(&self.unfollowed), since.chinese),
            );
            lines.push(line("not followed", "不再跟随", value));
        }
        lines
    }

    fn told_read(&self) -> BilingualText {
        if self.read.is_empty() {
            return told("the reading came to no end", "读取未进行到底");
        }
        let shares = self.read.iter().map(|Read { resource_type, read, expected }| match expected {
            Some(expected) => share(resource_type, *read, *expected),
            None => amount(resource_type, *read),
        });
        let (english, chinese): (Vec<_>, Vec<_>) = shares.unzip();
        let (holes, holes_in_chinese) = if self.is_complete {
            ("", "")
        } else {
            ("; not everything could be read", "；未能全部读取")
        };
        told(
            format!("{}{holes}", list(english)),
            format!("{}{holes_in_chinese}", chinese.join("、").trim_end()),
        )
    }
}

impl LeftOut {
    /// What a person reads of it, in one sentence.
    #[must_use]
    pub fn told(&self) -> BilingualText {
        let since = self.since.as_ref().map(told_since).unwrap_or_else(|| told("", ""));
        let (objects, n) = (times(self.n_unfollowed(), "object", "objects"), self.n_unfollowed());
        match (self.waits, n) {
            (true, 0) => told(
                format!("the application sees less than before{}", since.english),
                format!("应用可见范围比之前小{}", since.chinese),
            ),
            (true, n) => told(
                format!(
                    "the application sees less than before: {objects} {} no longer followed{}",
                    if n == 1 { "is" } else { "are" },
                    since.english
                ),
                format!("应用可见范围比之前小：不再跟随 {n} 个对象{}", since.chinese),
            ),
            (false, n) => told(
                format!("not followed: {objects} out of sight of the application{}", since.english),
                format!("未跟随：{n} 个对象不在应用可见范围内{}", since.chinese),
            ),
        }
    }
}

/// "303 objects (20 departments and 283 people) are", and the same in Chinese without the verb.
pub(crate) fn are_objects(counts: &Counts) -> (String, String) {
    let n = counts.values().fold(0, |sum: u64, n| sum.saturating_add(*n));
    let are = if n == 1 { "is" } else { "are" };
    let (by_type, by_type_in_chinese) = (amounts(counts), amounts_in_chinese(counts));
    let by_type_in_chinese = by_type_in_chinese.trim_end();
    if counts.len() < 2 {
        return (format!("{by_type} {are}"), by_type_in_chinese.to_owned());
    }
    (format!("{n} objects ({by_type}) {are}"), format!("{n} 个对象（{by_type_in_chinese}）"))
}

/// So many of what, and the first of them.
pub(crate) fn keys<'k>(keys: impl Iterator<Item = &'k Key> + Clone) -> (String, String) {
    named(&counted(keys.clone()), keys)
}

fn named<'k>(counts: &Counts, keys: impl Iterator<Item = &'k Key>) -> (String, String) {
    let n_keys = counts.values().fold(0, |sum: u64, n| sum.saturating_add(*n));
    let mut ids: Vec<&str> = keys.take(N_NAMED).map(|key| key.external_id.as_str()).collect();
    if u64::try_from(ids.len()).unwrap_or(u64::MAX) < n_keys {
        ids.push("…");
    }
    (
        format!("{} ({})", amounts(counts), ids.join(", ")),
        format!("{}（{}）", amounts_in_chinese(counts), ids.join("、")),
    )
}

fn told_view(view: &View) -> BilingualText {
    if view.whole {
        return told("everything", "全部");
    }
    let (english, chinese) = named(&view.n_parts, view.parts.iter());
    told(english, chinese)
}

fn told_lists(Lists { n, n_closed, open }: &Lists) -> BilingualText {
    let n_open = n.saturating_sub(*n_closed);
    if n_open == 0 {
        let end = if *n == 0 { "" } else { ", read to the end" };
        let end_in_chinese = if *n == 0 { "" } else { "，全部读取完整" };
        return told(format!("{}{end}", times(*n, "list", "lists")), format!("{n} 个{end_in_chinese}"));
    }
    let (mut names, mut names_in_chinese): (Vec<_>, Vec<_>) = open.iter().map(named_list).unzip();
    if u64::try_from(names.len()).unwrap_or(u64::MAX) < n_open {
        names.push("…".to_owned());
        names_in_chinese.push("…".to_owned());
    }
    told(
        format!("{}, {n_closed} read to the end; not: {}", times(*n, "list", "lists"), names.join(", ")),
        format!("{n} 个，其中 {n_closed} 个读取完整；未读取完整：{}", names_in_chinese.join("、")),
    )
}

fn named_list(OpenList { resource_type, of }: &OpenList) -> (String, String) {
    let (english, chinese) = match resource_type.as_str() {
        USER => ("people", "人员"),
        DEPARTMENT => ("departments", "部门"),
        other => (other, other),
    };
    (format!("{english} of {of}"), format!("{of} 的{chinese}"))
}

fn told_counts(counts: &Counts) -> BilingualText {
    if counts.is_empty() {
        return told("nothing", "无");
    }
    told(amounts(counts), amounts_in_chinese(counts).trim_end())
}

fn told_kept(Retained { because, n }: &Retained) -> BilingualText {
    let (english, chinese) = match because.as_str() {
        ALL_HELD => ("too many at once, waits for a person", "一次过多，等待人工确认"),
        COVERAGE_HELD => {
            ("less was read than there should be, waits for a person", "读取少于应有数量，等待人工确认")
        }
        SCOPE_HELD => (
            "the application sees less than before, waits for a person",
            "应用可见范围比之前小，等待人工确认",
        ),
        DECLINED => ("a person declined their removal", "已有人拒绝移除"),
        REMOVALS_STOPPED => ("not found, and not everything could be read", "没有读到，但读取不完整"),
        other => (other, other),
    };
    told(format!("{}: {english}", amounts(n)), format!("{}：{chinese}", amounts_in_chinese(n).trim_end()))
}

fn told_since(Since { run, .. }: &Since) -> BilingualText {
    told(format!(", since run {run}"), format!("（自第 {run} 次运行起）"))
}

fn line(english: &str, chinese: &str, value: BilingualText) -> Line {
    Line { name: told(english, chinese), value }
}

fn told(english: impl Into<String>, chinese: impl Into<String>) -> BilingualText {
    BilingualText { english: english.into(), chinese: chinese.into() }
}
