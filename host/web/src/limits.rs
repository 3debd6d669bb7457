//! What whoever can open a connection may take of this server: connections, places, time. Together they keep it from going
//! deaf: whatever somebody holds open, deliveries and health are answered.
//!
//! Not here: bounds of what is asked (sizes of forms, of pages, of the API's bodies), which stand beside what asks it.

use std::time::Duration;

/// Connections that are open at once.
///
/// At most 512. Why: a process has 1024 file descriptors as a rule, and half of them are for the databases and for what goes out. When
/// all are taken, the one that has waited longest for its other end is closed, and the new one is let in.
pub(crate) const MAX_CONNECTIONS: usize = 512;

/// Connections of one address that wait for its next word: no request yet, a body that does not come, an answer that is not
/// taken. One more closes the one that has waited longest.
///
/// At most 256. Why: half of all, so that one address does not drive out others; and so many that whoever has the same address
/// as a flood has said what they want before it has driven them out.
pub(crate) const MAX_WAITING_OF_ONE_ADDRESS: usize = 256;

/// Connections that the system keeps until they are let in.
///
/// At most 1024. Why: as many as come in a burst while the program does something else for a moment.
pub(crate) const BACKLOG: u32 = 1024;

/// Bytes of answers to one connection that wait in the system until they are taken.
///
/// At most 256 KiB. Why: the system itself would give MiB to each of those that take nothing; over a line with 100 ms there and
/// back it is still 2.5 MB a second.
pub(crate) const UNSENT_BYTES: u32 = 256 * 1024;

/// Deliveries that are answered at once. Nothing else takes their places.
///
/// At most 96. Why: a source takes 64 at once, and a second one should not wait for it.
pub(crate) const PLACES_OF_CALLBACKS: usize = 96;

/// Questions after health that are answered at once. Nothing else takes their places.
///
/// At most 16. Why: a supervisor and a load balancer ask one at a time.
pub(crate) const PLACES_OF_HEALTH: usize = 16;

/// Requests at once of those who are not known yet: log-in, set-up, preferences.
///
/// At most 32. Why: two passwords are compared at once, and these wait at most a second or two.
pub(crate) const PLACES_OF_DOORS: usize = 32;

/// Pages, and forms of those who are logged in, at once.
///
/// At most 64. Why: more would only wait for the disk. Live pages have places of their own.
pub(crate) const PLACES_OF_PAGES: usize = 64;

/// Requests of programs at once: API, SCIM, metrics.
///
/// At most 64. Why: as for pages.
pub(crate) const PLACES_OF_PROGRAMS: usize = 64;

/// Live pages that are open at once.
///
/// At most 112. Why: each looks into the store when something happens; the script listens only while its page can be seen, so this is
/// as many administrators who look.
pub(crate) const MAX_LIVE_PAGES: usize = 112;

/// Live pages of one session that are open at once.
///
/// At most 16. Why: a browser opens six connections to one server, and a person looks at one page; the rest is for pages that were left
/// a moment ago.
pub(crate) const MAX_LIVE_PAGES_OF_A_SESSION: usize = 16;

/// Places are fewer than connections. Why: whoever has no place yet must find a connection to ask for one.
const _: () = assert!(
    PLACES_OF_CALLBACKS
        + PLACES_OF_HEALTH
        + PLACES_OF_DOORS
        + PLACES_OF_PAGES
        + PLACES_OF_PROGRAMS
        + MAX_LIVE_PAGES
        < MAX_CONNECTIONS
);

/// How long a handshake may take, and a request's head from its first byte, or from the answer before it, to its last.
///
/// 30 s. Why: longer than a source waits between two deliveries of a burst; a client that only holds on is let go. It is no
/// pause between two bytes: sending slowly gains nothing.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a body may take to arrive, and more only as [`BODY_BYTES_PER_SECOND`] says.
///
/// 10 s. Why: a form is a packet or two, which come at once or are sent again within seconds.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Each so many bytes that have arrived give a body another second.
///
/// 64 KiB. Why: a connector of 20 MiB takes a minute or more over a slow line; whoever sends nothing gains nothing.
pub(crate) const BODY_BYTES_PER_SECOND: u64 = 64 * 1024;

/// How long the body of a delivery may take to arrive.
///
/// 2 s. Why: sources give up after some seconds, and nobody else has a reason to send slowly.
pub(crate) const DELIVERY_BODY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long whoever asked may take nothing of the answer. An answer that is taken may go on for as long as it does.
///
/// 30 s. Why: a line that was lost is back by then or is not coming back.
pub(crate) const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);

/// When to try again, told to whoever finds no place.
///
/// 1 s. Why: what is under way takes less, and who only holds a place has given it up by then.
pub(crate) const RETRY_AFTER_S: u32 = 1;

/// How long requests under way may take when the program ends.
///
/// 3 s. Why: a delivery is answered within 2.5 s, one way or the other.
pub(crate) const GRACE: Duration = Duration::from_secs(3);

/// How long to wait after a connection could not be accepted.
///
/// 20 ms. Why: it is the process's want of descriptors or memory as a rule. Those that gave way are closed within that time.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// One of so many connections that wait gives way when the process has no descriptor for a new one.
///
/// Every eighth. Why: a burst finds room within a second, and most of those who wait are let be.
pub(crate) const GIVING_WAY: usize = 8;

/// Between two lines of the log that say the same about connections.
///
/// 1 min. Why: whoever looks sees that it goes on, and the log stays readable.
pub(crate) const LOG_PAUSE: Duration = Duration::from_secs(60);
