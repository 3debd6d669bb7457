//! Follows one source, and stands still for ever at a point that a test names, so that it can be killed there.
//!
//! Not here: anything of the host's. The points lie in the stores and in the web server around it, which are an
//! embedder's in any case.

#![expect(clippy::expect_used, reason = "whatever goes wrong must end the process, and a test reads why")]

mod callbacks;
mod keeper;
#[path = "../../../followed/protocol.rs"]
mod protocol;
mod stand;

use crate::keeper::Keeper;
use crate::protocol::{Order, Said, Wish};
use crate::stand::Stand;
use rollcall_host::egress::{Egress, Proxy, Reach};
use rollcall_host::follow::{FollowOptions, Follower};
use rollcall_host::history::Trigger;
use rollcall_host::model::SourceName;
use rollcall_host::{Engine, EngineOptions, Host, Removals, RunOptions, Source};
use rollcall_sqlite::SqliteStore;
use std::sync::Arc;
use std::thread;
use tokio::sync::mpsc;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let (order, wishes) = listen();
    let stand = Arc::new(Stand::new(order.stop_at));
    let follower = follow(&order, &stand).await;
    let callbacks = callbacks::serve(follower.clone(), Arc::clone(&stand)).await;
    stand::say(&Said::Following { callbacks: format!("http://{callbacks}/") });
    stand.open();
    obey(&follower, wishes).await;
    follower.stop().await;
}

/// The order, and every wish after it until nobody can have any more.
fn listen() -> (Order, mpsc::UnboundedReceiver<Wish>) {
    let mut order = String::new();
    std::io::stdin().read_line(&mut order).expect("there is an order");
    let order = serde_json::from_str(&order).expect("it is an order");
    let (wish, wishes) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            // The program may be about to end.
            let _ = wish.send(serde_json::from_str(&line).expect("it is a wish"));
        }
    });
    (order, wishes)
}

async fn follow(order: &Order, stand: &Arc<Stand>) -> Follower {
    let store = Arc::new(SqliteStore::open(&order.database).expect("the database opens"));
    let keeper = Arc::new(Keeper::new(Arc::clone(&store), Arc::clone(stand), order.holds_full_runs));
    let options = EngineOptions {
        cache_dir: Some(order.compiled.clone()),
        reach: Reach::Private,
        ..EngineOptions::default()
    };
    let engine = Engine::new(options).expect("this machine runs components");
    let connector = engine.load(&order.component).await.expect("the component loads");
    let host = Host::new(engine, keeper.clone(), store, keeper.clone());
    let name = SourceName::new(&order.source).expect("the name is one");
    let source = Source::new(name, connector, order.settings.clone(), egress(order));
    Follower::start(host, keeper, source, FollowOptions::default()).await.expect("the inbox can be read")
}

fn egress(order: &Order) -> Egress {
    let proxy: Proxy = order.proxy.parse().expect("it is a proxy's address");
    Egress {
        proxy: Some(proxy.with_credentials(&order.proxy_user, &order.proxy_password)),
        ca_pem: Some(order.ca_pem.as_bytes().to_vec()),
        allow: None,
    }
}

/// Grant each wish in its turn, until the test has gone.
async fn obey(follower: &Follower, mut wishes: mpsc::UnboundedReceiver<Wish>) {
    while let Some(Wish::Sync) = wishes.recv().await {
        let follower = follower.clone();
        tokio::spawn(async move {
            // Whoever wishes it means everybody to leave who left.
            let removals = Removals::AtMost(u64::MAX);
            let options = RunOptions { trigger: Trigger::Manual, removals, ..RunOptions::default() };
            let report = follower.sync(options).await.expect("the source is followed").report;
            stand::say(&Said::Synced { run: report.run.to_string(), state: report.state.to_string() });
        });
    }
}
