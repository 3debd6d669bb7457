//! A company of every shape arrives byte for byte as the simulator's state says it must: natively in every mode, and once
//! through everything real.

use crate::companies;
use crate::expectation::{View, assert_same, export};
use crate::harness::pair::{Pair, app_key, both};
use crate::harness::program::Office;
use crate::harness::real::Real;
use rollcall_dingtalk_simulator::{
    AccessLimited, Company, EmptyLists, ExpiredToken, Fault, FieldPermissions, GenerateOptions, LastCursor,
    MemberCounts, Mutation, RootParent, Rule, Scope, Simulator, Switches, UnknownUser, UserId,
};
use rollcall_host::history::RunState;
use serde_json::Value;
use std::collections::BTreeSet;
use std::thread;

both! {
    every_shape_arrives_as_it_is,
    every_shape_arrives_with_all_details,
    every_shape_arrives_without_field_permissions,
    a_part_of_the_company_arrives_as_that_part,
    what_nobody_has_confirmed_about_dingtalk_changes_nothing,
    quoted_numbers_special_departments_and_a_circle_change_nothing,
    companies_made_at_random_arrive_as_they_are,
}

fn every_shape_arrives_as_it_is<P: Pair>() {
    check::<P>(companies::shapes(), false);
}

fn every_shape_arrives_with_all_details<P: Pair>() {
    check::<P>(companies::shapes(), true);
}

fn every_shape_arrives_without_field_permissions<P: Pair>() {
    for field_permissions in [
        FieldPermissions { mobile: false, personal: true },
        FieldPermissions { mobile: true, personal: false },
        FieldPermissions { mobile: false, personal: false },
    ] {
        let mut company = companies::shapes();
        change(&mut company, &Mutation::SetFieldPermissions { app_key: app_key(), field_permissions });
        check::<P>(company, false);
    }
}

fn a_part_of_the_company_arrives_as_that_part<P: Pair>() {
    let level = |n: i64| 900_000_000 - n;
    let with_people = |scope: Scope, people: &[&str]| Scope {
        authed_user: people.iter().map(|userid| UserId::from(*userid)).collect(),
        ..scope
    };
    for scope in [
        Scope::departments([companies::department_of(101)]),
        // One inside the other, the inner one named first; and a sibling of the outer.
        Scope::departments([level(9), level(3), level(3) - 50_000]),
        // People who are nowhere visible, in a visible department as well, and in two of which one is.
        with_people(Scope::departments([level(14)]), &["full", "level15", "both-ends", "everywhere"]),
        with_people(Scope::empty(), &["full", "everywhere", "empty"]),
        with_people(Scope::departments([1]), &["full"]),
        Scope::departments([level(1), level(2), level(3), level(15), companies::department_of(0)]),
    ] {
        for details in [false, true] {
            let mut company = companies::shapes();
            let set = Mutation::SetScope { app_key: app_key(), scope: scope.clone() };
            change(&mut company, &set);
            check::<P>(company, details);
        }
    }
}

fn what_nobody_has_confirmed_about_dingtalk_changes_nothing<P: Pair>() {
    let switches = [
        Switches { root_parent: RootParent::Zero, ..Switches::default() },
        Switches { root_parent: RootParent::Null, last_cursor: LastCursor::Present, ..Switches::default() },
        Switches {
            empty_lists: EmptyLists::Empty,
            member_counts: MemberCounts::Present,
            ..Switches::default()
        },
        Switches {
            empty_lists: EmptyLists::Missing,
            unknown_user: UnknownUser::Code33012,
            ..Switches::default()
        },
        Switches {
            expired_token: ExpiredToken::Code42001,
            token_life_s: 5,
            delay_ms: 400,
            ..Switches::default()
        },
        Switches { access_limited: AccessLimited::LeftOut, ..Switches::default() },
    ];
    for switches in switches {
        for details in [false, true] {
            let simulator = Simulator::new(companies::shapes()).with_switches(switches.clone());
            check_simulator::<P>(simulator, details);
        }
    }
}

fn quoted_numbers_special_departments_and_a_circle_change_nothing<P: Pair>() {
    for fault in [Fault::QuotedScalars, Fault::NegativeDepartments, Fault::Cycle] {
        let mut simulator = Simulator::new(companies::branches(20));
        simulator.inject(Rule::new(fault).always());
        let pair = P::over(simulator);
        pair.import();
        assert_same(&pair.documents(), &View::of(&pair.company()).documents());
    }
}

fn companies_made_at_random_arrive_as_they_are<P: Pair>() {
    for seed in 0..12 {
        let options = GenerateOptions {
            seed,
            n_departments: 25,
            n_users: 150,
            exact_members: vec![0, 1, 101],
            ..GenerateOptions::default()
        };
        let mut company = Company::generate(&options);
        // The tests' own application beside the generated one, which has another key.
        change(&mut company, &Mutation::AddApp(companies::app()));
        let view = |details| View {
            details,
            app: company.app(&app_key()).expect("it was added"),
            ..View::of(&company)
        };
        for details in [false, true] {
            let pair = P::new(company.clone());
            pair.set_details(details);
            pair.set("corp_id", company.corp_id().as_str().into());
            pair.import();
            assert_same(&pair.documents(), &view(details).documents());
        }
    }
}

