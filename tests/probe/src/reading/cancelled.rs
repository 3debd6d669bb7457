//! What a host that cancels a call makes of what is outstanding, and of what is begun after that. It waits until somebody
//! cancels, and says so first.

use super::covered_nothing;
use super::{person, put, user};
use crate::Promise;
use crate::promise::{ensure, same};
use crate::stand::must_fail;
use crate::trying::{refused, taken};
use rollcall_kit::model::{Progress, Removal, Scope};
use rollcall_kit::ports::FaultKind;
use serde_json::json;

/// The phase of the progress after which somebody is to cancel.
pub(super) const WAITING: &str = "waiting-to-be-cancelled";

/// In this order: the first one waits.
pub(super) const PROMISES: [Promise; 4] = [
    Promise {
        name: "cancelled-at-once",
        stands_at: "tasks.wit, wait",
        says: "once a call is cancelled everything outstanding is ready at once, and a request has the fault `cancelled`",
        attempt: |stand| {
            taken("opening", stand.host.open_reading(&Scope::whole()))?;
            taken("closing", stand.host.close_reading(covered_nothing()))?;
            let timer = stand.host.begin_timer(3_600_000);
            let request = stand.begin_all(vec![stand.get("/slow?ms=50000")?])?;
            stand.host.report(Progress { phase: WAITING.to_owned(), done: 0, total: None });
            stand.wait_for(&[request.clone(), vec![timer]].concat())?;
            stand
                .take_all(&request)?
                .iter()
                .try_for_each(|answer| must_fail("one", answer, FaultKind::Cancelled))
        },
    },
    Promise {
        name: "requests-after-cancellation",
        stands_at: "tasks.wit, wait",
        says: "a request that is begun after a cancellation has the fault `cancelled`, and a timer is over",
        attempt: |stand| {
            let answer = stand.ask(stand.get("/echo")?)?;
            must_fail("one", &answer, FaultKind::Cancelled)?;
            let timer = stand.host.begin_timer(3_600_000);
            same("what was named", &stand.wait_for(&[timer])?, &vec![timer])
        },
    },
    Promise {
        name: "changes-after-cancellation",
        stands_at: "directory.wit, take-applied",
        says: "changes that are begun after a cancellation fail",
        attempt: |stand| {
            let change = put(&user("cancelled"), "1", &person("cancelled", &json!({})));
            let applied = stand.apply(vec![change])?;
            ensure(applied.is_err(), || "they were applied".to_owned())
        },
    },
    Promise {
        name: "removals-after-cancellation",
        stands_at: "directory.wit, remove-missing; README.md, Cancellation",
        says: "removing what is missing fails after a cancellation",
        attempt: |stand| {
            let removal = Removal { key: user("nobody"), evidence: "404: gone".to_owned() };
            refused("it", stand.host.remove_missing(vec![removal]))
        },
    },
];
