//! What a connector is: the trait that an author implements, and the calls that a host makes of it.

use crate::context::Context;
use crate::document::{Draft, Schema};
use crate::model::{Descriptor, Diagnosis, Failure, Finding, Key, Plan, Problem, Summary};
use crate::ports::Host;
use crate::reading::{Reading, refresh_objects};
use std::future::Future;
use std::rc::Rc;

/// What the source says when it is asked about one object.
#[derive(Debug, Clone, PartialEq)]
pub enum Sighting {
    /// It is there, like this.
    Present(Box<Draft>),
    /// It is gone; what the source answered, as `code: text`.
    Gone(String),
    /// It may be there, but this application may not see it: kept.
    Hidden(Diagnosis),
    /// The source could not be asked: nothing is known.
    Unknown(Failure),
}

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
    fn configure(settings: &str) -> Result<(Self, Plan), Vec<Problem>>;

    /// Check the settings against the source itself.
    fn check(&self, context: &Context) -> impl Future<Output = Vec<Finding>>;

    /// Read everything, giving each object to `reading` as soon as it is whole, parents before children. What could not
    /// be read is told to [`Reading::incomplete`]. Returns the scope: with what view it was read.
    fn read_all(&self, context: &Context, reading: &Reading)
    -> impl Future<Output = Result<String, Failure>>;

    /// Ask the source about one object.
    fn look(&self, context: &Context, key: &Key) -> impl Future<Output = Sighting>;
}

/// `identity-source.validate`.
///
/// # Errors
/// Every wrong setting.
pub fn validate<C: Connector>(settings: &str) -> Result<Plan, Vec<Problem>> {
    C::configure(settings).map(|(_, plan)| plan)
}

/// `identity-source.check`.
pub fn check<C: Connector>(host: Rc<dyn Host>, settings: &str) -> Vec<Finding> {
    let context = Context::new(host);
    match C::configure(settings) {
        Ok((connector, _)) => context
            .block_on(connector.check(&context))
            .unwrap_or_else(|failure| vec![failed("connector", failure.diagnosis().clone())]),
        Err(problems) => problems.into_iter().map(|problem| failed("settings", located(problem))).collect(),
    }
}

/// `identity-source.sync`.
///
/// # Errors
/// When it could not go on. What was put until then stays.
pub fn sync<C: Connector>(host: Rc<dyn Host>, settings: &str) -> Result<Summary, Failure> {
    let (connector, _) = configured::<C>(settings)?;
    let context = Context::new(host);
    context.block_on(async {
        let reading = Reading::begin(&context, C::SCHEMAS)?;
        match connector.read_all(&context, &reading).await {
            Ok(scope) => reading.finish(scope, async |key: &Key| connector.look(&context, key).await).await,
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
    let (connector, _) = configured::<C>(settings)?;
    let context = Context::new(host);
    context.block_on(refresh_objects(&context, C::SCHEMAS, keys, async |key: &Key| {
        connector.look(&context, key).await
    }))?
}

pub(crate) fn configured<C: Connector>(settings: &str) -> Result<(C, Plan), Failure> {
    C::configure(settings).map_err(|problems| {
        let mut problems = problems.into_iter().map(located);
        let first = problems
            .next()
            .unwrap_or_else(|| Diagnosis::new("settings-invalid", "the settings are not valid", "配置无效"));
        let others = problems.flat_map(|problem| problem.facts).filter(|(name, _)| name == "setting");
        let mut diagnosis = first;
        diagnosis.facts.extend(others);
        Failure::Settings(diagnosis)
    })
}

fn located(problem: Problem) -> Diagnosis {
    let mut diagnosis = problem.diagnosis;
    diagnosis.facts.insert(0, ("setting".to_owned(), problem.pointer));
    diagnosis
}

fn failed(check: &str, diagnosis: Diagnosis) -> Finding {
    Finding { check: check.to_owned(), standing: crate::model::Standing::Failed, diagnosis }
}

#[cfg(test)]
mod tests;
