//! Tables, whose rows are cards where the window is narrow: each cell says the name of its column then.
//!
//! Not here: how either looks, which is in the style sheet; and the box around a table, which is its page's.

use maud::{Markup, html};
use rollcall_words::Sentence;

use crate::visitor::Preferences;

/// What is the same in all cells below each other.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    name: String,
    class: Option<&'static str>,
    help: Option<String>,
    is_silent: bool,
}

impl Column {
    /// A column of words.
    pub(crate) const fn new(name: String) -> Self {
        Self { name, class: None, help: None, is_silent: false }
    }

    /// A column of numbers.
    pub(crate) const fn number(name: String) -> Self {
        Self::new(name).with_class("number")
    }

    /// A column whose name is there only for those who do not see the table, such as one of buttons.
    pub(crate) const fn silent(name: String) -> Self {
        Self { name, class: None, help: None, is_silent: true }
    }

    /// The same, with cells of this class.
    pub(crate) const fn with_class(mut self, class: &'static str) -> Self {
        self.class = Some(class);
        self
    }

    /// The same, with what its name means.
    pub(crate) fn with_help(mut self, help: String) -> Self {
        self.help = Some(help);
        self
    }

    /// What its cells say on a card.
    fn label(&self) -> Option<&str> {
        (!self.is_silent).then_some(self.name.as_str())
    }
}

/// Columns of words alone.
pub(crate) fn columns<const N: usize>(reader: Preferences, names: [Sentence; N]) -> Vec<Column> {
    names.into_iter().map(|name| Column::new(reader.say(name))).collect()
}

/// One row. Its first cell says whose row it is; a cell without anything in it is not drawn on a card.
#[derive(Debug)]
pub(crate) struct Row {
    id: Option<String>,
    cells: Vec<Markup>,
}

impl Row {
    /// The same, as the place that an address can name.
    pub(crate) fn with_id(mut self, id: String) -> Self {
        self.id = Some(id);
        self
    }
}

impl From<Vec<Markup>> for Row {
    fn from(cells: Vec<Markup>) -> Self {
        Self { id: None, cells }
    }
}

impl<const N: usize> From<[Markup; N]> for Row {
    fn from(cells: [Markup; N]) -> Self {
        Self::from(Vec::from(cells))
    }
}

/// A table of these columns.
pub(crate) fn table<R: Into<Row>>(columns: &[Column], rows: impl IntoIterator<Item = R>) -> Markup {
    table_with_class(None, columns, rows)
}

/// A table of a class of its own.
// The roles are what the elements mean anyhow, until the style sheet draws them as something else than a table: then browsers
// would no longer say that it is one.
pub(crate) fn table_with_class<R: Into<Row>>(
    class: Option<&str>,
    columns: &[Column],
    rows: impl IntoIterator<Item = R>,
) -> Markup {
    html! {
        table class=[class] role="table" {
            thead role="rowgroup" { tr role="row" { @for column in columns { (head(column)) } } }
            tbody role="rowgroup" { @for row in rows { (draw(columns, &row.into())) } }
        }
    }
}

fn head(column: &Column) -> Markup {
    html! {
        th role="columnheader" scope="col" class=[column.class] title=[column.help.as_deref()] {
            @if column.is_silent { span class="sr" { (column.name) } } @else { (column.name) }
        }
    }
}

fn draw(columns: &[Column], row: &Row) -> Markup {
    html! {
        tr role="row" id=[row.id.as_deref()] {
            @for (place, (column, cell)) in columns.iter().zip(&row.cells).enumerate() {
                @if place == 0 {
                    th role="rowheader" scope="row" class=[column.class] { (cell) }
                } @else {
                    td role="cell" class=[column.class] data-label=[column.label()] { (cell) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_says_its_column_but_for_the_first_and_for_buttons() {
        let columns = [
            Column::new("Name".to_owned()),
            Column::number("People".to_owned()),
            Column::silent("Actions".to_owned()),
        ];
        let row = Row::from([html! { "A" }, html! { "1" }, html! {}]).with_id("a".to_owned());

        let drawn = draw(&columns, &row).into_string();

        assert_eq!(
            drawn,
            concat!(
                r#"<tr role="row" id="a"><th role="rowheader" scope="row">A</th>"#,
                r#"<td role="cell" class="number" data-label="People">1</td><td role="cell"></td></tr>"#,
            )
        );
    }
}
