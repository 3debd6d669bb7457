//! What `check` tries: everything but the directory and the history, which it may not use.

mod around;
mod faults;
mod grants;
mod pace;
mod requests;
mod responses;
mod secrets;
mod sizes;
mod storing;
mod tickets;
mod timers;
mod way;

pub(crate) use storing::{refused, taken};

use crate::Promise;

pub(crate) fn promises() -> Vec<Promise> {
    // Those come last that leave a timer behind for whoever is late.
    let tables: [&[Promise]; 11] = [
        &around::PROMISES,
        &timers::PROMISES,
        &tickets::PROMISES,
        &storing::PROMISES,
        &grants::PROMISES,
        &requests::PROMISES,
        &responses::PROMISES,
        &sizes::PROMISES,
        &secrets::PROMISES,
        &faults::PROMISES,
        &pace::PROMISES,
    ];
    tables.concat()
}

/// What is tried where the proxy is out of order.
pub(crate) fn of_the_way() -> Vec<Promise> {
    way::PROMISES.to_vec()
}
