//! Every member of every structure that DingTalk answers, in every odd form: what it costs is that member. Generated, so
//! that a member that is added is tried as all others are.
//!
//! A seeded sample is tried at each run; all of it with `ROLLCALL_ODD_DATA=all`, compared with the table of
//! `docs/odd-data.md`; and with `ROLLCALL_ODD_DATA=write` that table is written anew. `cargo xtask odd-data` sets it.

mod cases;
mod company;
mod crowd;
mod forms;
mod outcome;
mod pushes;
mod structures;

use crate::limits::MAX_ODD_TOLD;
use company::Company;
use forms::{FORMS, Form};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use structures::{STRUCTURES, Structure};

/// What is said of all of it.
const VARIABLE: &str = "ROLLCALL_ODD_DATA";

/// Where the table stands in the documentation.
const BEGIN: &str = "<!-- What follows is made by a test. -->\n";
const END: &str = "<!-- The end of the tables. -->\n";

/// One case of so many is in the sample.
const STEP: usize = 23;

/// One member in one form.
type Case = (&'static Structure, &'static str, &'static Form);

fn cases() -> Vec<Case> {
    let of = |structure: &'static Structure| {
        let members = structure.members.iter();
        members.flat_map(move |member| FORMS.iter().map(move |form| (structure, *member, form)))
    };
    STRUCTURES.iter().flat_map(of).collect()
}

/// All cases with what they cost, and what is wrong with that.
#[derive(Default)]
struct Tried {
    companies: BTreeMap<&'static str, Company>,
    wrong: Vec<String>,
}

impl Tried {
    fn cell(&mut self, (structure, member, form): Case) -> String {
        let company = self.companies.entry(structure.name).or_insert_with(|| Company::of(structure));
        let outcome = company.with(structure, member, form);
        if let Some(wrong) = outcome.wrong(structure, member) {
            self.wrong.push(format!(
                "{}: {member} as {}: {wrong}: {}",
                structure.name,
                form.name,
                outcome.cell()
            ));
        }
        outcome.cell()
    }
}

#[test]
fn a_sample_of_odd_members_costs_nothing_but_themselves() {
    let (cases, mut tried) = (cases(), Tried::default());
    // Another sample with each change of the list, the same for each run of it.
    for case in cases.iter().skip(cases.len() % STEP).step_by(STEP) {
        tried.cell(*case);
    }
    assert_eq!(tried.wrong, [""; 0]);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how many, and no connector")]
fn every_odd_member_costs_nothing_but_itself_and_the_table_says_what() {
    let Ok(wanted) = std::env::var(VARIABLE) else { return };
    let mut tried = Tried::default();
    let tables = tables(&mut tried);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/odd-data.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (held, after) = rest.split_once(END).unwrap();
    if wanted == "write" {
        std::fs::write(path, format!("{before}{BEGIN}{tables}{END}{after}")).unwrap();
    } else {
        assert_eq!(held, tables, "write it anew with `cargo xtask odd-data --write`");
    }
    assert_eq!(tried.wrong, [""; 0], "{} of {}", tried.wrong.len(), cases().len());
}

fn tables(tried: &mut Tried) -> String {
    let mut tables = String::new();
    for structure in &STRUCTURES {
        let names: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
        let _ = writeln!(tables, "\n### {}\n\n| member | {} |", structure.name, names.join(" | "));
        let _ = writeln!(tables, "| --- |{}", " --- |".repeat(FORMS.len()));
        for member in structure.members {
            let cells: Vec<String> = FORMS.iter().map(|form| tried.cell((structure, member, form))).collect();
            let _ = writeln!(tables, "| `{member}` | {} |", cells.join(" | "));
        }
    }
    tables.push_str(&pushes::tables(&mut tried.wrong));
    tables.push('\n');
    tables
}

#[test]
fn what_is_odd_about_everybody_is_said_of_some_and_counted() {
    let n_people = usize::try_from(MAX_ODD_TOLD).unwrap() + 20;
    let told = company::with_everybody_odd(n_people);
    assert_eq!(
        told,
        (n_people - 19, n_people),
        "a line for each of the first, one for the rest, and nobody is lost"
    );
}
