//! The text format of Prometheus: families of samples, each with its help.
//!
//! Not a crate: those keep the numbers themselves, in registries and histograms of their own, and what is written here was
//! counted elsewhere and is a snapshot. What is left of the format is three kinds of lines and one escape.

use std::fmt::Write as _;

/// What a family is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MetricKind {
    /// It only grows while the program runs.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// A text of families.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
}

/// Names and values of labels, in the order in which they are written.
pub(super) type Labels<'a> = &'a [(&'a str, &'a str)];

impl Exposition {
    /// Begin a family, whose samples follow.
    pub(super) fn family(&mut self, name: &str, kind: MetricKind, help: &str) {
        let kind = match kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
        };
        self.head(name, kind, help);
    }

    /// A sample of the family that was begun.
    pub(super) fn sample(&mut self, name: &str, labels: Labels<'_>, value: impl std::fmt::Display) {
        self.text.push_str(name);
        for (n, (label, text)) in labels.iter().enumerate() {
            self.text.push(if n == 0 { '{' } else { ',' });
            self.text.push_str(label);
            self.text.push_str("=\"");
            self.text.extend(text.chars().flat_map(escaped));
            self.text.push('"');
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        // Writing to a text cannot fail.
        let _infallible = writeln!(self.text, " {value}");
    }

    /// Begin a family of histograms.
    pub(super) fn histograms(&mut self, name: &str, help: &str) {
        self.head(name, "histogram", help);
    }

    /// A histogram of the family that was begun: how many were at most each bound and more than the one before it, and in
    /// the last place those above all bounds.
    pub(super) fn histogram(
        &mut self,
        name: &str,
        labels: Labels<'_>,
        bounds_s: &[f64],
        counts: &[u64],
        total_s: f64,
    ) {
        let mut n = 0_u64;
        let bounds = bounds_s.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        for (bound, count) in bounds.zip(counts) {
            n = n.saturating_add(*count);
            let labels: Vec<_> = labels.iter().copied().chain([("le", bound.as_str())]).collect();
            self.sample(&format!("{name}_bucket"), &labels, n);
        }
        self.sample(&format!("{name}_sum"), labels, total_s);
        self.sample(&format!("{name}_count"), labels, n);
    }

    /// All of it.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _infallible = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }
}

/// Source: Prometheus, "Exposition formats": backslash, double quote and line feed of a label are escaped.
fn escaped(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        '\\' => ('\\', Some('\\')),
        '"' => ('\\', Some('"')),
        '\n' => ('\\', Some('n')),
        other => (other, None),
    };
    [first].into_iter().chain(second)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_sample_stands_under_its_help_and_its_labels_are_escaped() {
        let mut exposition = Exposition::default();
        exposition.family("rollcall_x_total", MetricKind::Counter, "What x is.");
        exposition.sample("rollcall_x_total", &[("source", "hq"), ("origin", "a\"b\\c\nd")], 7);
        exposition.sample("rollcall_x_total", &[], 0.5);
        expect![[r#"
            # HELP rollcall_x_total What x is.
            # TYPE rollcall_x_total counter
            rollcall_x_total{source="hq",origin="a\"b\\c\nd"} 7
            rollcall_x_total 0.5
        "#]]
        .assert_eq(&exposition.finish());
    }

    #[test]
    fn the_buckets_of_a_histogram_add_up() {
        let mut exposition = Exposition::default();
        exposition.histograms("rollcall_y_seconds", "How long y takes.");
        exposition.histogram("rollcall_y_seconds", &[("source", "hq")], &[0.1, 1.0], &[2, 1, 4], 12.25);
        expect![[r#"
            # HELP rollcall_y_seconds How long y takes.
            # TYPE rollcall_y_seconds histogram
            rollcall_y_seconds_bucket{source="hq",le="0.1"} 2
            rollcall_y_seconds_bucket{source="hq",le="1"} 3
            rollcall_y_seconds_bucket{source="hq",le="+Inf"} 7
            rollcall_y_seconds_sum{source="hq"} 12.25
            rollcall_y_seconds_count{source="hq"} 7
        "#]]
        .assert_eq(&exposition.finish());
    }
}
