//! Events and their deliveries: what was made, what is due, what became of it. No clock, no socket.
//!
//! Which application wants what is in `state`; [`crate::Simulator`] puts both together, in `simulator::pushing`.

mod body;
mod by_hand;
mod delivery;
mod event;
mod making;
mod push;
mod stream;
mod streaming;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::crypto::Seal;
use crate::ids::{AppKey, CorpId};
use crate::mutate::Change;
use crate::random::Random;
use crate::state::{Company, CompanyStatus};
use crate::switches::{EventSwitches, EventTimes, RetrySignature};

use self::making::Draft;
use self::push::Parts;
use self::stream::Streams;

pub use by_hand::HandMadePush;
pub use delivery::{Attempt, AttemptEnd, Delivery, DeliveryId, Fate, Loss, Way};
pub use event::{DiffInfo, Event, EventId, EventIds, EventKind, LabelAction};
pub use push::{PushAnswer, PushRequest};
pub use stream::{Connection, ConnectionId, ConnectionState, TicketRefused};

/// Waits before an HTTP push is made again. Source: DingTalk, "event push FAQ".
const HTTP_RETRY_DELAYS_S: [u32; 2] = [10, 30];

/// Most events that one call of the failed list returns. Source: DingTalk, "get failed push results".
const MAX_FAILED_A_CALL: usize = 200;

/// All events, deliveries and connections of a simulator.
#[derive(Clone, Debug)]
pub struct Events {
    made: BTreeMap<EventId, Event>,
    order: Vec<EventId>,
    deliveries: BTreeMap<DeliveryId, Delivery>,
    waiting: BTreeSet<(u64, DeliveryId)>,
    /// Frames without ack, by the time at which they are given up.
    unacked: BTreeSet<(u64, DeliveryId)>,
    /// Deliveries by the frame that carries them.
    frames: BTreeMap<String, DeliveryId>,
    /// First requests, kept when a push made again must be the same.
    first_requests: BTreeMap<DeliveryId, PushRequest>,
    streams: Streams,
    last_delivery: u64,
    is_paused: bool,
    random: Random,
}

impl Events {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            made: BTreeMap::new(),
            order: Vec::new(),
            deliveries: BTreeMap::new(),
            waiting: BTreeSet::new(),
            unacked: BTreeSet::new(),
            frames: BTreeMap::new(),
            first_requests: BTreeMap::new(),
            streams: Streams::default(),
            last_delivery: 0,
            is_paused: false,
            // Not the run of request ids: whether anybody asks must not change what is pushed.
            random: Random::new(seed ^ 0x4556_454e_5453),
        }
    }

    /// Goes on numbering where the other stopped, so that what is still on its way for it is not taken for ours.
    pub(crate) const fn continue_after(&mut self, other: &Self) {
        self.last_delivery = other.last_delivery;
        self.streams.continue_after(&other.streams);
    }

    /// All events, in the order in which they were made.
    pub fn made(&self) -> impl Iterator<Item = &Event> {
        self.order.iter().filter_map(|event_id| self.made.get(event_id))
    }

    /// One event.
    #[must_use]
    pub fn event(&self, event_id: &EventId) -> Option<&Event> {
        self.made.get(event_id)
    }

    /// All deliveries, in the order in which they were made.
    #[must_use]
    pub fn deliveries(&self) -> impl ExactSizeIterator<Item = &Delivery> {
        self.deliveries.values()
    }

    /// One delivery.
    #[must_use]
    pub fn delivery(&self, delivery_id: DeliveryId) -> Option<&Delivery> {
        self.deliveries.get(&delivery_id)
    }

    /// Deliveries that will be pushed, or were and are not answered yet.
    #[must_use]
    pub fn n_pending(&self) -> usize {
        self.deliveries().filter(|delivery| delivery.fate.is_pending()).count()
    }

    /// Deliveries that the receiver has.
    #[must_use]
    pub fn n_acknowledged(&self) -> usize {
        self.deliveries().filter(|delivery| delivery.fate == Fate::Acknowledged).count()
    }

    /// All Stream connections there were, in the order of opening.
    pub fn connections(&self) -> impl Iterator<Item = &Connection> {
        self.streams.all()
    }

    /// Stream connections that get events now.
    #[must_use]
    pub fn n_connected(&self) -> usize {
        self.connections().filter(|connection| connection.state == ConnectionState::Open).count()
    }

    /// Whether pushing is paused.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.is_paused
    }
}

/// Making.
impl Events {
    /// Makes the events of a change, and their deliveries to all applications that get any.
    pub(crate) fn make(
        &mut self,
        change: &Change,
        company: &Company,
        status_before: CompanyStatus,
        now_ms: u64,
        switches: &EventSwitches,
    ) {
        for draft in making::drafts(change, company, status_before, switches.modify_after_add) {
            let event = self.event_of(draft, company.corp_id(), now_ms, switches);
            for app in company.apps() {
                if app.events_wanted(event.kind) {
                    self.deliver(&event.event_id, &app.app_key, now_ms, switches);
                }
            }
            self.order.push(event.event_id.clone());
            self.made.insert(event.event_id.clone(), event);
        }
    }

