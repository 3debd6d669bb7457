//! One configured source: a connector, its settings, and how its requests leave.
//!
//! Not here: where the configuration is kept, and schedules; those are an embedder's.

use std::fmt;

use serde_json::Value;

use crate::apply::DepartedUsers;
use crate::connector::Connector;
use crate::egress::Egress;
use crate::error::GuestError;
use crate::model::{Plan, Problem, SecretUse, SourceName};
use crate::sealed::SealedCall;
use crate::secrets::Secrets;

/// One configured source.
#[derive(Clone)]
pub struct Source {
    name: SourceName,
    connector: Connector,
    settings: Value,
    egress: Egress,
    departed_users: DepartedUsers,
}

impl Source {
    /// A source whose departed people are deactivated.
    ///
    /// `settings` is the JSON object that the connector's schema describes, with every secret in place.
    #[must_use]
    pub fn new(name: SourceName, connector: Connector, settings: Value, egress: Egress) -> Self {
        Self { name, connector, settings, egress, departed_users: DepartedUsers::default() }
    }

    /// The same source with another rule for people who left.
    #[must_use]
    pub fn with_departed_users(mut self, departed_users: DepartedUsers) -> Self {
        self.departed_users = departed_users;
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &SourceName {
        &self.name
    }

    /// Its connector.
    #[must_use]
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// How its requests leave.
    #[must_use]
    pub fn egress(&self) -> &Egress {
        &self.egress
    }

    /// What becomes of people who left.
    #[must_use]
    pub fn departed_users(&self) -> DepartedUsers {
        self.departed_users
    }

    /// What its settings will need, or everything that is wrong with them. Offline.
    ///
    /// # Errors
    ///
    /// When the connector's code died.
    pub async fn plan(&self) -> Result<Result<Plan, Vec<Problem>>, GuestError> {
        self.connector.validate(&self.settings).await
    }

    pub(crate) fn settings(&self) -> &Value {
        &self.settings
    }

    /// What one call of the connector is about. Each has tokens of its own; their secrets may go where `uses` says.
    pub(crate) fn seal(&self, uses: &[SecretUse]) -> SealedCall {
        let schema = &self.connector.descriptor().settings_schema;
        let secrets = Secrets::of(schema, &self.settings, self.egress.proxy.as_ref());
        SealedCall::new(schema, &self.settings, secrets, uses, self.connector.mint())
    }
}

/// Without the settings, which hold secrets.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("connector", &self.connector)
            .field("proxy", &self.egress.proxy)
            .finish_non_exhaustive()
    }
}
