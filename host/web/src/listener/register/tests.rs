//! Who gives way to whom.

use std::time::Duration;

use super::*;

/// A register, and a clock that goes on by a second with everything that happens.
struct Bench {
    register: Register,
    now: Instant,
    ends: BTreeMap<Id, Cancel>,
}

impl Bench {
    fn new() -> Self {
        Self { register: Register::default(), now: Instant::now(), ends: BTreeMap::new() }
    }

    fn tick(&mut self) -> Instant {
        self.now += Duration::from_secs(1);
        self.now
    }

    fn enter(&mut self, peer: Option<IpAddr>) -> Id {
        let id = self.enter_unseen(peer);
        let now = self.tick();
        self.register.waits_for_first(id, now);
        id
    }

    /// One on which nobody has looked yet whether something came.
    fn enter_unseen(&mut self, peer: Option<IpAddr>) -> Id {
        let (id, end) = self.register.enter(peer).expect("there is room, or somebody gives way");
        self.ends.insert(id, end);
        id
    }

    /// So many connections, each of an address of its own.
    fn enter_many(&mut self, n: usize) -> Vec<Id> {
        (0..n).map(|n| self.enter(Some(address(n)))).collect()
    }

    fn admit(&mut self, id: Id, class: Class, asker: IpAddr) -> bool {
        let now = self.tick();
        self.register.admit(id, class, asker, now)
    }

    fn answered(&mut self, id: Id) {
        let now = self.tick();
        self.register.answered(id, now);
    }

    /// Those of these that had to go.
    fn gone(&self, ids: &[Id]) -> Vec<usize> {
        ids.iter().enumerate().filter(|(_, id)| self.ends[id].is_cancelled()).map(|(n, _)| n).collect()
    }
}

fn address(n: usize) -> IpAddr {
    let n = u32::try_from(n).unwrap();
    IpAddr::from((0x0a00_0000 + n).to_be_bytes())
}

#[test]
fn when_all_connections_are_taken_the_one_that_is_silent_longest_gives_way() {
    let mut bench = Bench::new();
    let silent = bench.enter_many(MAX_CONNECTIONS);
    assert_eq!(bench.gone(&silent), Vec::<usize>::new());
    let newest = bench.enter(Some(address(MAX_CONNECTIONS)));
    assert_eq!(bench.gone(&silent), [0]);
    assert_eq!(bench.gone(&[newest]), Vec::<usize>::new());
}

#[test]
fn a_connection_does_not_give_way_before_somebody_has_looked_at_what_came_with_it() {
    let mut bench = Bench::new();
    let unseen = bench.enter_unseen(Some(address(7)));
    let flood: Vec<_> = (0..MAX_CONNECTIONS + 9).map(|_| bench.enter(Some(address(7)))).collect();
    assert_eq!(
        (bench.gone(&[unseen]), bench.gone(&flood).len()),
        (Vec::new(), MAX_CONNECTIONS + 9 - MAX_WAITING_OF_ONE_ADDRESS)
    );
    assert!(bench.admit(unseen, Class::Callbacks, address(7)));
}

#[test]
fn one_address_drives_out_its_own_connections_alone() {
    let mut bench = Bench::new();
    let others = bench.enter_many(3);
    let flood: Vec<_> = (0..MAX_WAITING_OF_ONE_ADDRESS + 5).map(|_| bench.enter(Some(address(99)))).collect();
    assert_eq!(bench.gone(&flood), [0, 1, 2, 3, 4]);
    assert_eq!(bench.gone(&others), Vec::<usize>::new());
}

#[test]
fn connections_of_a_trusted_proxy_are_no_address_of_their_own() {
    let mut bench = Bench::new();
    let proxied: Vec<_> = (0..MAX_CONNECTIONS).map(|_| bench.enter(None)).collect();
    assert_eq!(bench.gone(&proxied), Vec::<usize>::new());
}

#[test]
fn what_lies_idle_between_two_requests_gives_way_before_what_asks_for_the_first_time() {
    let mut bench = Bench::new();
    let all = bench.enter_many(MAX_CONNECTIONS);
    for id in &all[5..7] {
        assert!(bench.admit(*id, Class::Pages, address(5)));
        bench.answered(*id);
    }
    bench.enter(Some(address(600)));
    assert_eq!(bench.gone(&all), [5]);
    // Who is being served does not give way, nor is one that is served again idle any more.
    assert!(bench.admit(all[6], Class::Pages, address(5)));
    bench.enter(Some(address(601)));
    assert_eq!(bench.gone(&all), [0, 5]);
}

#[test]
fn of_those_who_wait_for_the_same_whoever_has_most_gives_way_first() {
    let mut bench = Bench::new();
    let all = bench.enter_many(MAX_CONNECTIONS - 2);
    let two = [bench.enter(Some(address(9_999))), bench.enter(Some(address(9_999)))];
    bench.enter(Some(address(8_888)));
    assert_eq!((bench.gone(&all), bench.gone(&two)), (Vec::new(), vec![0]));
}

