//! The tables of the page that become a stack of cards on narrow screens: heads, roles and labels in one place.

use maud::{Markup, html};

/// One column. The roles are written out because the styles of narrow screens take the table's own away.
#[derive(Clone, Copy)]
pub(super) struct Column {
    label: &'static str,
    class: Option<&'static str>,
}

impl Column {
    /// A column as wide as what is in it.
    pub(super) const fn new(label: &'static str) -> Self {
        Self { label, class: None }
    }

    /// A column of numbers.
    pub(super) const fn number(label: &'static str) -> Self {
        Self { label, class: Some("number") }
    }

    /// The column that takes what room is left.
    pub(super) const fn wide(label: &'static str) -> Self {
        Self { label, class: Some("wide") }
    }
}

/// A table in a frame, whose rows the filter knows as `items`.
pub(super) fn framed(class: &str, caption: &str, columns: &[Column], items: &str, rows: &Markup) -> Markup {
    html! {
        div.table-frame {
            table.stack.(class) role="table" {
                caption { (caption) }
                (head(columns))
                tbody role="rowgroup" data-items=(items) { (rows) }
            }
        }
    }
}

/// The heads of columns.
pub(super) fn head(columns: &[Column]) -> Markup {
    html! {
        thead role="rowgroup" {
            tr role="row" {
                @for column in columns {
                    th class=[column.class.filter(|class| *class == "wide")] scope="col" role="columnheader" { (column.label) }
                }
            }
        }
    }
}

/// The cells of one row; the first is its head.
pub(super) fn cells<const N: usize>(columns: &[Column; N], cells: [Markup; N]) -> Markup {
    html! {
        @for (number, (column, cell)) in columns.iter().zip(cells).enumerate() {
            @if number == 0 {
                th scope="row" role="rowheader" data-label=(column.label) { (cell) }
            } @else {
                td class=[column.class] role="cell" data-label=(column.label) { (cell) }
            }
        }
    }
}