    fn event_of(&mut self, draft: Draft, corp_id: &CorpId, now_ms: u64, switches: &EventSwitches) -> Event {
        let operator = Some(&switches.opt_staff_id).filter(|userid| !userid.is_empty());
        Event {
            event_id: EventId::new(self.random.text(b"0123456789abcdef", 32)),
            corp_id: corp_id.clone(),
            kind: draft.kind,
            ids: draft.ids,
            born_at_ms: match switches.times {
                EventTimes::Milliseconds => now_ms,
                EventTimes::WholeSeconds => now_ms - now_ms % 1000,
            },
            opt_staff_id: operator.map(|userid| userid.as_str().into()),
            diff_info: draft.diff_info,
        }
    }

    fn deliver(&mut self, event_id: &EventId, app_key: &AppKey, now_ms: u64, switches: &EventSwitches) {
        // Both are drawn for every event, so that one switch does not change the chances of the other.
        let is_dropped = self.random.chance(u64::from(switches.drop_percent));
        let is_doubled = self.random.chance(u64::from(switches.duplicate_percent));
        let first = self.add_delivery(event_id, app_key, false, now_ms, switches);
        let second = is_doubled.then(|| self.add_delivery(event_id, app_key, true, now_ms, switches));
        if is_dropped {
            let copies = [Some(first), second].into_iter().flatten();
            copies.for_each(|copy| self.settle(copy, Fate::Lost(Loss::Dropped)));
        }
    }

    fn add_delivery(
        &mut self,
        event_id: &EventId,
        app_key: &AppKey,
        is_duplicate: bool,
        now_ms: u64,
        switches: &EventSwitches,
    ) -> DeliveryId {
        self.last_delivery = self.last_delivery.saturating_add(1);
        let delivery_id = DeliveryId(self.last_delivery);
        let later_ms = self.random.below(switches.reorder_window_ms.saturating_add(1));
        let due_ms = now_ms.saturating_add(switches.delay_ms).saturating_add(later_ms);
        let delivery = Delivery {
            delivery_id,
            event_id: event_id.clone(),
            app_key: app_key.clone(),
            is_duplicate,
            first_due_ms: due_ms,
            attempts: Vec::new(),
            fate: Fate::Waiting { due_ms },
        };
        self.deliveries.insert(delivery_id, delivery);
        self.waiting.insert((due_ms, delivery_id));
        delivery_id
    }
}

/// Pushing.
impl Events {
    pub(crate) const fn set_paused(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
    }

    /// When something is due next, or was.
    pub(crate) fn next_due_ms(&self) -> Option<u64> {
        let waiting = self.waiting.first().filter(|_| !self.is_paused);
        let unacked = self.unacked.first();
        [waiting, unacked].into_iter().flatten().map(|(due_ms, _)| *due_ms).min()
    }

    /// Takes the delivery that has been due longest.
    pub(crate) fn take_due(&mut self, now_ms: u64) -> Option<(DeliveryId, AppKey)> {
        let (due_ms, delivery_id) = *self.waiting.first().filter(|_| !self.is_paused)?;
        if now_ms < due_ms {
            return None;
        }
        self.waiting.remove(&(due_ms, delivery_id));
        let delivery = self.deliveries.get_mut(&delivery_id)?;
        delivery.fate = Fate::InFlight;
        Some((delivery_id, delivery.app_key.clone()))
    }

    /// Makes everything that waits due now.
    pub(crate) fn hurry(&mut self, now_ms: u64) {
        for (_, delivery_id) in std::mem::take(&mut self.waiting) {
            self.wait_until(delivery_id, now_ms);
        }
    }

    /// The request of a delivery that was taken.
    pub(crate) fn http_push(
        &mut self,
        delivery_id: DeliveryId,
        (url, seal): (&str, &Seal),
        (now_ms, signed_at_ms): (u64, u64),
        switches: &EventSwitches,
    ) -> Option<PushRequest> {
        let delivery = self.deliveries.get_mut(&delivery_id)?;
        delivery.attempts.push(Attempt { at_ms: now_ms, way: Way::Http, end: AttemptEnd::Open });
        let event = self.made.get(&delivery.event_id)?;
        if let Some(first) = self.first_requests.get(&delivery_id) {
            return Some(first.clone());
        }
        let message = body::pushed(event, switches).to_string();
        let sealed = Parts::draw(&mut self.random, signed_at_ms, switches).seal(seal, &message);
        let request = PushRequest::of(url, &sealed, switches);
        match switches.retry_signature {
            RetrySignature::Same => self.first_requests.insert(delivery_id, request.clone()),
            RetrySignature::Fresh => None,
        };
        Some(request)
    }

