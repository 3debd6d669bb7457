//! A condition put together from what is asked for, and the first of many in order.
//!
//! What is deliberately not here: text from outside within a statement. It is bound.

use std::collections::BinaryHeap;

use rollcall_browse::Page;
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use crate::rows::to_integer;

/// What must hold of a row: clauses, and the values of their question marks.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    index: Option<&'static str>,
    clauses: Vec<&'static str>,
    values: Vec<Value>,
}

impl Filter {
    /// This must hold.
    pub(super) fn must(mut self, clause: &'static str) -> Self {
        self.clauses.push(clause);
        self
    }

    /// This, of which there are few, must hold; they have an index of their own, which SQLite would not choose.
    pub(super) fn must_by(self, clause: &'static str, index: &'static str) -> Self {
        Self { index: Some(index), ..self.must(clause) }
    }

    /// This, which has one question mark, must hold with this value.
    pub(super) fn with(mut self, clause: &'static str, value: impl Into<Value>) -> Self {
        self.clauses.push(clause);
        self.values.push(value.into());
        self
    }

    /// As [`Filter::with`], if there is a value.
    pub(super) fn with_any(self, clause: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(clause, value),
            None => self,
        }
    }

    /// Rows are found by this index.
    pub(super) fn by(self, index: &'static str) -> Self {
        Self { index: Some(index), ..self }
    }

    /// Two values more, for a `LIMIT` and an `OFFSET` behind the condition.
    pub(super) fn paged(mut self, page: Page) -> Self {
        self.values.extend([page.limit.into(), to_integer(page.offset).into()]);
        self
    }

    /// A value more, for a `LIMIT` behind the condition.
    pub(super) fn limited(mut self, limit: u32) -> Self {
        self.values.push(limit.into());
        self
    }

    /// What comes behind the name of the table.
    pub(super) fn rest(&self) -> String {
        let index = self.index.map(|index| format!("INDEXED BY {index} ")).unwrap_or_default();
        format!("{index}WHERE {}", self.clause())
    }

    /// What comes behind `WHERE`.
    pub(super) fn clause(&self) -> String {
        if self.clauses.is_empty() { "true".to_owned() } else { self.clauses.join(" AND ") }
    }

    /// The values of its question marks.
    pub(super) fn values(&self) -> impl rusqlite::Params + '_ {
        params_from_iter(&self.values)
    }
}

/// The numbers of the first of many rows, in order of a text, while all of them are counted.
#[derive(Debug)]
pub(super) struct First {
    page: Page,
    most: usize,
    total: u64,
    kept: BinaryHeap<(String, i64)>,
}

impl First {
    /// Those up to the end of this page.
    pub(super) fn of(page: Page) -> Self {
        let most = page.offset.saturating_add(u64::from(page.limit));
        Self { page, most: usize::try_from(most).unwrap_or(usize::MAX), total: 0, kept: BinaryHeap::new() }
    }

    /// Here is one more.
    pub(super) fn offer(&mut self, text: &str, id: i64) {
        self.total = self.total.saturating_add(1);
        if self.kept.len() < self.most {
            self.kept.push((text.to_owned(), id));
        } else if let Some(mut last) = self.kept.peek_mut()
            && (text, id) < (last.0.as_str(), last.1)
        {
            *last = (text.to_owned(), id);
        }
    }

    /// How many there were, and the numbers of those on the page.
    pub(super) fn finish(self) -> (u64, Vec<i64>) {
        let offset = usize::try_from(self.page.offset).unwrap_or(usize::MAX);
        let sorted = self.kept.into_sorted_vec();
        (self.total, sorted.into_iter().skip(offset).map(|(_, id)| id).collect())
    }
}
