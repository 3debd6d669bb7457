//! Times that were measured, and the line they become.

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::say;

/// Times, and what they are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Row>,
}

/// Some times under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) took: Vec<Duration>,
}

impl Table {
    /// Write it.
    ///
    /// # Errors
    ///
    /// When nothing was measured under one of the names.
    pub(super) fn tell(&self) -> Result<()> {
        say::head(&format!("{}, in milliseconds", self.title));
        say::line("                     times     p50     p95     p99     max");
        self.rows.iter().try_for_each(|row| {
            say::line(&line(row)?);
            Ok(())
        })
    }
}

fn line(Row { name, took }: &Row) -> Result<String> {
    let mut took = took.clone();
    took.sort_unstable();
    // The smallest time that so many of a hundred do not exceed.
    let at = |percent: usize| -> Result<String> {
        let place = (took.len() * percent).div_ceil(100).saturating_sub(1);
        let found = took.get(place).with_context(|| format!("nothing was measured of {name}"))?;
        Ok(format!("{:.1}", found.as_secs_f64() * 1000.0))
    };
    let n = took.len();
    Ok(format!("   {name:<16} {n:>7} {:>7} {:>7} {:>7} {:>7}", at(50)?, at(95)?, at(99)?, at(100)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let took = (1..=200).rev().map(Duration::from_millis).collect();
        let expected = "   push                 200   100.0   190.0   198.0   200.0";
        assert_eq!(line(&Row { name: "push", took }).unwrap(), expected);
    }

    #[test]
    fn nothing_measured_is_an_error() {
        let said = line(&Row { name: "push", took: Vec::new() }).unwrap_err().to_string();
        assert_eq!(said, "nothing was measured of push");
    }
}
