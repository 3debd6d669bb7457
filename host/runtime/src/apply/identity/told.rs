//! What is said about people whose identity changed: one entry each, or one for all where they are many.

use std::collections::BTreeMap;

use rollcall_rules::identity::{Evidence, Notation};
use rollcall_rules::vocabulary::attribute;
use serde_json::Value;

use crate::amount::times;
use crate::limits::{MAX_IDENTITY_CHARS, MAX_TOLD_IDENTITIES};
use crate::model::{Diagnosis, Entry, Key, Severity};

/// By what a person was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    /// Something that belongs to them stayed.
    Evidence(Evidence),
    /// A person said so.
    Answer,
    /// Nothing stayed: it is somebody else.
    Nothing,
}

impl By {
    const fn english(self) -> &'static str {
        match self {
            Self::Evidence(Evidence::Mobile) => "the mobile number",
            Self::Evidence(Evidence::Email) => "the e-mail address",
            Self::Evidence(Evidence::EmployeeNumber) => "the job number",
            Self::Evidence(Evidence::Name) => "the name",
            Self::Answer => "an administrator's answer",
            Self::Nothing => "nothing",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::Evidence(Evidence::Mobile) => "手机号",
            Self::Evidence(Evidence::Email) => "邮箱",
            Self::Evidence(Evidence::EmployeeNumber) => "工号",
            Self::Evidence(Evidence::Name) => "姓名",
            Self::Answer => "管理员的确认",
            Self::Nothing => "无",
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Evidence(evidence) => evidence.code(),
            Self::Answer => "answer",
            Self::Nothing => "nothing",
        }
    }
}

/// How the identity behind one key changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdentityChange {
    /// What the attribute is called, without its schema.
    attribute: String,
    from: String,
    to: String,
    pub(super) by: By,
    /// What whoever came is called.
    name: Option<String>,
}

impl IdentityChange {
    pub(super) fn new(attribute: &Notation, from: &str, to: &str, by: By, incoming: &Value) -> Self {
        let notation = attribute.to_string();
        let attribute = notation.rsplit(':').next().unwrap_or_default().to_owned();
        let name = incoming.get(attribute::DISPLAY_NAME).and_then(Value::as_str).map(str::to_owned);
        Self { attribute, from: shown(from), to: shown(to), by, name }
    }

    /// What the change records of a replacement say.
    pub(super) fn evidence(&self) -> String {
        let Self { attribute, from, to, .. } = self;
        format!("the source gave this id to somebody else: {attribute} {from} → {to}")
    }

    fn entry(self, key: Key) -> Entry {
        let Self { attribute, from, to, by, name } = self;
        let diagnosis = match by {
            By::Nothing => Diagnosis::new(
                REPLACED,
                format!(
                    "the source gave the id of {key} to somebody else ({attribute} {from} → {to}): who had it left, \
                     and whoever has it now joined, with nothing of the other"
                ),
            )
            .in_chinese(
                format!(
                    "来源把 {key} 的 ID 给了另一个人（{attribute} {from} → {to}）：原来的人已离开，现在的人作为新人加入，不继承任何信息"
                ),
                "",
            ),
            By::Evidence(_) | By::Answer => Diagnosis::new(
                CHANGED,
                format!(
                    "{key} is the same person under another identity ({attribute} {from} → {to}), recognised by {}",
                    by.english()
                ),
            )
            .in_chinese(
                format!("{key} 的身份标识变了（{attribute} {from} → {to}），凭{}认出是同一个人", by.chinese()),
                "",
            )
            .with_fact("recognised_by", by.code()),
        };
        let diagnosis = diagnosis.with_fact("from", from).with_fact("to", to);
        Entry { severity: Severity::Info, subject: Some(key), subject_name: name, diagnosis }
    }
}

const CHANGED: &str = "identity-changed";
const REPLACED: &str = "identity-replaced";
const UNDECIDED: &str = "identities-undecided";

