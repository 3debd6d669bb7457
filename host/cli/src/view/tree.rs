//! An organisation as a tree, from the top.

use super::Audience;
use super::layout::plain;
use crate::messages;
use crate::organisation::{DepartmentNode, Organisation, PersonLine};
use rollcall_browse::Stray;
use rollcall_words::Sentence;

/// The tree, and a line that counts.
pub(crate) fn lines(organisation: &Organisation, reader: &Audience) -> Vec<String> {
    let mut lines = Vec::new();
    let branches = branches(organisation, reader);
    // Whether there is more to come at each depth, found by going back from the end.
    let mut more = Vec::new();
    for Branch { depth, text } in branches.iter().rev() {
        lines.push(format!("{}{text}", stem(&more, *depth, reader)));
        more.resize(depth.saturating_add(1), false);
        if let Some(here) = more.get_mut(*depth) {
            *here = true;
        }
    }
    lines.reverse();
    lines.push(String::new());
    let (n_departments, n_people) = (organisation.departments.len(), organisation.n_people);
    lines.push(
        messages::tree_sum(departments(n_departments), people(n_people)).to(reader.language).to_owned(),
    );
    lines
}

/// A line and how far from the top it stands.
struct Branch {
    depth: usize,
    text: String,
}

fn branches(organisation: &Organisation, reader: &Audience) -> Vec<Branch> {
    let mut branches = Vec::new();
    for department in &organisation.departments {
        let depth = department.depth;
        branches.push(Branch { depth, text: department_text(department, reader) });
        branches.extend(people_branches(&department.people, depth.saturating_add(1), reader));
    }
    if !organisation.people_without_department.is_empty() {
        let text = messages::without_department().to(reader.language).to_owned();
        branches.push(Branch { depth: 0, text });
        branches.extend(people_branches(&organisation.people_without_department, 1, reader));
    }
    branches
}

fn people_branches(people: &[PersonLine], depth: usize, reader: &Audience) -> impl Iterator<Item = Branch> {
    people.iter().map(move |person| Branch { depth, text: person_text(person, reader) })
}

/// The lines that lead to a branch: those of the depths above it that go on below, and its own.
fn stem(more: &[bool], depth: usize, reader: &Audience) -> String {
    let goes_on = |depth: usize| more.get(depth).copied().unwrap_or(false);
    let mut stem = String::new();
    for above in 1..depth {
        stem.push_str(if goes_on(above) { reader.sign("│  ", "|  ") } else { "   " });
    }
    if 0 < depth {
        stem.push_str(if goes_on(depth) {
            reader.sign("├─ ", "|- ")
        } else {
            reader.sign("└─ ", "`- ")
        });
    }
    stem
}

fn department_text(department: &DepartmentNode, reader: &Audience) -> String {
    let to = |sentence: Sentence| sentence.to(reader.language).to_owned();
    let DepartmentNode { external_id, display_name, people: own, n_people_in_all, .. } = department;
    let count = if own.len() == *n_people_in_all {
        people(*n_people_in_all)
    } else {
        messages::people_in_all(people(own.len()), n_people_in_all)
    };
    let stray =
        department.stray.map(|stray| format!("; {}", to(stray_text(stray, department)))).unwrap_or_default();
    format!("{} [{}] {}{stray}", plain(display_name), plain(external_id), to(count))
}

fn stray_text(stray: Stray, department: &DepartmentNode) -> Sentence {
    let parent = plain(department.parent.as_deref().unwrap_or_default());
    match stray {
        Stray::ParentNotHeld => messages::parent_not_held(parent),
        Stray::Circular => messages::parent_circular(parent),
    }
}

fn person_text(person: &PersonLine, reader: &Audience) -> String {
    let title = person.title.as_ref().map(|title| format!(" {}", plain(title))).unwrap_or_default();
    let mark = |marked: bool, word: Sentence| marked.then(|| format!(" ({})", word.to(reader.language)));
    let leader = mark(person.leader, messages::word_leader()).unwrap_or_default();
    let departed = mark(person.departed, messages::word_departed()).unwrap_or_default();
    format!("{} [{}]{title}{leader}{departed}", plain(&person.display_name), plain(&person.external_id))
}

