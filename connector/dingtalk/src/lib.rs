//! DingTalk as a Rollcall connector: protocol, mapping, crawl, check. Pure: no clock, no socket, no generated bindings;
//! retries, differences and the rules of deletion are the kit's.
//!
//! - `wire` reads what DingTalk answers; `reaction` says what each refusal asks for; `client` does it.
//! - `crawl` reads everything, `look_up` one object; `mapping` turns both into SCIM.
//! - `accounts` finds out who has a disabled account.
//! - `events` understands what DingTalk pushes, and reads again what it names.
//! - `address` reads the few addresses that it is given.
//! - `check` goes through the checklist; `messages` says all of it in two languages.

mod accounts;
mod address;
mod api;
mod ask;
mod check;
mod client;
mod crawl;
mod events;
mod limits;
mod lookup;
mod mapping;
mod memory;
mod messages;
mod reaction;
mod settings;
mod token;
mod trouble;
mod wire;

#[cfg(test)]
mod odd_data;
#[cfg(test)]
mod testing;

use api::Api;
use client::{Client, Session};
use events::Way;
use futures_util::lock::Mutex;
use lookup::{Purpose, View};
use rollcall_kit::connector::resource_types;
use rollcall_kit::{
    Connector, Context, Descriptor, Diagnosis, EventDelivery, Failure, Finding, Key, Lookup, Origin, Plan,
    RateLimit, Reading, Schema, SecretUse, Text,
};
use settings::{Settings, TokenInterface};
use std::cell::RefCell;
use std::rc::Rc;

/// A DingTalk organization, read through one internal application.
#[derive(Debug)]
pub struct DingTalk {
    settings: Settings,
    session: Session,
    /// Which departments there are to see; held while it is being found out.
    view: Mutex<Option<Rc<View>>>,
    /// Why nothing more can be asked.
    stopped: RefCell<Option<Failure>>,
}

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
        Settings::parse(settings).map(Self::with)
    }

    async fn check(&self, context: &Context) -> Vec<Finding> {
        check::check(&self.client(context)).await
    }

    async fn read_all(&self, context: &Context, reading: &Reading) -> Result<(), Failure> {
        let view = crawl::read_all(&self.client(context), reading).await?;
        *self.view.lock().await = Some(Rc::new(view));
        if reading.is_complete() {
            events::forget_unfinished(context)?;
        }
        Ok(())
    }

    async fn look_up(&self, context: &Context, key: &Key) -> Lookup {
        self.look_up_for(Purpose::Reading, context, key).await
    }
}

impl DingTalk {
    fn with(settings: Settings) -> (Self, Plan) {
        let plan = plan(&settings);
        let dingtalk = Self {
            settings,
            session: Session::default(),
            view: Mutex::default(),
            stopped: RefCell::default(),
        };
        (dingtalk, plan)
    }

    fn client<'a>(&'a self, context: &'a Context) -> Client<'a> {
        Client { context, settings: &self.settings, session: &self.session }
    }

    async fn look_up_for(&self, purpose: Purpose, context: &Context, key: &Key) -> Lookup {
        if let Some(failure) = &*self.stopped.borrow() {
            return Lookup::Unknown(failure.clone());
        }
        let looked = self.look_through(purpose, &self.client(context), key).await;
        looked.unwrap_or_else(|failure| {
            *self.stopped.borrow_mut() = Some(failure.clone());
            Lookup::Unknown(failure)
        })
    }

    async fn look_through(
        &self,
        purpose: Purpose,
        client: &Client<'_>,
        key: &Key,
    ) -> Result<Lookup, Failure> {
        let view = self.view(client).await?;
        let lookup = lookup::look_up(client, &view, key, purpose).await?;
        // What the application may see has changed since, perhaps: nobody goes on a remembered view.
        let is_absent = !matches!(lookup, Lookup::Present(_));
        if view.may_hide() || view.is_remembered() && is_absent {
            let view = self.view_instead_of(client, &view).await?;
            return lookup::look_up(client, &view, key, purpose).await;
        }
        Ok(lookup)
    }

    /// What was read, or else what the application may see, be it remembered from an earlier call.
    async fn view(&self, client: &Client<'_>) -> Result<Rc<View>, Failure> {
        let mut held = self.view.lock().await;
        if let Some(view) = &*held {
            return Ok(Rc::clone(view));
        }
        let view = match crawl::remembered_scopes(client) {
            Some(scopes) => View::remembered(scopes),
            None => View::of(crawl::scopes(client).await?),
        };
        Self::take(client, &mut held, view)
    }

    /// The same, asked for anew, unless another has taken the place of `remembered`.
    async fn view_instead_of(&self, client: &Client<'_>, remembered: &Rc<View>) -> Result<Rc<View>, Failure> {
        let mut held = self.view.lock().await;
        if let Some(view) = held.as_ref().filter(|view| !Rc::ptr_eq(view, remembered)) {
            return Ok(Rc::clone(view));
        }
        let view = View::of(crawl::scopes(client).await?);
        Self::take(client, &mut held, view)
    }

    /// Go on with this view, and say so: the host holds what is only out of its sight.
    fn take(client: &Client<'_>, held: &mut Option<Rc<View>>, view: View) -> Result<Rc<View>, Failure> {
        client.context.tell_scope(view.told())?;
        Ok(Rc::clone(held.insert(Rc::new(view))))
    }
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
        Way::Off => (EventDelivery::None, Vec::new()),
        Way::Http(_) => (EventDelivery::Callbacks, Vec::new()),
        // Each event goes to one listener of an application only.
        Way::Stream => (EventDelivery::Channel, vec![format!("dingtalk stream {}", settings.app_key)]),
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
    settings.token_interface == TokenInterface::AccessToken || settings.events == Way::Stream
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
