//! The command line of `rollcall serve`.
//!
//! Deliberately not here: whether an address may be served like this; the listener says.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::ValueEnum;
use rollcall_host::egress::Reach;
use rollcall_host::grant::Origin;
use rollcall_web::{Network, PublicUrl};

use super::{DataFolder, LowReach};
use crate::source_file::Configured;

/// What was typed.
#[derive(Debug, clap::Args)]
pub(crate) struct LowServe {
    /// The file that configures a source; once for each source. Sources can be added in the console too.
    #[arg(long, value_name = "SOURCE.toml")]
    pub(super) source: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) data: DataFolder,
    /// The folder of the connectors that sources can be made of in the console; connectors in the data folder unless
    /// given.
    #[arg(long, value_name = "DIR")]
    pub(super) connectors: Option<PathBuf>,
    /// Where the console is served and deliveries are taken; other than this machine's own only with a certificate or
    /// behind a trusted proxy.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8630")]
    pub(super) listen: SocketAddr,
    /// The URL that people and sources reach it at, if it is not the address.
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<PublicUrl>,
    /// Where deliveries are taken instead, and nothing else is served; the same is asked of it as of the console's address.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) callbacks_listen: Option<SocketAddr>,
    /// The URL that sources reach that address at, if it is another one.
    #[arg(long, value_name = "URL", requires = "callbacks_listen")]
    pub(super) callbacks_public_url: Option<PublicUrl>,
    #[command(flatten)]
    pub(super) reach: LowReach,
    /// A reverse proxy that is believed about its clients (X-Forwarded-For, X-Forwarded-Proto); once for each.
    #[arg(long, value_name = "ADDRESS[/BITS]")]
    pub(super) trusted_proxy: Vec<Network>,
    /// An origin that API tokens may allow sources to talk to, as a scheme and a host; once for each. Any other is
    /// confirmed by a person in the console.
    #[arg(long, value_name = "ORIGIN")]
    pub(super) allow_origin: Vec<Origin>,
    /// The certificate to serve with, and those that it was signed by, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(super) tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(super) tls_key: Option<PathBuf>,
    /// The key that secrets are sealed with; console.key in the data folder unless given, made when it is not there.
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<PathBuf>,
    /// How to log to stderr: warnings for people, or one JSON object a line, also of what begins and ends.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

/// How to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What the program works with. Not `Debug`: a source's settings hold secrets.
pub(crate) struct Serving {
    pub(crate) sources: Vec<Configured>,
    pub(crate) data: PathBuf,
    pub(crate) connectors: Option<PathBuf>,
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<PublicUrl>,
    pub(crate) callbacks: Option<CallbacksApart>,
    pub(crate) reach: Reach,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) allow_origins: Vec<Origin>,
    /// Certificate and key.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) log_format: LogFormat,
}

/// An address for deliveries alone.
pub(crate) struct CallbacksApart {
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<PublicUrl>,
}

impl LowServe {
    pub(super) const fn log_format(&self) -> LogFormat {
        self.log_format
    }

    /// With its sources, which were read from their files.
    pub(super) fn with(self, sources: Vec<Configured>) -> Serving {
        let public_url = self.callbacks_public_url;
        let callbacks = self.callbacks_listen.map(|listen| CallbacksApart { listen, public_url });
        Serving {
            sources,
            data: self.data.data,
            connectors: self.connectors,
            listen: self.listen,
            public_url: self.public_url,
            callbacks,
            reach: self.reach.reach(),
            trusted_proxies: self.trusted_proxy,
            allow_origins: self.allow_origin,
            tls: self.tls_cert.zip(self.tls_key),
            key_file: self.key_file,
            log_format: self.log_format,
        }
    }
}