/// What is to be told at the end of a run.
#[derive(Debug, Default)]
pub(super) struct IdentityNotes {
    /// The first of them, those recognised and those replaced apart.
    recognised: Vec<(Key, IdentityChange)>,
    replaced: Vec<(Key, IdentityChange)>,
    /// All of them.
    n: BTreeMap<By, u64>,
}

impl IdentityNotes {
    pub(super) fn add(&mut self, key: Key, change: IdentityChange) {
        let n = self.n.entry(change.by).or_default();
        *n = n.saturating_add(1);
        let list = if change.by == By::Nothing { &mut self.replaced } else { &mut self.recognised };
        // One more than are told by themselves shows that they are too many.
        if list.len() <= MAX_TOLD_IDENTITIES {
            list.push((key, change));
        }
    }

    pub(super) fn entries(self) -> Vec<Entry> {
        let Self { recognised, replaced, n } = self;
        let each =
            |changes: Vec<(Key, IdentityChange)>| changes.into_iter().map(|(key, change)| change.entry(key));
        let mut entries = Vec::new();
        if recognised.len() <= MAX_TOLD_IDENTITIES {
            entries.extend(each(recognised));
        } else {
            entries.push(all_recognised(&n));
        }
        if replaced.len() <= MAX_TOLD_IDENTITIES {
            entries.extend(each(replaced));
        } else {
            entries.push(all_replaced(n.get(&By::Nothing).copied().unwrap_or_default()));
        }
        entries
    }
}

fn all_recognised(n: &BTreeMap<By, u64>) -> Entry {
    let counts = || n.iter().filter(|(by, _)| **by != By::Nothing);
    let total = counts().fold(0_u64, |sum, (_, n)| sum.saturating_add(*n));
    let english: Vec<String> = counts().map(|(by, n)| format!("{n} by {}", by.english())).collect();
    let chinese: Vec<String> = counts().map(|(by, n)| format!("{} {n} 人", by.chinese())).collect();
    let diagnosis = Diagnosis::new(
        CHANGED,
        format!("{total} are the same people under other identities, recognised: {}", english.join(", ")),
    )
    .in_chinese(format!("{total} 人的身份标识变了，认出是同一批人，依据：{}", chinese.join("、")), "");
    let diagnosis = counts()
        .fold(diagnosis, |diagnosis, (by, n)| diagnosis.with_fact(by.code(), n.to_string()))
        .with_fact("n", total.to_string());
    Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
}

fn all_replaced(n: u64) -> Entry {
    let diagnosis = Diagnosis::new(
        REPLACED,
        format!(
            "the source gave {} to somebody else: who had them left, and whoever has them now joined, with nothing of the \
             others",
            times(n, "id", "ids")
        ),
    )
    .in_chinese(
        format!("来源把 {n} 个 ID 给了别人：原来的人已离开，现在的人作为新人加入，不继承任何信息"),
        "",
    )
    .with_fact("n", n.to_string());
    Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
}

/// Replacements of a reading that did not come to its end.
pub(super) fn undecided(n: usize) -> Entry {
    let diagnosis = Diagnosis::new(
        UNDECIDED,
        format!(
            "{} may belong to somebody else at the source now; nothing of them was changed, because not everything was read",
            if n == 1 { "1 id".to_owned() } else { format!("{n} ids") }
        ),
    )
    .with_remedy("The next import that reads everything decides about them.")
    .in_chinese(
        format!("来源中有 {n} 个 ID 可能已属于别人；由于没有读完全部数据，未做任何改动"),
        "下一次完整读取的导入会处理它们。",
    )
    .with_fact("n", n.to_string());
    Entry { severity: Severity::Warning, subject: None, subject_name: None, diagnosis }
}

/// An identity, at a length that can be shown.
fn shown(identity: &str) -> String {
    identity.chars().take(MAX_IDENTITY_CHARS).collect()
}
