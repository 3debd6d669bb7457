//! One organization in one call: who may be asked, what may be seen of it, and whether anything more can be asked. What a host
//! asks of a connector is in the crate's root and in `live`.

use crate::client::{Client, ClientSession};
use crate::lookup::{self, Purpose, VisibleDepartments};
use crate::scope;
use crate::settings::Settings;
use futures_util::lock::Mutex;
use rollcall_kit::{Context, Failure, Key, Lookup};
use std::cell::RefCell;
use std::rc::Rc;

/// A DingTalk organization, read through one internal application.
#[derive(Debug)]
pub struct DingTalk {
    settings: Settings,
    session: ClientSession,
    /// Which departments there are to see; held while it is being found out.
    view: Mutex<Option<Rc<VisibleDepartments>>>,
    /// Why nothing more can be asked.
    stopped: RefCell<Option<Failure>>,
}

impl DingTalk {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            session: ClientSession::default(),
            view: Mutex::default(),
            stopped: RefCell::default(),
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Why nothing more can be asked.
    pub(crate) fn stopped(&self) -> Option<Failure> {
        self.stopped.borrow().clone()
    }

    /// Ask nothing more, for this reason or for the one there is.
    pub(crate) fn stop(&self, why: Failure) {
        self.stopped.borrow_mut().get_or_insert(why);
    }

    /// Go on with what a reading has seen.
    pub(crate) async fn seen(&self, view: VisibleDepartments) {
        *self.view.lock().await = Some(Rc::new(view));
    }

    pub(crate) fn client<'a>(&'a self, context: &'a Context) -> Client<'a> {
        Client { context, settings: &self.settings, session: &self.session }
    }

    pub(crate) async fn look_up_for(&self, purpose: Purpose, context: &Context, key: &Key) -> Lookup {
        if let Some(failure) = self.stopped() {
            return Lookup::Unknown(failure);
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
    async fn view(&self, client: &Client<'_>) -> Result<Rc<VisibleDepartments>, Failure> {
        let mut held = self.view.lock().await;
        if let Some(view) = &*held {
            return Ok(Rc::clone(view));
        }
        let view = match scope::remembered_scopes(client) {
            Some(scopes) => VisibleDepartments::remembered(scopes),
            None => VisibleDepartments::of(scope::scopes(client).await?),
        };
        Self::take(client, &mut held, view)
    }

    /// The same, asked for anew, unless another has taken the place of `remembered`.
    async fn view_instead_of(
        &self,
        client: &Client<'_>,
        remembered: &Rc<VisibleDepartments>,
    ) -> Result<Rc<VisibleDepartments>, Failure> {
        let mut held = self.view.lock().await;
        if let Some(view) = held.as_ref().filter(|view| !Rc::ptr_eq(view, remembered)) {
            return Ok(Rc::clone(view));
        }
        let view = VisibleDepartments::of(scope::scopes(client).await?);
        Self::take(client, &mut held, view)
    }

    /// Go on with this view, and say so: the host holds what is only out of its sight.
    fn take(
        client: &Client<'_>,
        held: &mut Option<Rc<VisibleDepartments>>,
        view: VisibleDepartments,
    ) -> Result<Rc<VisibleDepartments>, Failure> {
        client.context.tell_scope(view.told())?;
        Ok(Rc::clone(held.insert(Rc::new(view))))
    }
}
