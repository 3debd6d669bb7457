//! Everything that is counted, as one text.

use std::collections::BTreeMap;
use std::time::Duration;

use rollcall_host::figures::{Histogram, LATENCY_BOUNDS_MS, SourceFigures, Spent};
use rollcall_host::model::SourceName;
use serde::Serialize;

use super::exposition::{Exposition, MetricKind};
use crate::endings::{BOUNDS_S, Counts, Tally};
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;

type Figures<'a> = &'a [(&'a str, &'a SourceFigures)];

/// What Prometheus reads.
pub(super) async fn text(sources: &Sources, tally: &Tally) -> Result<String, Problem> {
    let mut out = Exposition::default();
    process(&mut out, sources.services());
    runs(&mut out, &tally.counts());
    let figures = sources.services().host().figures();
    let figures: Vec<_> = figures.iter().map(|(name, figures)| (name.as_str(), figures)).collect();
    requests(&mut out, &figures);
    throttles(&mut out, &figures);
    waits(&mut out, &figures);
    calls(&mut out, &figures);
    events(&mut out, &figures);
    standing(&mut out, sources).await?;
    Ok(out.finish())
}

fn process(out: &mut Exposition, services: &Services) {
    out.family("rollcall_build_info", MetricKind::Gauge, "1, with the version of the program.");
    out.sample("rollcall_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    let began_s = seconds_of_ms(u64::try_from(services.began_at().unix_ms()).unwrap_or(0));
    out.family(
        "process_start_time_seconds",
        MetricKind::Gauge,
        "When the program began, in seconds since 1970.",
    );
    out.sample("process_start_time_seconds", &[], began_s);
}

fn runs(out: &mut Exposition, counts: &Counts) {
    const ENDED: &str = "rollcall_runs_total";
    const TOOK: &str = "rollcall_run_duration_seconds";
    out.family(ENDED, MetricKind::Counter, "Runs that ended since the program began.");
    for ((source, kind, state), n) in &counts.ended {
        out.sample(
            ENDED,
            &[("source", source.as_str()), ("kind", kind.as_str()), ("state", state.as_str())],
            n,
        );
    }
    out.histograms(TOOK, "How long runs took.");
    for ((source, kind), took) in &counts.took {
        let labels = [("source", source.as_str()), ("kind", kind.as_str())];
        out.histogram(TOOK, &labels, &BOUNDS_S, &took.counts, seconds_of_ms(took.total_ms));
    }
}

fn requests(out: &mut Exposition, figures: Figures<'_>) {
    const REQUESTS: &str = "rollcall_requests_total";
    out.family(REQUESTS, MetricKind::Counter, "Requests to sources, by rate limit, origin and outcome.");
    for (source, figures) in figures {
        for requests in &figures.requests {
            let (bucket, origin) = (requests.bucket.as_deref(), requests.origin.as_deref());
            let labels = [
                ("source", *source),
                ("bucket", bucket.unwrap_or_default()),
                ("origin", origin.unwrap_or_default()),
                ("outcome", &word(requests.outcome)),
            ];
            out.sample(REQUESTS, &labels, requests.n);
        }
    }
}

fn throttles(out: &mut Exposition, figures: Figures<'_>) {
    const THROTTLES: &str = "rollcall_throttles_total";
    const THROTTLED: &str = "rollcall_throttle_seconds_total";
    let by_bucket = || by_bucket(figures, |figures| &figures.throttles);
    out.family(
        THROTTLES,
        MetricKind::Counter,
        "Times that a source asked for fewer requests, however it said so.",
    );
    by_bucket().for_each(|(labels, spent)| out.sample(THROTTLES, &labels, spent.n));
    out.family(THROTTLED, MetricKind::Counter, "How long the requests of a bucket were held back for that.");
    by_bucket().for_each(|(labels, spent)| out.sample(THROTTLED, &labels, seconds(spent)));
}

fn waits(out: &mut Exposition, figures: Figures<'_>) {
    const WAITS: &str = "rollcall_rate_limit_waits_total";
    const WAITED: &str = "rollcall_rate_limit_wait_seconds_total";
    const PAUSES: &str = "rollcall_pauses_total";
    const PAUSED: &str = "rollcall_pause_seconds_total";
    let limited = || by_bucket(figures, |figures| &figures.rate_limits);
    out.family(
        WAITS,
        MetricKind::Counter,
        "Requests that took their turn at the rate limit of their bucket.",
    );
    limited().for_each(|(labels, spent)| out.sample(WAITS, &labels, spent.n));
    out.family(WAITED, MetricKind::Counter, "How long requests waited for their turn in all.");
    limited().for_each(|(labels, spent)| out.sample(WAITED, &labels, seconds(spent)));
    out.family(
        PAUSES,
        MetricKind::Counter,
        "Pauses of connectors: the source asked for one, or something is tried again.",
    );
    for (source, figures) in figures {
        out.sample(PAUSES, &[("source", source)], figures.pauses.n);
    }
    out.family(PAUSED, MetricKind::Counter, "How long connectors paused in all.");
    for (source, figures) in figures {
        out.sample(PAUSED, &[("source", source)], seconds(figures.pauses));
    }
}

fn by_bucket<'a>(
    figures: Figures<'a>,
    of: fn(&SourceFigures) -> &BTreeMap<String, Spent>,
) -> impl Iterator<Item = ([(&'static str, &'a str); 2], Spent)> {
    figures.iter().flat_map(move |(source, figures)| {
        of(figures).iter().map(|(bucket, spent)| ([("source", *source), ("bucket", bucket.as_str())], *spent))
    })
}

