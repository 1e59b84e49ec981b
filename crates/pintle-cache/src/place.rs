//! [`Somewhere`], where an informer's objects are, which is decided when the program runs.

use pintle_client::Place;

/// A namespace, or everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Somewhere(pub(crate) Option<String>);

impl Place for Somewhere {
    fn namespace(&self) -> Option<&str> {
        self.0.as_deref()
    }
}