#[test]
fn a_request_whose_body_does_not_come_gives_its_place_to_the_next_one() {
    for class in [Class::Callbacks, Class::Health, Class::Doors, Class::Pages, Class::Programs] {
        let mut bench = Bench::new();
        let slow = bench.enter_many(class.places());
        for (n, id) in slow.iter().enumerate() {
            assert!(bench.admit(*id, class, address(n)));
            bench.register.waits_for_body(*id);
        }
        let newest = bench.enter(Some(address(700)));
        assert!(bench.admit(newest, class, address(700)), "{class:?}");
        assert_eq!(bench.gone(&slow), [0], "{class:?}");
    }
}

#[test]
fn a_body_that_comes_byte_by_byte_makes_its_request_no_younger() {
    let mut bench = Bench::new();
    let class = Class::Doors;
    let slow = bench.enter_many(class.places());
    for (n, id) in slow.iter().enumerate() {
        assert!(bench.admit(*id, class, address(n)));
        bench.register.waits_for_body(*id);
    }
    let now = bench.tick();
    bench.register.goes_on(slow[0], Wait::Body, now);
    bench.register.waits_for_body(slow[0]);
    let newest = bench.enter(Some(address(700)));
    assert!(bench.admit(newest, class, address(700)));
    assert_eq!(bench.gone(&slow), [0]);
}

#[test]
fn who_is_being_served_keeps_their_place_and_the_next_one_is_told_to_come_back() {
    let mut bench = Bench::new();
    let class = Class::Pages;
    let served = bench.enter_many(class.places());
    for (n, id) in served.iter().enumerate() {
        assert!(bench.admit(*id, class, address(n)));
    }
    let next = bench.enter(Some(address(700)));
    assert!(!bench.admit(next, class, address(700)));
    assert_eq!(bench.gone(&served), Vec::<usize>::new());
    // Other kinds have their places still, and a place that is free is taken.
    assert!(bench.admit(next, Class::Callbacks, address(700)));
    bench.answered(served[3]);
    assert!(bench.admit(served[3], class, address(700)));
}

#[test]
fn one_address_takes_no_more_than_half_of_the_places_but_all_of_those_for_callbacks() {
    for class in [Class::Callbacks, Class::Doors, Class::Pages, Class::Programs] {
        let mut bench = Bench::new();
        let all = bench.enter_many(class.places());
        let n_admitted = all.iter().filter(|id| bench.admit(**id, class, address(5))).count();
        let expected = if class == Class::Callbacks { class.places() } else { class.places() / 2 };
        assert_eq!(n_admitted, expected, "{class:?}");
    }
}

#[test]
fn an_answer_that_is_not_taken_gives_way_and_one_that_is_taken_again_is_served() {
    let mut bench = Bench::new();
    let all = bench.enter_many(Class::Doors.places());
    for (n, id) in all.iter().enumerate() {
        assert!(bench.admit(*id, Class::Doors, address(n)));
    }
    for id in &all[..2] {
        let now = bench.tick();
        bench.register.waits_for_reader(*id, now);
    }
    let now = bench.tick();
    bench.register.goes_on(all[0], Wait::Reading, now);
    let next = bench.enter(Some(address(700)));
    assert!(bench.admit(next, Class::Doors, address(700)));
    assert_eq!(bench.gone(&all), [1]);
}

#[test]
fn what_goes_on_for_as_long_as_somebody_watches_has_no_place_of_a_page() {
    let mut bench = Bench::new();
    let watched = bench.enter_many(Class::Pages.places());
    for (n, id) in watched.iter().enumerate() {
        assert!(bench.admit(*id, Class::Pages, address(n)));
        bench.register.streams(*id);
    }
    let next = bench.enter(Some(address(700)));
    assert!(bench.admit(next, Class::Pages, address(700)));
    assert_eq!(bench.gone(&watched), Vec::<usize>::new());
}

#[test]
fn without_descriptors_an_eighth_of_those_who_wait_gives_way_and_nobody_who_is_served() {
    let mut bench = Bench::new();
    let all = bench.enter_many(20);
    for id in &all[..10] {
        assert!(bench.admit(*id, Class::Callbacks, address(5)));
    }
    assert_eq!(bench.register.make_room(), 2);
    assert_eq!(bench.gone(&all), [10, 11]);
    assert!((0..20).map(|_| bench.register.make_room()).sum::<usize>() == 8);
    assert_eq!(bench.register.make_room(), 0);
}

#[test]
fn one_that_has_given_way_is_nobody_any_more() {
    let mut bench = Bench::new();
    let all = bench.enter_many(MAX_CONNECTIONS + 1);
    assert!(!bench.admit(all[0], Class::Callbacks, address(0)));
    bench.register.waits_for_body(all[0]);
    bench.answered(all[0]);
    bench.register.leave(all[0]);
    assert_eq!(bench.register.open.len(), MAX_CONNECTIONS);
}
