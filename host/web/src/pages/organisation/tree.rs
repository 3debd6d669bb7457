//! The tree of departments, opened along the way to one of them: links and nested lists, nothing else.
//!
//! Not here: the tree itself, which the store puts together. What a level or a way has too much of is cut, and a link says
//! where the rest is.

use maud::{Markup, html};
use rollcall_browse::{Outline, OutlineDepartment};

use super::address::OrganisationQuery;
use super::words;
use crate::page::count;
use crate::subject::PageContext;

/// Departments of one level that are shown.
///
/// 60. Why: more than a person reads down; the department's own list has them all, page by page.
const LEVEL: usize = 60;

/// Levels that are shown open.
///
/// 12. Why: each is indented, and a way may be thousands long.
const DEPTH: usize = 12;

/// The tree, with this department as the chosen one.
pub(super) fn draw(place: PageContext<'_>, outline: &Outline, chosen: Option<&str>) -> Markup {
    let path = chosen.map(|id| outline.path(id)).unwrap_or_default();
    let (hidden, path) = path.split_at(path.len().saturating_sub(DEPTH));
    let tree = TreeView { place, outline, chosen };
    html! {
        nav aria-label=(place.visitor.say(words::departments())) {
            ul class="tree" {
                @match hidden.last() {
                    Some(above) => {
                        li {
                            (tree.line_to(above, &words::levels_above(count_of(hidden.len()))))
                            ul { (tree.level(&path.iter().take(1).copied().collect::<Vec<_>>(), Some(above), path)) }
                        }
                    }
                    None => (tree.level(&outline.top().collect::<Vec<_>>(), None, path)),
                }
            }
        }
    }
}

struct TreeView<'a> {
    place: PageContext<'a>,
    outline: &'a Outline,
    chosen: Option<&'a str>,
}

impl TreeView<'_> {
    /// One level: these departments, of which the first of the path is open. How deep this goes is bounded by `DEPTH`.
    fn level(
        &self,
        departments: &[&OutlineDepartment],
        above: Option<&OutlineDepartment>,
        path: &[&OutlineDepartment],
    ) -> Markup {
        let (open, rest) = match path.split_first() {
            Some((open, rest)) => (Some(*open), rest),
            None => (None, path),
        };
        let (shown, n_more) = cut(departments, open);
        html! {
            @for department in shown {
                @let is_open = open.is_some_and(|open| open.external_id == department.external_id);
                li {
                    (self.line(department, is_open))
                    @if is_open && 0 < department.n_children {
                        @let below = self.outline.children(&department.external_id).collect::<Vec<_>>();
                        ul { (self.level(&below, Some(department), rest)) }
                    }
                }
            }
            @if 0 < n_more {
                li { div class="line" { a href=(self.list(above)) { (self.say_more(n_more)) } } }
            }
        }
    }

    fn line(&self, department: &OutlineDepartment, is_open: bool) -> Markup {
        let id = department.external_id.as_str();
        let is_chosen = self.chosen == Some(id);
        let n = count(department.n_people_in_all);
        let people = match department.n_people_in_all {
            1 => words::one_person(),
            _ => words::n_people(&n),
        };
        html! {
            div class="line" {
                span class="soft" aria-hidden="true" { (mark(department, is_open)) }
                a href=(OrganisationQuery::in_department(id).href(self.place.source)) aria-current=[is_chosen.then_some("page")] {
                    (department.display_name)
                }
                @if department.stray.is_some() {
                    span class="badge warning" { (self.place.visitor.say(words::stray())) }
                }
                span class="n" {
                    span aria-hidden="true" { (n) }
                    span class="sr" { (self.place.visitor.say(people)) }
                }
            }
        }
    }

    fn line_to(&self, department: &OutlineDepartment, text: &rollcall_words::Sentence) -> Markup {
        let href = OrganisationQuery::in_department(&department.external_id).href(self.place.source);
        html! { div class="line" { a href=(href) { (text.to(self.place.visitor.reader.language)) } } }
    }

    /// Where all departments below this one are listed, or all at the top.
    fn list(&self, above: Option<&OutlineDepartment>) -> String {
        let asked = above.map_or_else(OrganisationQuery::default, |above| {
            OrganisationQuery::in_department(&above.external_id)
        });
        asked.href(self.place.source)
    }

    fn say_more(&self, n: usize) -> String {
        self.place.visitor.say(words::n_more(count_of(n)))
    }
}

fn mark(department: &OutlineDepartment, is_open: bool) -> &'static str {
    match (department.n_children, is_open) {
        (0, _) => "·",
        (_, true) => "▾",
        (_, false) => "▸",
    }
}

/// The first of a level, and the open one wherever it is; how many are left out.
fn cut<'a>(
    level: &[&'a OutlineDepartment],
    open: Option<&'a OutlineDepartment>,
) -> (Vec<&'a OutlineDepartment>, usize) {
    let mut shown: Vec<_> = level.iter().take(LEVEL).copied().collect();
    let is_hidden = |open: &&OutlineDepartment| {
        LEVEL < level.len() && shown.iter().all(|one| one.external_id != open.external_id)
    };
    let hidden = open.filter(is_hidden);
    shown.extend(hidden);
    let n_more = level.len().saturating_sub(shown.len());
    (shown, n_more)
}

fn count_of(n: usize) -> String {
    count(u64::try_from(n).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn departments(n: usize) -> Vec<OutlineDepartment> {
        let one = |n: usize| OutlineDepartment { external_id: n.to_string(), ..OutlineDepartment::default() };
        (0..n).map(one).collect()
    }

    #[test]
    fn a_level_that_fits_is_shown_whole() {
        let level = departments(LEVEL);
        let level: Vec<_> = level.iter().collect();
        let (shown, n_more) = cut(&level, level.last().copied());
        assert_eq!((shown, n_more), (level, 0));
    }

    #[test]
    fn the_open_department_is_shown_though_its_level_is_cut() {
        let level = departments(LEVEL + 3);
        let level: Vec<_> = level.iter().collect();
        let (shown, n_more) = cut(&level, Some(level[LEVEL + 1]));
        assert_eq!((shown.len(), shown[LEVEL].external_id.as_str(), n_more), (LEVEL + 1, "61", 2));
    }
}
