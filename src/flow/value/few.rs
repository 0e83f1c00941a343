//! Lists that are mostly empty and often cloned.

use std::ops::Deref;
use std::sync::Arc;

/// A short list. An empty one takes no memory of its own, and a clone shares that of its original.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Few<T>(Option<Arc<[T]>>);

impl<T> Few<T> {
    /// None.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Just one.
    pub fn one(it: T) -> Self {
        Self(Some(Arc::new([it])))
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::none()
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Arc<[T]> = items.into_iter().collect();
        Self((!items.is_empty()).then_some(items))
    }
}
