//! Which local names are visible where, so that a bare name can be told from a field or a receiver.

use crate::ir::Name;

/// Names declared in the functions and blocks that are open.
#[derive(Default)]
pub(crate) struct Scope {
    names: Vec<Name>,
    /// Names before this index belong to functions that the current one cannot see.
    floor: usize,
}

/// The state of a scope before a block or function was opened.
pub(crate) struct Mark {
    len: usize,
    floor: usize,
}

impl Scope {
    /// Opens a block; what is outside stays visible only if `sees_outside`.
    pub fn open(&mut self, sees_outside: bool) -> Mark {
        let mark = Mark { len: self.names.len(), floor: self.floor };
        if !sees_outside {
            self.floor = mark.len;
        }
        mark
    }

    /// Forgets what was declared since.
    pub fn close(&mut self, mark: Mark) {
        self.names.truncate(mark.len);
        self.floor = mark.floor;
    }

    /// Declares a local name.
    pub fn declare(&mut self, name: Name) {
        self.names.push(name);
    }

    /// Whether a name is a local one here.
    pub fn contains(&self, name: &str) -> bool {
        self.names.get(self.floor..).is_some_and(|names| names.iter().rev().any(|n| n == name))
    }
}
