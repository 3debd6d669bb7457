//! Log lines as JSON objects, flat: when, how grave, who says it, what, and whatever is known around it, such as the source
//! and the run.
//!
//! Not the subscriber's own JSON: there, the run is to be looked for in a list of spans.

use std::fmt;
use std::io::Write as _;

use rollcall_host::clock::{Clock as _, SystemClock};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Writes them.
pub(super) struct Objects<W> {
    out: W,
}

impl<W> Objects<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out }
    }
}

impl<S, W> Layer<S> for Objects<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            fields.0.extend(span.extensions().get::<Fields>().cloned().unwrap_or_default().0);
        }
        event.record(&mut fields);
        let about = event.metadata();
        fields.put("time", SystemClock.now().to_string().into());
        fields.put("level", about.level().as_str().to_ascii_lowercase().into());
        fields.put("target", about.target().into());
        let line = format!("{}\n", Value::Object(fields.0));
        // Whole, so that no other line gets into it. A log that nobody takes must not stop the program.
        let _written = self.out.make_writer_for(about).write_all(line.as_bytes());
    }
}

/// What is said in a span or an event, by name.
#[derive(Clone, Debug, Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value.into());
    }

    /// Milliseconds of a duration. More than the age of the universe is told as text.
    fn record_u128(&mut self, field: &Field, value: u128) {
        self.put(field.name(), u64::try_from(value).map_or_else(|_| value.to_string().into(), Value::from));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::json;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written, line by line, without the time.
    fn lines(say: impl FnOnce()) -> Vec<Value> {
        let paper = Paper::default();
        let out = paper.clone();
        let subscriber = tracing_subscriber::registry().with(Objects::new(move || out.clone()));
        tracing::subscriber::with_default(subscriber, say);
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &mut lines {
            let time = line.as_object_mut().unwrap().remove("time").unwrap();
            assert!(time.as_str().unwrap().ends_with('Z'), "{time}");
        }
        lines
    }

    #[test]
    fn a_line_says_what_the_spans_around_it_know() {
        let said = lines(|| {
            let _source = tracing::error_span!("source", source = "hq").entered();
            let run = tracing::error_span!("run", run = %7, state = tracing::field::Empty).entered();
            tracing::info!(
                n_read = 3_u64,
                elapsed_ms = 5_u128,
                code = Option::<&str>::None,
                "read \"it\"\nall"
            );
            run.record("state", "held");
            tracing::warn!(run = %8, is_good = false, "another");
            drop(run);
            tracing::error!("apart");
        });
        let target = module_path!();
        let expected = [
            json!({"level": "info", "target": target, "message": "read \"it\"\nall", "source": "hq", "run": "7", "n_read": 3, "elapsed_ms": 5}),
            json!({"level": "warn", "target": target, "message": "another", "source": "hq", "run": "8", "state": "held", "is_good": false}),
            json!({"level": "error", "target": target, "message": "apart", "source": "hq"}),
        ];
        assert_eq!(said, expected);
    }
}
