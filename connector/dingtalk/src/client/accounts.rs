//! Whether the account that a company owns is disabled. Only the new API says so, about one person at a time, and with a
//! permission of its own: whoever cannot be told of keeps what is held, and nothing else depends on it.

use crate::api::Api;
use crate::client::Client;
use crate::limits::MAX_LOST_ACCOUNTS;
use crate::mapping::Account;
use crate::messages::crawl as say;
use crate::trouble::Trouble;
use crate::wire::lenient::Flag;
use crate::wire::users::User;
use rollcall_kit::{Diagnosis, Entry, Failure, Severity};
use std::cell::{Cell, RefCell};

/// What one call of the connector knows of asking.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    n_unknown: Cell<u64>,
    n_lost_in_a_row: Cell<u32>,
    /// Why the first of them could not be told.
    why: RefCell<Option<Diagnosis>>,
    /// Nobody else can be told either.
    is_over: Cell<bool>,
}

impl Client<'_> {
    /// Whether somebody's account has to be asked about.
    pub(crate) fn asks_about_account(&self, user: &User) -> bool {
        self.settings.account_status && user.exclusive_account == Some(Flag(true))
    }

    /// How somebody's account stands. Those who are listed have one in use, unless it is the company's and the settings want
    /// to know.
    ///
    /// # Errors
    /// When the host lets nothing through any more.
    pub(crate) async fn account(&self, user: &User) -> Result<Account, Failure> {
        if !self.settings.account_status || user.exclusive_account == Some(Flag(false)) {
            return Ok(Account::Enabled);
        }
        // Whose it is was not said, or in a form that is not known.
        if user.exclusive_account.is_none() {
            return Ok(Account::Unknown);
        }
        let accounts = &self.session.accounts;
        if accounts.is_over.get() {
            return Ok(accounts.unknown(None));
        }
        let trouble = match self.is_account_disabled(&user.userid).await {
            Ok(is_disabled) => {
                accounts.n_lost_in_a_row.set(0);
                return Ok(if is_disabled { Account::Disabled } else { Account::Enabled });
            }
            Err(trouble) => trouble,
        };
        match &trouble {
            // Whatever else is asked would be stopped as well; but for an origin that nothing else needs.
            Trouble::Fatal(failure @ Failure::Host(_)) if !self.is_new_api_denied() => {
                return Err(failure.clone());
            }
            Trouble::Fatal(_) => accounts.is_over.set(true),
            Trouble::Lost(_) => accounts.lose(),
            Trouble::Gone(_) | Trouble::Hidden(_) | Trouble::Misread(_) | Trouble::Unforeseen(_) => {}
        }
        Ok(accounts.unknown(Some(trouble.into_failure(Api::AccountStatus).diagnosis())))
    }

    /// Say of how many accounts it could not be told whether they are disabled.
    pub(crate) fn tell_unknown_accounts(&self) {
        let accounts = &self.session.accounts;
        let why = accounts.why.borrow_mut().take();
        if let Some(why) = why {
            let told = say::accounts_unknown(accounts.n_unknown.replace(0), &why);
            self.context.record(Entry::new(Severity::Warning, told));
        }
    }
}

impl Accounts {
    fn unknown(&self, why: Option<&Diagnosis>) -> Account {
        self.n_unknown.set(self.n_unknown.get().saturating_add(1));
        if let Some(why) = why {
            self.why.borrow_mut().get_or_insert_with(|| why.clone());
        }
        Account::Unknown
    }

    fn lose(&self) {
        let n_lost = self.n_lost_in_a_row.get().saturating_add(1);
        self.n_lost_in_a_row.set(n_lost);
        self.is_over.set(MAX_LOST_ACCOUNTS <= n_lost);
    }
}

#[cfg(test)]
mod tests;
