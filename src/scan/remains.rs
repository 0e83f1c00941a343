//! What a run leaves in memory. Taking it apart takes longer than many of a run's stages, and nothing waits for it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Holds what a run leaves behind until it is dropped itself; who ends the process next need not drop it.
#[derive(Clone, Default)]
pub struct Remains {
    _held: Option<Arc<dyn Any + Send + Sync>>,
}

impl Remains {
    /// Keeps something.
    pub(crate) fn of(thing: impl Any + Send + Sync) -> Self {
        Self { _held: Some(Arc::new(thing)) }
    }
}

impl fmt::Debug for Remains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remains")
    }
}
