//! DingTalk as a Rollcall connector: protocol, mapping, crawl, check. Pure: no clock, no socket, no generated bindings;
//! retries, differences and the rules of deletion are the kit's.
//!
//! - `wire` reads what DingTalk answers; `reaction` says what each refusal asks for; `client` does it.
//! - `crawl` reads everything, `look_up` one object; `mapping` turns both into SCIM.
//! - `organization` holds what one call knows; `scope` is what the application may see of it.
//! - `events` understands what DingTalk pushes, and reads again what it names; `crypto` opens it.
//! - `address` reads the few addresses that it is given.
//! - `check` goes through the checklist; `messages` says all of it in two languages.

mod address;
mod api;
mod ask;
mod check;
mod client;
mod codes;
mod crawl;
mod crypto;
mod events;
mod limits;
mod live;
mod lookup;
mod mapping;
mod memory;
mod messages;
mod organization;
mod reaction;
mod scope;
mod settings;
mod trouble;
mod wire;

#[cfg(test)]
mod odd_data;
#[cfg(test)]
mod testing;

pub use organization::DingTalk;

use api::Api;
use lookup::Purpose;
use rollcall_kit::connector::resource_types;
use rollcall_kit::{
    Connector, Context, Descriptor, Diagnosis, EventDelivery, Failure, Finding, Key, Lookup, Origin, Plan,
    RateLimit, Reading, Schema, SecretUse, Text,
};
use settings::{EventsWay, Settings, TokenInterface};

impl Connector for DingTalk {
    const SCHEMAS: &'static [Schema] = mapping::SCHEMAS;

    fn describe() -> Descriptor {
        Descriptor {
            id: "dingtalk".to_owned(),
            name: Text::new("DingTalk", "钉钉"),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings_schema: settings::SCHEMA.to_owned(),
            resource_types: resource_types(mapping::SCHEMAS),
        }
    }

    fn configure(settings: &str) -> Result<(Self, Plan), Vec<Diagnosis>> {
        Settings::parse(settings).map(configured)
    }

    async fn check(&self, context: &Context) -> Vec<Finding> {
        check::check(&self.client(context)).await
    }

    async fn read_all(&self, context: &Context, reading: &Reading) -> Result<(), Failure> {
        let view = crawl::read_all(&self.client(context), reading).await?;
        self.seen(view).await;
        if reading.is_complete() {
            events::forget_unfinished(context)?;
        }
        Ok(())
    }

    async fn look_up(&self, context: &Context, key: &Key) -> Lookup {
        self.look_up_for(Purpose::Reading, context, key).await
    }
}

/// The connector with these settings, and what it will need.
fn configured(settings: Settings) -> (DingTalk, Plan) {
    let plan = plan(&settings);
    (DingTalk::new(settings), plan)
}

fn plan(settings: &Settings) -> Plan {
    let mut bases = vec![settings.oapi_base.clone(), settings.api_base.clone()];
    bases.dedup();
    let new_api = if needs_the_new_api(settings) { Origin::required } else { Origin::optional };
    let old_api = Origin::required(&settings.oapi_base);
    let apis = [old_api].into_iter().chain(bases.get(1).map(new_api));
    let origins = apis.chain(events::channel::origins(settings)).collect();
    let limit = |bucket: &str, requests| RateLimit { bucket: bucket.to_owned(), requests, window_ms: 1_000 };
    let limits = Api::ALL.iter().map(|api| {
        let is_slow = api.gives_a_token();
        limit(
            api.bucket(),
            if is_slow { limits::TOKEN_REQUESTS_PER_SECOND } else { settings.requests_per_second },
        )
    });
    let corp = limit(check::CORP_BUCKET, limits::TOKEN_REQUESTS_PER_SECOND);
    let (event_delivery, exclusive) = match settings.events {
        EventsWay::Off => (EventDelivery::None, Vec::new()),
        EventsWay::Http(_) => (EventDelivery::Callbacks, Vec::new()),
        // Each event goes to one listener of an application only.
        EventsWay::Stream => (EventDelivery::Channel, vec![format!("dingtalk stream {}", settings.app_key)]),
    };
    Plan {
        origins,
        limits: limits.chain([corp]).collect(),
        secrets: vec![SecretUse {
            setting: "/app_secret".to_owned(),
            origins: secret_origins(settings, bases),
        }],
        event_delivery,
        poll_interval_ms: None,
        exclusive,
    }
}

/// Whether nothing works without the new API.
fn needs_the_new_api(settings: &Settings) -> bool {
    settings.token_interface == TokenInterface::AccessToken || settings.events == EventsWay::Stream
}

/// Where the secret may go: to the old API only where it may have to.
fn secret_origins(settings: &Settings, bases: Vec<String>) -> Vec<String> {
    match settings.token_interface {
        TokenInterface::AccessToken => vec![settings.api_base.clone()],
        TokenInterface::Auto | TokenInterface::GetToken => bases,
    }
}

#[cfg(test)]
mod tests;
