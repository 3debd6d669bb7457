//! Times that were measured, and the line they become.

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::say;

/// Times, and what they are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Row>,
    /// What is asked of each row, if anything is.
    pub(super) limit: Option<Limit>,
}

/// What so many of a hundred are to take at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) percent: usize,
    pub(super) time: Duration,
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
        self.lines()?.iter().for_each(|line| say::line(line));
        Ok(())
    }

    fn lines(&self) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        let mut n_over = 0;
        for row in &self.rows {
            let line = line(row)?;
            match self.limit {
                Some(Limit { percent, time }) if time < row.percentile(percent)? => {
                    n_over += 1;
                    lines.push(format!("{line}  p{percent} over {}", milliseconds(time)));
                }
                Some(_) | None => lines.push(line),
            }
        }
        lines.extend(self.limit.map(|limit| verdict(n_over, self.rows.len(), limit)));
        Ok(lines)
    }
}

impl Row {
    /// The smallest time that so many of a hundred do not exceed.
    fn percentile(&self, percent: usize) -> Result<Duration> {
        let mut took = self.took.clone();
        took.sort_unstable();
        let place = (took.len() * percent).div_ceil(100).saturating_sub(1);
        took.get(place).copied().with_context(|| format!("nothing was measured of {}", self.name))
    }
}

/// Cores that this machine gives, for whoever compares figures.
pub(super) fn cores() -> Result<String> {
    let n =
        std::thread::available_parallelism().context("this machine does not say how many cores it gives")?;
    Ok(format!("measured with {n} {}", if n.get() == 1 { "core" } else { "cores" }))
}

fn line(row: &Row) -> Result<String> {
    let at =
        |percent| Ok::<_, anyhow::Error>(format!("{:.1}", row.percentile(percent)?.as_secs_f64() * 1000.0));
    let (name, n) = (row.name, row.took.len());
    Ok(format!("   {name:<16} {n:>7} {:>7} {:>7} {:>7} {:>7}", at(50)?, at(95)?, at(99)?, at(100)?))
}

fn verdict(n_over: usize, n: usize, Limit { percent, time }: Limit) -> String {
    let time = milliseconds(time);
    match n_over {
        0 => format!("   held: p{percent} of each is within {time}"),
        over => format!("   NOT held: p{percent} of {over} of {n} is over {time}"),
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
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
    fn a_row_over_the_limit_is_marked_and_the_table_says_that_it_is_not_held() {
        let row = |name, ms| Row { name, took: vec![Duration::from_millis(ms); 2] };
        let limit = Limit { percent: 99, time: Duration::from_millis(100) };
        let table = |rows| Table { title: "pages", rows, limit: Some(limit) };
        let quick = "   tree                   2   100.0   100.0   100.0   100.0";
        let slow = "   search                 2   101.0   101.0   101.0   101.0  p99 over 100 ms";
        let held = table(vec![row("tree", 100)]).lines().unwrap();
        let not_held = table(vec![row("tree", 100), row("search", 101)]).lines().unwrap();
        assert_eq!(held, [quick, "   held: p99 of each is within 100 ms"]);
        assert_eq!(not_held, [quick, slow, "   NOT held: p99 of 1 of 2 is over 100 ms"]);
    }

    #[test]
    fn nothing_measured_is_an_error() {
        let said = line(&Row { name: "push", took: Vec::new() }).unwrap_err().to_string();
        assert_eq!(said, "nothing was measured of push");
    }
}