fn calls(out: &mut Exposition, figures: Figures<'_>) {
    const CALLS: &str = "rollcall_connector_calls_total";
    const TIME: &str = "rollcall_connector_call_seconds_total";
    const COMPUTED: &str = "rollcall_connector_compute_seconds_total";
    const DIED: &str = "rollcall_connector_deaths_total";
    const MEMORY: &str = "rollcall_connector_memory_peak_bytes";
    let each = || {
        figures.iter().flat_map(|(source, figures)| {
            figures.calls.iter().map(|(export, calls)| ([("source", *source), ("export", *export)], calls))
        })
    };
    out.family(CALLS, MetricKind::Counter, "Calls of connectors that came back.");
    each().for_each(|(labels, calls)| out.sample(CALLS, &labels, calls.spent.n));
    out.family(TIME, MetricKind::Counter, "How long calls of connectors took in all, waiting included.");
    each().for_each(|(labels, calls)| out.sample(TIME, &labels, seconds(calls.spent)));
    out.family(
        COMPUTED,
        MetricKind::Counter,
        "How long calls of connectors computed in all, waiting left out.",
    );
    each().for_each(|(labels, calls)| out.sample(COMPUTED, &labels, seconds_of_us(calls.computed_us)));
    out.family(DIED, MetricKind::Counter, "Calls in which a connector died.");
    each().for_each(|(labels, calls)| out.sample(DIED, &labels, calls.n_died));
    out.family(MEMORY, MetricKind::Gauge, "The most memory that one call of a connector had.");
    for (source, figures) in figures {
        out.sample(MEMORY, &[("source", source)], figures.peak_memory_bytes);
    }
}

fn events(out: &mut Exposition, figures: Figures<'_>) {
    const BIRTH: &str = "rollcall_event_latency_seconds";
    const ARRIVAL: &str = "rollcall_event_handling_seconds";
    const DELIVERIES: &str = "rollcall_deliveries_total";
    let bounds: Vec<f64> = LATENCY_BOUNDS_MS.into_iter().map(seconds_of_ms).collect();
    let mut histograms = |name: &str, help: &str, of: fn(&SourceFigures) -> &Histogram| {
        out.histograms(name, help);
        for (source, figures) in figures {
            let histogram = of(figures);
            let total_s = seconds_of_ms(histogram.total_ms);
            out.histogram(name, &[("source", source)], &bounds, &histogram.counts, total_s);
        }
    };
    histograms(BIRTH, "From when an event happened at the source until it was stored.", |of| {
        &of.events_since_birth
    });
    histograms(ARRIVAL, "From when an event arrived here until it was stored.", |of| {
        &of.events_since_arrival
    });
    out.family(DELIVERIES, MetricKind::Counter, "What sources pushed, by what became of it.");
    for (source, figures) in figures {
        let deliveries = figures.deliveries;
        let outcomes =
            [("kept", deliveries.n_kept), ("refused", deliveries.n_refused), ("later", deliveries.n_later)];
        for (outcome, n) in outcomes {
            out.sample(DELIVERIES, &[("source", source), ("outcome", outcome)], n);
        }
    }
}

/// What is now, and outlives the program.
async fn standing(out: &mut Exposition, sources: &Sources) -> Result<(), Problem> {
    const DEPTH: &str = "rollcall_inbox_events";
    const STOPPED: &str = "rollcall_source_stopped";
    let mut all = Vec::new();
    for entry in sources.entries() {
        let name: SourceName = entry.name().clone();
        let counts = sources.services().store().counts(&name).await?;
        let is_stopped = sources.services().store().following(&name).await?.stopped.is_some();
        all.push((name, counts, is_stopped));
    }
    out.family(DEPTH, MetricKind::Gauge, "Events in the inbox, by how they stand.");
    for (name, counts, _) in &all {
        for (state, n) in [("waiting", counts.waiting), ("done", counts.done), ("failed", counts.failed)] {
            out.sample(DEPTH, &[("source", name.as_str()), ("state", state)], n);
        }
    }
    out.family(STOPPED, MetricKind::Gauge, "1 if the source is stopped until a person acts.");
    for (name, _, is_stopped) in &all {
        out.sample(STOPPED, &[("source", name.as_str())], u8::from(*is_stopped));
    }
    Ok(())
}

fn seconds(spent: Spent) -> f64 {
    seconds_of_us(spent.total_us)
}

fn seconds_of_us(time_us: u64) -> f64 {
    Duration::from_micros(time_us).as_secs_f64()
}

fn seconds_of_ms(time_ms: u64) -> f64 {
    Duration::from_millis(time_ms).as_secs_f64()
}

/// A word as it is written.
fn word(value: impl Serialize) -> String {
    let written = serde_json::to_value(value).ok();
    written.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}
