//! How a console is set up.

use std::path::PathBuf;
use std::sync::Arc;

use rollcall_host::clock::Clock;
use rollcall_host::follow::FollowObserver;
use rollcall_host::grant::Origin;
use rollcall_host::model::SourceName;

use crate::network::Network;
use crate::public_url::PublicUrl;

/// Who else is told what happens to a source: given its name, an observer.
pub type Observe = Arc<dyn Fn(&SourceName) -> Arc<dyn FollowObserver> + Send + Sync>;

/// How a console is set up.
#[derive(Clone)]
pub struct ConsoleOptions {
    /// The folder of the file of its key, if none is named.
    pub data: PathBuf,
    /// The folder of the connectors that a source can be made of in the console. It need not be there.
    pub connectors: PathBuf,
    /// The file of the key that secrets are sealed with; `console.key` in that folder if none is named.
    pub key_file: Option<PathBuf>,
    /// Where people reach it: what links begin with, and callback addresses, unless those have another.
    pub public_url: PublicUrl,
    /// What callback addresses begin with, if deliveries are taken at an address of their own, by
    /// [`Console::callback_routes`](crate::Console::callback_routes). Then [`Console::routes`](crate::Console::routes) takes none.
    pub callbacks_url: Option<PublicUrl>,
    /// Proxies in front of it, which are believed about their clients.
    pub trusted_proxies: Vec<Network>,
    /// Origins that API tokens may allow a source to talk to. Any other is confirmed by a person in the console.
    pub allow_origins: Vec<Origin>,
    /// Who else is told what happens.
    pub observe: Observe,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for ConsoleOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsoleOptions")
            .field("data", &self.data)
            .field("key_file", &self.key_file)
            .field("public_url", &self.public_url)
            .field("callbacks_url", &self.callbacks_url)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("allow_origins", &self.allow_origins)
            .finish_non_exhaustive()
    }
}
