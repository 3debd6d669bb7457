//! What a connector is: the trait that an author implements, and the calls that a host makes of it.

use crate::codes;
use crate::context::Context;
use crate::document::Schema;
pub use crate::lookup::Lookup;
use crate::model::{CheckStatus, Descriptor, Diagnosis, Failure, Finding, Key, Plan, ResourceType, Summary};
use crate::ports::{Call, Host};
use crate::reading::{Reading, refresh_objects};
use rollcall_rules::reach::Export;
use std::future::Future;
use std::rc::Rc;

/// A connector with its settings.
pub trait Connector: Sized {
    /// Its resource types, parents first.
    const SCHEMAS: &'static [Schema];

    /// Who it is. Offline.
    fn describe() -> Descriptor;

    /// Read the settings, and say what they need. Offline; all problems at once.
    ///
    /// # Errors
    /// Every wrong setting.
    fn configure(settings: &str) -> Result<(Self, Plan), Vec<Diagnosis>>;

    /// Check the settings against the source itself.
    fn check(&self, context: &Context) -> impl Future<Output = Vec<Finding>>;

    /// Read everything: first say with what view ([`Reading::open`]), then give each object to `reading` as soon as it is
    /// whole, parents before children. What could not be read is told to [`Reading::incomplete`].
    fn read_all(&self, context: &Context, reading: &Reading) -> impl Future<Output = Result<(), Failure>>;

    /// Ask the source about one object.
    fn look_up(&self, context: &Context, key: &Key) -> impl Future<Output = Lookup>;
}

/// `identity-source.validate`.
///
/// # Errors
/// Every wrong setting.
pub fn validate<C: Connector>(settings: &str) -> Result<Plan, Vec<Diagnosis>> {
    C::configure(settings).map(|(_, plan)| plan)
}

/// `identity-source.check`.
pub fn check<C: Connector>(host: Rc<dyn Host>, settings: &str) -> Vec<Finding> {
    match C::configure(settings) {
        Ok((connector, plan)) => {
            host.entered(call::<C>(Export::Check, plan));
            let context = Context::new(host);
            context
                .block_on(connector.check(&context))
                .unwrap_or_else(|failure| vec![failed("connector", failure.diagnosis().clone())])
        }
        Err(problems) => problems.into_iter().map(|problem| failed("settings", problem)).collect(),
    }
}

/// `identity-source.sync`.
///
/// # Errors
/// When it could not go on. What was put until then stays.
pub fn sync<C: Connector>(host: Rc<dyn Host>, settings: &str) -> Result<Summary, Failure> {
    let (connector, plan) = configured::<C>(settings)?;
    host.entered(call::<C>(Export::Sync, plan));
    let context = Context::new(host);
    context.block_on(async {
        let reading = Reading::begin(&context, C::SCHEMAS)?;
        match connector.read_all(&context, &reading).await {
            Ok(()) => reading.finish(async |key: &Key| connector.look_up(&context, key).await).await,
            Err(failure) => {
                reading.abandon().await;
                Err(failure)
            }
        }
    })?
}

/// `identity-source.refresh`.
///
/// # Errors
/// When it could not go on. What was put until then stays.
pub fn refresh<C: Connector>(host: Rc<dyn Host>, settings: &str, keys: &[Key]) -> Result<Summary, Failure> {
    let (connector, plan) = configured::<C>(settings)?;
    host.entered(call::<C>(Export::Refresh, plan));
    let context = Context::new(host);
    let look_up = async |key: &Key| connector.look_up(&context, key).await;
    let refreshed = context.block_on(refresh_objects(&context, C::SCHEMAS, keys, look_up))?;
    refreshed.map(|refreshed| refreshed.summary)
}

pub(crate) fn configured<C: Connector>(settings: &str) -> Result<(C, Plan), Failure> {
    accepted(C::configure(settings))
}

/// What came of settings, with all that is wrong about them as one failure.
pub(crate) fn accepted<T>(configured: Result<T, Vec<Diagnosis>>) -> Result<T, Failure> {
    configured.map_err(|problems| {
        let mut problems = problems.into_iter();
        let mut first = problems.next().unwrap_or_else(codes::settings_invalid);
        let others = problems.filter_map(|problem| Some(("setting".to_owned(), problem.setting?)));
        first.facts.extend(others);
        Failure::Settings(first)
    })
}

/// What a host in memory is told when a connector with this plan is called.
pub(crate) fn call<C: Connector>(export: Export, plan: Plan) -> Call {
    let resource_types = C::SCHEMAS.iter().map(|schema| schema.resource_type.to_owned()).collect();
    let origins = plan.origins.into_iter().map(|origin| origin.origin).collect();
    Call { export, resource_types, origins }
}

/// The resource types of a connector, as its descriptor lists them.
#[must_use]
pub fn resource_types(schemas: &[Schema]) -> Vec<ResourceType> {
    let one = |schema: &Schema| ResourceType {
        name: schema.resource_type.to_owned(),
        identity_attribute: schema.identity.map(str::to_owned),
    };
    schemas.iter().map(one).collect()
}

fn failed(check: &str, diagnosis: Diagnosis) -> Finding {
    Finding { check: check.to_owned(), status: CheckStatus::Failed, diagnosis }
}

#[cfg(test)]
mod tests;