    /// The request that is made when settings are saved.
    pub(crate) fn check_url(
        &mut self,
        (url, seal): (&str, &Seal),
        now_ms: u64,
        switches: &EventSwitches,
    ) -> PushRequest {
        let sealed = Parts::draw(&mut self.random, now_ms, switches).seal(seal, push::CHECK_URL);
        PushRequest::of(url, &sealed, switches)
    }

    /// A request that a receiver must refuse.
    pub(crate) fn hand_made_push(
        &mut self,
        how: &HandMadePush,
        (url, seal): (&str, &Seal),
        corp_id: &CorpId,
        now_ms: u64,
        switches: &EventSwitches,
    ) -> PushRequest {
        by_hand::request(how, (url, seal), corp_id, now_ms, (&mut self.random, switches))
    }

    /// Says how an HTTP push ended, and plans the next try.
    pub(crate) fn conclude_http(
        &mut self,
        delivery_id: DeliveryId,
        end: AttemptEnd,
        now_ms: u64,
        switches: &EventSwitches,
    ) {
        let is_acknowledged = end == AttemptEnd::Acknowledged;
        let Some(n_attempts) = self.end_attempt(delivery_id, end) else { return };
        if is_acknowledged {
            return self.settle(delivery_id, Fate::Acknowledged);
        }
        match HTTP_RETRY_DELAYS_S.get(n_attempts.saturating_sub(1)) {
            Some(delay_s) => {
                self.wait_until(delivery_id, now_ms.saturating_add(switches.scaled_ms(*delay_s)));
            }
            None => {
                let listed_from_ms = now_ms.saturating_add(switches.scaled_ms(switches.failed_list_after_s));
                self.settle(delivery_id, Fate::Failed { listed_from_ms });
            }
        }
    }

    /// Gives a delivery up because nobody wants it any more.
    pub(crate) fn give_up(&mut self, delivery_id: DeliveryId) {
        self.settle(delivery_id, Fate::Lost(Loss::NotWanted));
    }

    /// What a delivery carries.
    pub(crate) fn event_of_delivery(&self, delivery_id: DeliveryId) -> Option<&Event> {
        self.made.get(&self.deliveries.get(&delivery_id)?.event_id)
    }

    /// The next at most 200 failed events of an application, and whether there are more. Those of the call before are
    /// deleted.
    pub(crate) fn failed_page(&mut self, app_key: &AppKey, now_ms: u64) -> (Vec<Value>, bool) {
        let mut page = Vec::new();
        let mut has_more = false;
        for delivery in self.deliveries.values_mut().filter(|delivery| delivery.app_key == *app_key) {
            match delivery.fate {
                Fate::Listed => delivery.fate = Fate::Collected,
                Fate::Failed { listed_from_ms } if listed_from_ms <= now_ms => {
                    has_more = page.len() == MAX_FAILED_A_CALL;
                    if has_more {
                        continue;
                    }
                    delivery.fate = Fate::Listed;
                    page.extend(self.made.get(&delivery.event_id).map(body::failed));
                }
                Fate::Failed { .. }
                | Fate::Waiting { .. }
                | Fate::InFlight
                | Fate::Acknowledged
                | Fate::Collected
                | Fate::Lost(_) => {}
            }
        }
        (page, has_more)
    }

    fn wait_until(&mut self, delivery_id: DeliveryId, due_ms: u64) {
        self.settle(delivery_id, Fate::Waiting { due_ms });
        self.waiting.insert((due_ms, delivery_id));
    }

    fn settle(&mut self, delivery_id: DeliveryId, fate: Fate) {
        let Some(delivery) = self.deliveries.get_mut(&delivery_id) else { return };
        if let Fate::Waiting { due_ms } = delivery.fate {
            self.waiting.remove(&(due_ms, delivery_id));
        }
        delivery.fate = fate;
        if !fate.is_pending() {
            self.first_requests.remove(&delivery_id);
        }
    }

    /// Ends the open try and says how many there were; none if no try is open.
    fn end_attempt(&mut self, delivery_id: DeliveryId, end: AttemptEnd) -> Option<usize> {
        let delivery = self.deliveries.get_mut(&delivery_id)?;
        let attempt = delivery.attempts.last_mut().filter(|attempt| attempt.end == AttemptEnd::Open)?;
        attempt.end = end;
        Some(delivery.attempts.len())
    }
}

/// Whether an answer to a push acknowledges it.
pub(crate) fn end_of(seal: &Seal, answer: &PushAnswer) -> AttemptEnd {
    match answer {
        PushAnswer::Response { status, body } => match push::verify(seal, *status, body) {
            Ok(()) => AttemptEnd::Acknowledged,
            Err(why) => AttemptEnd::Refused(why),
        },
        PushAnswer::TimedOut => AttemptEnd::TimedOut,
        PushAnswer::Unreachable(why) | PushAnswer::Forbidden(why) => AttemptEnd::Unreachable(why.clone()),
    }
}
