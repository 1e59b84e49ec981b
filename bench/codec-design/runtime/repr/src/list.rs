//! A list that is one word long, and allocates exactly what it holds once it is filled.

use std::ops::Deref;

use thin_vec::ThinVec;

#[derive(Clone, Debug, PartialEq)]
pub struct List<T>(ThinVec<T>);

impl<T> List<T> {
    /// Appends a value, to be filled in place by the caller.
    pub fn grow(&mut self) -> &mut T
    where
        T: Default,
    {
        self.push(T::default());
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    pub fn push(&mut self, value: T) {
        if self.0.len() == self.0.capacity() {
            self.0.reserve_exact(self.0.len().max(1));
        }
        self.0.push(value);
    }

    pub fn insert(&mut self, at: usize, value: T) {
        self.0.insert(at, value);
    }

    pub fn reserve_exact(&mut self, more: usize) {
        self.0.reserve_exact(more);
    }

    pub fn extend_from_slice(&mut self, values: &[T])
    where
        T: Clone,
    {
        self.0.reserve_exact(values.len());
        self.0.extend_from_slice(values);
    }

    /// Gives back what growing by doubling left over.
    pub fn fit(&mut self) {
        if self.0.len() != self.0.capacity() {
            self.0.shrink_to_fit();
        }
    }

    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        List(ThinVec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}
