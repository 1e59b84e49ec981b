//! [`SnapshotSet`] finds entries by their marks and keeps them in order, whatever separates them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use pintle_snapshot::{Entry, SnapshotSet, Sought};
use proptest::prelude::*;

/// A word and what it stands for.
#[derive(Clone, Debug, PartialEq)]
struct Word(String, u32);

/// A word that is looked for, with a mark that many words share, or none.
struct Spelling<'a>(&'a str, bool);

fn mark(word: &str) -> u8 {
    word.len() as u8 % 4
}

impl Sought<Word, String> for Spelling<'_> {
    fn order(&self, word: &Word) -> Ordering {
        word.0.as_str().cmp(self.0)
    }

    fn order_separator(&self, separator: &String) -> Ordering {
        separator.as_str().cmp(self.0)
    }

    fn mark(&self) -> Option<u8> {
        self.1.then(|| mark(self.0))
    }
}

impl Sought<Self, String> for Word {
    fn order(&self, word: &Self) -> Ordering {
        word.0.cmp(&self.0)
    }

    fn order_separator(&self, separator: &String) -> Ordering {
        separator.cmp(&self.0)
    }

    fn mark(&self) -> Option<u8> {
        Some(mark(&self.0))
    }
}

impl Entry<String> for Word {
    /// As short as it may be.
    fn separator(before: &Self, behind: &Self) -> String {
        let ends = (1..=behind.0.len()).find(|end| behind.0[..*end] > *before.0);
        behind.0[..ends.expect("words ascend")].to_owned()
    }
}

fn check(words: &SnapshotSet<Word, String>, model: &BTreeMap<String, u32>) {
    assert_eq!(words.len(), model.len());
    let all = model
        .iter()
        .map(|(word, number)| Word(word.clone(), *number));
    assert!(words.iter().cloned().eq(all), "{words:?} is not {model:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn entries_are_found_by_mark_or_order_and_clones_stay(
        sorted in prop::collection::btree_map("[ab]{1,9}", any::<u32>(), 0..600),
        steps in prop::collection::vec(("[ab]{1,9}", prop::option::of(any::<u32>())), 0..600),
    ) {
        let entries = sorted.iter().map(|(word, number)| Word(word.clone(), *number));
        let mut words = SnapshotSet::from_ascending(entries.collect());
        let mut model = sorted;
        let before = (words.clone(), model.clone());
        for (word, number) in steps {
            for by_mark in [false, true] {
                let found = words.find(&Spelling(&word, by_mark)).map(|word| word.1);
                prop_assert_eq!(found, model.get(&word).copied());
            }
            let (previous, known) = match number {
                Some(number) => {
                    let entry = Word(word.clone(), number);
                    (words.insert(entry), model.insert(word.clone(), number))
                }
                None => (words.remove(&Spelling(&word, true)), model.remove(&word)),
            };
            prop_assert_eq!(previous, known.map(|number| Word(word.clone(), number)));
            let next = words.iter_from(&Spelling(&word, false)).next().map(|word| &word.0);
            prop_assert_eq!(next, model.range(word..).next().map(|(word, _)| word));
        }
        check(&words, &model);
        check(&before.0, &before.1);
    }
}
