//! People in several departments: each of those lists them once, and they are whole when all have. Pure.

use crate::mapping::user::{Membership, Memberships};
use crate::wire::users::User;
use crate::wire::{DepartmentId, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// A person, and what each department that listed them says.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) memberships: Memberships,
}

/// People on their way. Those in a single department leave no trace here, and most are.
#[derive(Debug, Default)]
pub(crate) struct People {
    waiting: BTreeMap<UserId, PartialPerson>,
    /// The departments of those in several who are whole.
    whole: BTreeMap<UserId, BTreeSet<DepartmentId>>,
    /// Those of whom no listing could tell which departments there are.
    unplaced: BTreeMap<UserId, Person>,
}

/// Someone whom not all of their departments have listed.
#[derive(Debug)]
pub(crate) struct PartialPerson {
    pub(crate) person: Person,
    pub(crate) unlisted: BTreeSet<DepartmentId>,
}

impl People {
    /// Take note that `department` lists `user`; the person, once whole.
    pub(crate) fn meet(&mut self, department: DepartmentId, user: User) -> Option<Person> {
        let Some(wanted) = departments(&user, department) else {
            self.meet_unplaced(department, user);
            return None;
        };
        if self.whole.get(&user.userid) == Some(&wanted) {
            // A page that shifted shows the same people twice.
            return None;
        }
        let id = user.userid.clone();
        let before =
            self.waiting.remove(&id).map(|before| before.person).or_else(|| self.unplaced.remove(&id));
        let mut memberships = before.map_or_else(Memberships::new, |before| before.memberships);
        memberships.insert(department, membership(&user));
        // The newer listing knows better which departments there are.
        memberships.retain(|id, _| wanted.contains(id));
        let unlisted: BTreeSet<_> =
            wanted.iter().filter(|id| !memberships.contains_key(id)).copied().collect();
        let person = Person { user, memberships };
        if !unlisted.is_empty() {
            self.whole.remove(&id);
            self.waiting.insert(id, PartialPerson { person, unlisted });
            return None;
        }
        if 1 < wanted.len() || self.whole.contains_key(&id) {
            self.whole.insert(id, wanted);
        }
        Some(person)
    }

    /// Take note of one more department, and wait for a listing that can tell which there are.
    fn meet_unplaced(&mut self, department: DepartmentId, user: User) {
        if self.whole.contains_key(&user.userid) || self.waiting.contains_key(&user.userid) {
            return;
        }
        let membership = membership(&user);
        let id = user.userid.clone();
        let before = self.unplaced.remove(&id);
        let mut memberships = before.map_or_else(Memberships::new, |before| before.memberships);
        memberships.insert(department, membership);
        self.unplaced.insert(id, Person { user, memberships });
    }

    /// Those who never became whole, and those of whom nothing told which departments there are.
    pub(crate) fn into_waiting(self) -> (Vec<PartialPerson>, Vec<Person>) {
        (self.waiting.into_values().collect(), self.unplaced.into_values().collect())
    }
}

/// What a listing says about the department that was listed.
fn membership(user: &User) -> Membership {
    Membership { order: user.dept_order, leader: user.leader, ..Membership::default() }
}

/// All departments that someone belongs to, if that can be told. Special ones are never listed and never waited for.
fn departments(user: &User, listed_by: DepartmentId) -> Option<BTreeSet<DepartmentId>> {
    let named = user.dept_id_list.as_ref()?.iter().copied().filter(|id| id.is_real());
    Some(named.chain([listed_by]).collect())
}

#[cfg(test)]
mod tests {
    use super::People;
    use crate::testing::user_of;
    use crate::wire::DepartmentId;
    use crate::wire::users::User;
    use serde_json::json;

    fn user(departments: &[i64], order: i64) -> User {
        user_of(&json!({"userid": "u", "dept_id_list": departments, "dept_order": order}))
    }

    /// What comes out when departments list the same person in this order.
    #[track_caller]
    fn check(listings: &[(i64, &[i64])], whole: &[Option<&[i64]>], waiting_for: &[i64]) {
        let mut people = People::default();
        let met: Vec<_> = listings
            .iter()
            .map(|(department, named)| {
                let person = people.meet(DepartmentId(*department), user(named, *department * 10))?;
                let orders = person.memberships.values().map(|membership| membership.order.unwrap().0 / 10);
                Some(orders.collect::<Vec<_>>())
            })
            .collect();
        let expected: Vec<_> = whole.iter().map(|ids| ids.map(<[i64]>::to_vec)).collect();
        let waiting: Vec<_> =
            people.into_waiting().0.into_iter().flat_map(|waiting| waiting.unlisted).map(|id| id.0).collect();
        assert_eq!((met, waiting), (expected, waiting_for.to_vec()));
    }

    #[test]
    fn someone_in_one_department_is_whole_at_once() {
        check(&[(2, &[2])], &[Some(&[2])], &[]);
    }

    #[test]
    fn someone_in_several_is_whole_once_all_have_listed_them() {
        check(&[(2, &[2, 3]), (3, &[2, 3])], &[None, Some(&[2, 3])], &[]);
    }

    #[test]
    fn a_department_that_lists_someone_counts_even_if_it_is_not_named() {
        check(&[(2, &[]), (3, &[2])], &[Some(&[2]), None], &[2]);
    }

    #[test]
    fn the_same_listing_twice_is_one() {
        check(
            &[(2, &[2, 3]), (2, &[2, 3]), (3, &[2, 3]), (2, &[2, 3])],
            &[None, None, Some(&[2, 3]), None],
            &[],
        );
    }

    #[test]
    fn someone_who_moves_meanwhile_is_taken_as_the_last_listing_says() {
        check(&[(2, &[2]), (3, &[3])], &[Some(&[2]), Some(&[3])], &[]);
        check(&[(2, &[2, 3]), (4, &[2, 4])], &[None, Some(&[2, 4])], &[]);
    }

    #[test]
    fn special_departments_are_not_waited_for() {
        check(&[(2, &[2, -7])], &[Some(&[2])], &[]);
    }
}
