//! [`Documents`], which lets equal JSON inside many objects share its text.

use std::fmt;

use crate::Str;
use crate::interner::{Interner, hash};

/// The JSON inside objects that was read lately: mostly the fields that managers own, which are the
/// same in every pod of a workload and the largest part of it.
///
/// Where the end of a document is not known, it is looked for by how it starts: an object of JSON
/// ends where its bracket does, and text that starts with a whole object is that object. What is
/// found so was checked when it was first read. Where the end is known, or has been found, the
/// whole text is looked for, among many more.
pub(crate) struct Documents {
    /// Sets of places: a document may stand at any place of the set that its start names.
    places: Box<[Str]>,
    /// The place of a set that the next new document takes.
    next: usize,
    /// Whole texts, which nobody may have looked into.
    texts: Interner,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            places: Box::default(),
            next: 0,
            texts: Interner::of_at_most(MAX_TEXTS),
        }
    }
}

impl Documents {
    /// The object that `text` starts with, if it is known.
    pub(crate) fn starting(&self, text: &str) -> Option<Str> {
        self.find(text.as_bytes(), |known| text.as_bytes().starts_with(known))
    }

    /// Takes in a whole JSON value that was not found by its start, and returns it.
    pub(crate) fn add(&mut self, text: &str) -> Str {
        let Some(set) = set_of(text.as_bytes()) else {
            return text.into();
        };
        if !text.starts_with('{') || text.len() > MAX_LENGTH {
            return text.into();
        }
        let hash = hash(text.as_bytes());
        let known = self.texts.find(text.as_bytes(), hash);
        let string = known.unwrap_or_else(|| self.texts.add(text, hash));
        if self.places.is_empty() {
            self.places = vec![Str::new(); SETS * WAYS].into();
        }
        self.places[set * WAYS + self.next] = string.clone();
        self.next = (self.next + 1) % WAYS;
        string
    }

    /// The same text as it was read before, or a new one that is kept from now on; `None` if it is
    /// not UTF-8. It is not looked into, and so is never found by its start.
    pub(crate) fn text(&mut self, text: &[u8]) -> Option<Str> {
        if !(MIN_LENGTH..=MAX_LENGTH).contains(&text.len()) {
            return std::str::from_utf8(text).ok().map(Str::from);
        }
        let hash = hash(text);
        if let Some(known) = self.texts.find(text, hash) {
            return Some(known);
        }
        let text = std::str::from_utf8(text).ok()?;
        Some(self.texts.add(text, hash))
    }

    fn find(&self, text: &[u8], is_it: impl Fn(&[u8]) -> bool) -> Option<Str> {
        let set = set_of(text)?;
        let places = self.places.get(set * WAYS..(set + 1) * WAYS)?;
        let found = places
            .iter()
            .find(|known| !known.is_empty() && is_it(known.as_bytes()))?;
        Some(found.clone())
    }
}

/// Says how many places there are; what is in them may be a secret.
impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Documents({} places)", self.places.len())
    }
}

/// The set in which a document that starts so may stand, if it is long enough to be worthwhile.
fn set_of(text: &[u8]) -> Option<usize> {
    let start = text.first_chunk::<MIN_LENGTH>()?;
    Some(hash(start) as usize % SETS)
}

/// What is shorter is not worth looking for.
const MIN_LENGTH: usize = 64;
/// What is longer is not kept.
const MAX_LENGTH: usize = 8 << 10;
/// At most so many texts are kept: those of a few hundred workloads.
const MAX_TEXTS: usize = 512;

const SETS: usize = 16;
const WAYS: usize = 4;

#[cfg(test)]
mod tests {
    use super::{Documents, MAX_LENGTH};

    fn document(name: &str) -> String {
        let metadata = r#"{".":{},"f:app":{},"f:pod-template-hash":{},"f:tier":{}}"#;
        format!(r#"{{"f:metadata":{{"f:labels":{metadata}}},"f:{name}":{{}}}}"#)
    }

    #[test]
    fn a_document_is_found_by_its_start() {
        let mut documents = Documents::default();
        let (one, other) = (document("spec"), document("status"));
        assert_eq!(documents.starting(&one), None);
        let added = [documents.add(&one), documents.add(&other)];
        for (text, added) in [one, other].iter().zip(added) {
            let followed = format!("{text},\"next\":1}}");
            assert_eq!(
                documents.starting(&followed).unwrap().as_ptr(),
                added.as_ptr()
            );
            assert_eq!(
                documents.text(text.as_bytes()).unwrap().as_ptr(),
                added.as_ptr()
            );
        }
        assert_eq!(documents.starting(&document("other")), None);
    }

    #[test]
    fn what_has_no_end_of_its_own_is_not_kept() {
        let mut documents = Documents::default();
        for text in ["1".repeat(100), format!("\"{}\"", "x".repeat(100))] {
            documents.add(&text);
            assert_eq!(documents.starting(&text), None);
        }
        let long = document(&"x".repeat(MAX_LENGTH));
        documents.add(&long);
        assert_eq!(documents.starting(&long), None);
    }

    #[test]
    fn a_text_that_nobody_looked_into_is_found_as_a_whole_only() {
        let mut documents = Documents::default();
        let half = document("spec").trim_end_matches('}').to_owned();
        let kept = documents.text(half.as_bytes()).unwrap();
        assert_eq!(documents.starting(&document("spec")), None);
        let again = documents.text(half.as_bytes()).unwrap();
        assert_eq!(kept.as_ptr(), again.as_ptr());
        let wrong = [half.as_bytes(), &[0xff]].concat();
        assert_eq!(documents.text(&wrong), None);
    }

    #[test]
    fn few_documents_are_kept() {
        let mut documents = Documents::default();
        for n in 0..1000 {
            documents.add(&document(&n.to_string()));
        }
        let known = (0..1000).filter(|n| documents.starting(&document(&n.to_string())).is_some());
        assert_eq!(known.count(), 4);
    }
}
