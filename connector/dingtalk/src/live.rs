//! What a host asks of a connector whose source tells of its changes. Understanding what was pushed is `events`' part.

use crate::api::Api;
use crate::configured;
use crate::events::{self, channel, delivery, frame, messages, missed};
use crate::organization::DingTalk;
use crate::settings::{EventsWay, Settings};
use crate::wire::envelope::Accepted;
use rollcall_kit::live::{
    Channel, Delivery, Event, Fetched, Handled, LiveConnector, Moment, Reaction, Receipt,
};
use rollcall_kit::{Body, Context, Diagnosis, Failure, Plan};

impl LiveConnector for DingTalk {
    fn receiver(settings: &str) -> Result<(Self, Plan), Vec<Diagnosis>> {
        Settings::parse_for_deliveries(settings).map(configured)
    }

    fn receive(&self, moment: Moment, delivery: &Delivery) -> Result<Receipt, Failure> {
        let EventsWay::Http(callback) = &self.settings().events else {
            return Err(messages::deliveries_not_wanted());
        };
        // A subscription of the application is meant for its key, one that was registered by API for the organization.
        let owners = [self.settings().app_key.as_str(), self.settings().corp_id.as_str()];
        delivery::receive(callback, &owners, moment, delivery).map_err(messages::delivery_refused)
    }

    async fn handle(&self, context: &Context, batch: &[Event]) -> Result<Handled, Failure> {
        events::handle(self, context, batch).await
    }

    async fn fetch(&self, context: &Context, _cursor: Option<&str>) -> Result<Fetched, Failure> {
        match self.settings().events {
            EventsWay::Http(_) => {
                let read = |accepted: Accepted<'_>| missed::missed(accepted, context.now_ms());
                let asked = self.client(context).call(Api::FailedDeliveries, None, read).await;
                asked.map_err(|trouble| trouble.into_failure(Api::FailedDeliveries))
            }
            EventsWay::Off | EventsWay::Stream => Ok(Fetched::default()),
        }
    }

    async fn open_channel(&self, context: &Context) -> Result<Option<Channel>, Failure> {
        match self.settings().events {
            EventsWay::Stream => channel::open(context, self.settings()).await.map(Some),
            EventsWay::Off | EventsWay::Http(_) => Ok(None),
        }
    }

    fn frame(&self, _state: &str, message: &Body) -> Result<Reaction, Failure> {
        let Body::Text(text) = message else { return Err(messages::frame_not_understood()) };
        frame::react(text).map_err(|frame::NotAFrame| messages::frame_not_understood())
    }
}