#[test]
fn every_shape_arrives_through_everything_real() {
    let mut real = Real::new(companies::shapes());
    real.settings["requests_per_second"] = 60.into();
    let company = companies::shapes();
    let view = View::of(&company);
    let first = real.sync();
    assert_eq!((first.state, first.counters.created), (RunState::Succeeded, view.len()));
    assert_same(&real.documents(), &view.documents());
    let second = real.sync();
    assert_eq!((second.state, second.counters.unchanged), (RunState::Succeeded, view.len()));
    assert_eq!(real.platform.changes(&second.run), []);
}

#[test]
fn details_and_a_part_of_the_company_arrive_through_everything_real() {
    let mut company = companies::branches(12);
    let scope =
        Scope { authed_user: vec![UserId::from("b005p0")], ..Scope::departments([700_000_001, 700_000_009]) };
    change(&mut company, &Mutation::SetScope { app_key: app_key(), scope });
    let mut real = Real::new(company.clone());
    real.settings["details"] = true.into();
    real.settings["person_details"] = true.into();
    real.settings["requests_per_second"] = 60.into();
    assert_eq!(real.sync().state, RunState::Succeeded);
    assert_same(&real.documents(), &View { details: true, ..View::of(&company) }.documents());
}

#[test]
fn whatever_is_held_in_the_middle_of_an_import_hangs_together() {
    let real = Real::new(companies::branches(40));
    let looks = thread::scope(|scope| {
        let import = scope.spawn(|| real.sync());
        let mut looks = Vec::new();
        while !import.is_finished() {
            looks.push(look(&real));
        }
        assert_eq!(import.join().expect("it ends").state, RunState::Succeeded);
        looks
    });
    let whole = look(&real);
    let is_in_the_middle = |look: &&Look| 0 < look.n_people && look.n_people < whole.n_people;
    assert!(looks.iter().any(|look| is_in_the_middle(&look)), "nothing was seen of the import under way");
    let apart: Vec<_> = looks.iter().filter(|look| !look.missing.is_empty()).collect();
    assert_eq!(apart, Vec::<&Look>::new());
}

#[test]
fn the_export_of_the_command_line_is_the_expectation_byte_for_byte() {
    let office = Office::new(companies::shapes());
    office.run("sync SOURCE DATA").with_code(0);
    let exported = office.run("directory export NAME DATA").with_code(0);
    let expected = View::of(&companies::shapes()).export();
    let differing = exported.stdout.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert_eq!(differing, None);
    assert_eq!(exported.stdout, expected);
    assert_eq!(export(&View::of(&companies::shapes()).documents()), expected);
}

/// What is held at one moment.
#[derive(Debug, PartialEq)]
struct Look {
    n_people: usize,
    /// Departments that something else names.
    missing: BTreeSet<String>,
}

fn look(real: &Real) -> Look {
    let documents = real.documents();
    let of_type = |wanted: &'static str| {
        documents.iter().filter(move |((resource_type, _), _)| resource_type == wanted)
    };
    let named = documents.values().flat_map(|document| {
        let parent = document.pointer("/parent/value");
        let memberships = document.pointer("/urn:rollcall:scim:schemas:extension:2.0:User/departments");
        let departments = memberships.and_then(Value::as_array).into_iter().flatten();
        parent.into_iter().chain(departments.map(|department| &department["value"]))
    });
    let named = named.filter_map(Value::as_str).map(str::to_owned).collect::<BTreeSet<_>>();
    let held = of_type("Department").map(|((_, id), _)| id.clone()).collect();
    Look { n_people: of_type("User").count(), missing: named.difference(&held).cloned().collect() }
}

#[track_caller]
fn check<P: Pair>(company: Company, details: bool) {
    check_simulator::<P>(Simulator::new(company), details);
}

/// The first run leaves what must be there, the second finds nothing to write.
#[track_caller]
fn check_simulator<P: Pair>(simulator: Simulator, details: bool) {
    let company = simulator.company().clone();
    let expected = View { details, ..View::of(&company) };
    let pair = P::over(simulator);
    pair.set_details(details);
    let summary = pair.import();
    assert_same(&pair.documents(), &expected.documents());
    assert_eq!((summary.read, summary.unchanged, summary.skipped), (expected.len(), 0, 0));
    pair.forget();
    let again = pair.import();
    assert_eq!((again.read, again.unchanged), (expected.len(), expected.len()));
    assert_eq!(pair.take_written(), []);
}

#[track_caller]
fn change(company: &mut Company, mutation: &Mutation) {
    company.apply(mutation).expect("the mutation is possible");
}
