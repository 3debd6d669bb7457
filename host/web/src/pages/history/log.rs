//! The log of a run: what it wrote down, chosen by severity, code and words, each entry to be copied as text.

use maud::{Markup, html};
use rollcall_host::history::{Numbered, Run};
use rollcall_host::model::{Entry, Severity};
use rollcall_words::{Language, Sentence};

use super::changes::{export_links, kept};
use super::facets::{Facet, OfEntries, line};
use super::query::RunQuery;
use super::words;
use crate::page;
use crate::page::links::{self, object_link};
use crate::page::query::cursor;
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::Preferences;

/// Entries on one page.
///
/// 50. Why: each has some lines.
const N_ENTRIES: usize = 50;

/// Codes that are offered as choices.
///
/// 20. Why: a run whose log is full has a handful; the words find the rest.
const N_CODES: usize = 20;

/// The log of a run, for one reader and one choice.
pub(super) struct Log<'a> {
    pub(super) services: &'a Services,
    pub(super) reader: Preferences,
    pub(super) run: &'a Run,
    pub(super) query: &'a RunQuery,
}

impl Log<'_> {
    /// What does not change by itself: the form and the ways to take the entries along.
    pub(super) fn form(&self) -> Markup {
        let (reader, query) = (self.reader, self.query);
        html! {
            form class="row" method="get" action={ (links::run(&self.run.id)) "#log" } {
                (kept(&query.pairs(), &["log", "log_after"]))
                input type="search" name="log" value=(query.log) aria-label=(reader.say(words::search_log()))
                    placeholder=(reader.say(words::search_log()));
                button { (reader.say(page::words::search())) }
                (export_links(reader, &self.run.id, query, "entries"))
            }
        }
    }

    /// How many there are of each sort.
    pub(super) async fn facets(&self) -> Result<Markup, Problem> {
        let counts = self.services.store().entry_counts(&self.run.id).await?;
        let found = OfEntries::of(&counts, &self.query.entries());
        let severities: Vec<_> =
            found.severities.iter().rev().map(|(severity, n)| self.of_severity(*severity, *n)).collect();
        // In the order of the counts: the gravest and most frequent first.
        let mut codes: Vec<&str> = Vec::new();
        for count in &counts {
            if found.codes.contains_key(&count.code) && !codes.contains(&count.code.as_str()) {
                codes.push(&count.code);
            }
        }
        let codes: Vec<_> = codes
            .into_iter()
            .take(N_CODES)
            .filter_map(|code| Some(self.of_code(code, *found.codes.get(code)?)))
            .collect();
        Ok(html! {
            div id="run-log-facets" {
                (line(self.reader, words::facet_severity(), &severities))
                (line(self.reader, words::facet_code(), &codes))
                @if 0 < self.run.n_entries_dropped {
                    p class="soft" { (self.reader.say(words::entries_dropped(page::count(self.run.n_entries_dropped)))) }
                }
            }
        })
    }

    fn of_severity(&self, severity: Severity, n: u64) -> Facet {
        let (name, label) = match severity {
            Severity::Info => ("info", words::all_entries()),
            Severity::Warning => ("warning", words::warnings_and_errors()),
            Severity::Error => ("error", words::errors_only()),
        };
        self.facet(label, n, &self.query.severity, name, |query| &mut query.severity)
    }

    fn of_code(&self, code: &str, n: u64) -> Facet {
        self.facet(Sentence::verbatim(code), n, &self.query.code, code, |query| &mut query.code)
    }

    fn facet(
        &self,
        label: Sentence,
        n: u64,
        chosen: &str,
        name: &str,
        field: impl Fn(&mut RunQuery) -> &mut String,
    ) -> Facet {
        let is_chosen = chosen == name;
        let mut other = RunQuery { log_after: String::new(), ..self.query.clone() };
        *field(&mut other) = if is_chosen { String::new() } else { name.to_owned() };
        Facet { label, n, href: other.at(&self.run.id, "log"), is_chosen }
    }

    /// One page of them.
    pub(super) async fn list(&self) -> Result<Markup, Problem> {
        let (filter, after) = (self.query.entries(), self.query.log_after());
        let limit = u32::try_from(N_ENTRIES).unwrap_or(u32::MAX).saturating_add(1);
        let mut found = self.services.store().entries_where(&self.run.id, &filter, after, limit).await?;
        let has_more = N_ENTRIES < found.len();
        found.truncate(N_ENTRIES);
        let next = found.last().filter(|_| has_more).map(|last| self.page_after(&last.number.to_string()));
        let first = after.map(|_| self.page_after(""));
        let is_choosy = filter != RunQuery::default().entries();
        Ok(html! {
            div id="run-log" {
                @if found.is_empty() {
                    (page::nothing(&self.reader.say(if is_choosy { words::no_such_entries() } else { words::no_entries() })))
                }
                ol class="plain log" {
                    @for entry in &found { (self.item(entry)) }
                }
                (cursor(self.reader, first, next))
            }
        })
    }

    fn page_after(&self, after: &str) -> String {
        RunQuery { log_after: after.to_owned(), ..self.query.clone() }.at(&self.run.id, "log")
    }

    fn item(&self, Numbered { number, item: entry }: &Numbered<Entry>) -> Markup {
        let reader = self.reader;
        html! {
            li id={ "entry-" (number) } {
                div class="row end" {
                    span {
                        (page::severity(reader, entry.severity)) " "
                        @if let Some(key) = &entry.subject {
                            (object_link(reader, &self.run.source, key, entry.subject_name.as_deref()))
                        }
                    }
                    button type="button" class="quiet copy" hidden
                        data-copy=(text(reader.language, self.run, entry))
                        data-done=(reader.say(page::words::copied())) { (reader.say(page::words::copy())) }
                }
                (page::diagnosis(reader, &entry.diagnosis))
            }
        }
    }
}

/// An entry as text, for whoever asks somebody else about it: all that is known, one thing a line.
fn text(language: Language, run: &Run, entry: &Entry) -> String {
    let Entry { severity, subject, subject_name, diagnosis } = entry;
    let told = diagnosis.localized(language.tag());
    let severity = match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut lines = vec![format!("{severity}: {} ({})", told.message, diagnosis.code)];
    lines.extend(told.remedy.map(|remedy| format!("→ {remedy}")));
    lines.extend(subject.as_ref().map(|key| match subject_name {
        Some(name) => format!("{key} {name}"),
        None => key.to_string(),
    }));
    lines.extend(diagnosis.facts.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.push(format!("{} #{} {}", run.source, run.id, run.started_at));
    lines.push(format!("{} {} {}", run.connector.id, run.connector.version, run.connector.digest));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use rollcall_host::model::{Diagnosis, Key};

    use super::*;
    use crate::pages::history::testing::run;

    #[test]
    fn an_entry_is_copied_with_all_that_helps_whoever_is_asked() {
        let diagnosis = Diagnosis::new("user-refused", "the name is taken")
            .with_remedy("rename one of them")
            .in_chinese("名称已被占用", "请重命名其中一个")
            .with_fact("request_id", "abc-1");
        let entry = Entry {
            severity: Severity::Error,
            subject: Some(Key::new("User", "zhang/san")),
            subject_name: Some("张三".to_owned()),
            diagnosis,
        };
        expect![[r#"
            error: 名称已被占用 (user-refused)
            → 请重命名其中一个
            User "zhang/san" 张三
            request_id: abc-1
            head-office #12 2026-01-01T00:00:00Z
            example 1.2.3 blake3:00"#]]
        .assert_eq(&text(Language::Chinese, &run("12"), &entry));
    }
}