fn people(n: usize) -> Sentence {
    if n == 1 { messages::one_person() } else { messages::several_people(n) }
}

fn departments(n: usize) -> Sentence {
    if n == 1 { messages::one_department() } else { messages::several_departments(n) }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn person(id: &str, name: &str) -> PersonLine {
        PersonLine {
            external_id: id.to_owned(),
            display_name: name.to_owned(),
            title: None,
            order: None,
            leader: false,
            departed: false,
        }
    }

    fn department(
        depth: usize,
        id: &str,
        name: &str,
        people: Vec<PersonLine>,
        n_people_in_all: usize,
    ) -> DepartmentNode {
        DepartmentNode {
            external_id: id.to_owned(),
            display_name: name.to_owned(),
            parent: Some("up".to_owned()),
            order: None,
            depth,
            stray: None,
            people,
            n_people_in_all,
        }
    }

    fn organisation() -> Organisation {
        let lead = PersonLine { leader: true, title: Some("工程师".to_owned()), ..person("u1", "小红") };
        let gone = PersonLine { departed: true, ..person("u9", "Li") };
        let stray =
            DepartmentNode { stray: Some(Stray::ParentNotHeld), ..department(0, "7", "Stray", vec![], 0) };
        Organisation {
            departments: vec![
                department(0, "1", "飞华", vec![person("u0", "Boss")], 4),
                department(1, "2", "R&D", vec![lead, gone], 2),
                department(2, "4", "Deep", vec![], 0),
                department(1, "3", "Operations", vec![person("u2", "Wang")], 1),
                stray,
            ],
            people_without_department: vec![person("u5", "\u{1b}[31mRed")],
            n_people: 5,
        }
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
    fn check(organisation: &Organisation, reader: &Audience, expected: Expect) {
        expected.assert_eq(&lines(organisation, reader).join("\n"));
    }

    #[test]
    fn people_stand_in_their_departments() {
        check(
            &organisation(),
            &Audience::ENGLISH,
            expect![[r#"
            飞华 [1] 1 person, 4 in all
            ├─ Boss [u0]
            ├─ R&D [2] 2 people
            │  ├─ 小红 [u1] 工程师 (leader)
            │  ├─ Li [u9] (departed)
            │  └─ Deep [4] 0 people
            └─ Operations [3] 1 person
               └─ Wang [u2]
            Stray [7] 0 people; its parent [up] is not held
            Without a department
            └─ \u{1b}[31mRed [u5]

            5 departments, 5 people"#]],
        );
        check(
            &organisation(),
            &Audience::CHINESE,
            expect![[r#"
            飞华 [1] 直属 1 人，共 4 人
            ├─ Boss [u0]
            ├─ R&D [2] 2 人
            │  ├─ 小红 [u1] 工程师 (主管)
            │  ├─ Li [u9] (已离开)
            │  └─ Deep [4] 0 人
            └─ Operations [3] 1 人
               └─ Wang [u2]
            Stray [7] 0 人; 未持有上级部门 [up]
            不属于任何部门
            └─ \u{1b}[31mRed [u5]

            共 5 个部门，5 人"#]],
        );
        check(
            &organisation(),
            &Audience::ASCII,
            expect![[r#"
            飞华 [1] 1 person, 4 in all
            |- Boss [u0]
            |- R&D [2] 2 people
            |  |- 小红 [u1] 工程师 (leader)
            |  |- Li [u9] (departed)
            |  `- Deep [4] 0 people
            `- Operations [3] 1 person
               `- Wang [u2]
            Stray [7] 0 people; its parent [up] is not held
            Without a department
            `- \u{1b}[31mRed [u5]

            5 departments, 5 people"#]],
        );
    }

    #[test]
    fn an_empty_organisation_is_counted() {
        check(
            &Organisation::default(),
            &Audience::ENGLISH,
            expect![[r#"

            0 departments, 0 people"#]],
        );
    }
}
