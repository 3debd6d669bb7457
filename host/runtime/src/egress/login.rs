//! What a proxy made of the name and the password so far, so that a wrong password is sent once and not again.
//!
//! Every connection through a proxy carries the login. As long as nobody knows whether it is right, one goes alone and the
//! others wait for what comes of it; once it was refused, none goes at all, whoever asks, until a person has acted. Many
//! proxies lock an account after a few wrong passwords.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::dial::DialError;
use crate::limits::PROXY_LOGIN_PROVEN;

/// What is known of one login.
#[derive(Debug, Default)]
pub(crate) struct Login {
    known: Mutex<KnownLogin>,
    /// Whoever tries a login of which nothing is known.
    alone: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct KnownLogin {
    accepted_at: Option<Instant>,
    refused: Option<DialError>,
    /// What the last one met that went alone and did not come as far as the login, and how often that was.
    obstacle: Option<DialError>,
    n_obstacles: u64,
}

impl Login {
    /// Why the login was refused, if it was.
    pub(crate) fn refused(&self) -> Option<DialError> {
        self.known().refused.clone()
    }

    /// A person has acted: it may be tried once more.
    pub(crate) fn forgive(&self) {
        self.known().refused = None;
    }

    /// The proxy refused the login.
    pub(super) fn refuse(&self, error: &DialError) {
        let mut known = self.known();
        known.accepted_at = None;
        known.refused = Some(error.clone());
    }

    /// Make this connection, if the login may be tried.
    pub(super) async fn attempt<T>(
        &self,
        connecting: impl Future<Output = Result<T, DialError>>,
    ) -> Result<T, DialError> {
        let n_obstacles = self.known().n_obstacles;
        let alone = if self.is_proven() { None } else { Some(self.alone.lock().await) };
        if let Some(known) = self.known_since(n_obstacles) {
            return Err(known);
        }
        let result = connecting.await;
        self.learn(result.as_ref().err(), alone.is_some());
        result
    }

    fn is_proven(&self) -> bool {
        let known = self.known();
        known.refused.is_none() && known.accepted_at.is_some_and(|at| at.elapsed() < PROXY_LOGIN_PROVEN)
    }

    /// What a further attempt would meet: a refusal, or what somebody met for whom this one waited.
    fn known_since(&self, n_obstacles: u64) -> Option<DialError> {
        let known = self.known();
        let met = (known.n_obstacles != n_obstacles).then(|| known.obstacle.clone()).flatten();
        known.refused.clone().or(met)
    }

    fn learn(&self, error: Option<&DialError>, was_alone: bool) {
        let trouble = error.map(DialError::trouble);
        match (error, trouble.flatten()) {
            (Some(error), Some(trouble)) if trouble.is_login() => self.refuse(error),
            (Some(_), Some(trouble)) if trouble.is_about_target() => {}
            (Some(error), _) => {
                let mut known = self.known();
                if was_alone {
                    known.obstacle = Some(error.clone());
                    known.n_obstacles += 1;
                }
            }
            (None, _) => self.known().accepted_at = Some(Instant::now()),
        }
    }

    fn known(&self) -> MutexGuard<'_, KnownLogin> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::task::JoinSet;
    use tokio::time::{advance, sleep};

    use super::*;
    use crate::egress::cause::Cause;
    use crate::egress::trouble::{Trouble, Unwelcome};

    const A_WHILE: Duration = Duration::from_millis(10);

    fn proxy(trouble: Trouble) -> DialError {
        DialError::Proxy { proxy: "http://proxy:3128".to_owned(), trouble }
    }

    fn forbidden() -> DialError {
        proxy(Trouble::Forbidden { target: "a.example:443".to_owned(), cause: Cause::untranslated("no") })
    }

    /// How many of so many at once came as far as the proxy, and what all of them were told.
    async fn at_once(login: &Arc<Login>, n: usize, answer: Result<(), DialError>) -> (usize, Vec<DialError>) {
        let n_sent = Arc::new(AtomicUsize::new(0));
        let mut all = JoinSet::new();
        for _ in 0..n {
            let (login, n_sent, answer) = (Arc::clone(login), Arc::clone(&n_sent), answer.clone());
            all.spawn(async move {
                let connecting = async {
                    n_sent.fetch_add(1, Ordering::Relaxed);
                    sleep(A_WHILE).await;
                    answer
                };
                login.attempt(connecting).await
            });
        }
        let told = all.join_all().await.into_iter().filter_map(Result::err).collect();
        (n_sent.load(Ordering::Relaxed), told)
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_at_once_one_tries_a_login_that_is_refused_and_none_after_it() {
        let login = Arc::new(Login::default());
        let refusal = proxy(Trouble::Login(Unwelcome::WrongPassword));
        let told = at_once(&login, 20, Err(refusal.clone())).await;
        assert_eq!(told, (1, vec![refusal.clone(); 20]));
        assert_eq!(at_once(&login, 3, Ok(())).await, (0, vec![refusal; 3]));
    }

    #[tokio::test(start_paused = true)]
    async fn once_a_person_has_acted_one_tries_again() {
        let login = Arc::new(Login::default());
        at_once(&login, 1, Err(proxy(Trouble::Login(Unwelcome::WrongPassword)))).await;
        login.forgive();
        assert_eq!(at_once(&login, 5, Err(proxy(Trouble::Login(Unwelcome::WrongPassword)))).await.0, 1);
        login.forgive();
        assert_eq!(at_once(&login, 5, Ok(())).await, (5, Vec::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_login_that_was_just_accepted_needs_no_more_turns() {
        let login = Arc::new(Login::default());
        at_once(&login, 1, Ok(())).await;
        let before = Instant::now();
        assert_eq!(at_once(&login, 20, Ok(())).await, (20, Vec::new()));
        assert_eq!(before.elapsed(), A_WHILE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_login_that_was_accepted_long_ago_is_tried_alone_again() {
        let login = Arc::new(Login::default());
        at_once(&login, 1, Ok(())).await;
        advance(PROXY_LOGIN_PROVEN).await;
        assert_eq!(at_once(&login, 20, Err(proxy(Trouble::Login(Unwelcome::WrongPassword)))).await.0, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waited_for_somebody_that_did_not_reach_the_login_is_told_the_same() {
        let login = Arc::new(Login::default());
        assert_eq!(
            at_once(&login, 5, Err(proxy(Trouble::Closes))).await,
            (1, vec![proxy(Trouble::Closes); 5])
        );
        // It may have passed by now.
        assert_eq!(at_once(&login, 5, Ok(())).await, (5, Vec::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_that_is_forbidden_says_nothing_of_another() {
        let login = Arc::new(Login::default());
        assert_eq!(at_once(&login, 3, Err(forbidden())).await.0, 3);
    }
}
