//! [`SnapshotMap`] does what a `BTreeMap` does, and its clones stay as they were.

use std::collections::BTreeMap;
use std::ops::Bound;

use pintle_snapshot::SnapshotMap;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Insert(u16, u32),
    Remove(u16),
    /// Remembers the map as it is.
    Clone,
    /// Removes all keys in this range, one by one.
    Clear(u16, u16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few enough keys that most are met again, many enough that the tree is three levels deep.
    let key = || 0u16..4_000;
    let step = prop_oneof![
        12 => (key(), any::<u32>()).prop_map(|(key, value)| Step::Insert(key, value)),
        6 => key().prop_map(Step::Remove),
        1 => Just(Step::Clone),
        1 => (key(), key()).prop_map(|(one, other)| Step::Clear(one.min(other), one.max(other))),
    ];
    prop::collection::vec(step, 1..400)
}

fn check(map: &SnapshotMap<u16, u32>, model: &BTreeMap<u16, u32>) {
    assert_eq!(map.len(), model.len());
    assert_eq!(map.is_empty(), model.is_empty());
    assert!(map.iter().eq(model.iter()), "{map:?} is not {model:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn it_does_what_a_btree_map_does_and_clones_stay(
        sorted in prop::collection::btree_map(0u16..4_000, any::<u32>(), 0..2_500),
        steps in steps(),
    ) {
        let mut map = SnapshotMap::from_ascending(sorted.clone().into_iter().collect());
        let mut model = sorted;
        let mut clones = vec![(map.clone(), model.clone())];
        for step in steps {
            match step {
                Step::Insert(key, value) => {
                    prop_assert_eq!(map.insert(key, value), model.insert(key, value));
                }
                Step::Remove(key) => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                Step::Clone => clones.push((map.clone(), model.clone())),
                Step::Clear(from, to) => {
                    for key in from..to {
                        prop_assert_eq!(map.remove(&key), model.remove(&key));
                    }
                }
            }
        }
        clones.push((map, model));
        for (map, model) in &clones {
            check(map, model);
        }
    }

    #[test]
    fn ranges_and_lookups_are_those_of_a_btree_map(
        entries in prop::collection::btree_map(0u16..300, any::<u32>(), 0..300),
        one in 0u16..310,
        other in 0u16..310,
    ) {
        let map: SnapshotMap<u16, u32> = entries.clone().into_iter().collect();
        for key in 0..310 {
            prop_assert_eq!(map.get(&key), entries.get(&key));
        }
        let (from, to) = (one.min(other), one.max(other));
        prop_assert!(map.range(from..to).eq(entries.range(from..to)));
        prop_assert!(map.range(from..=to).eq(entries.range(from..=to)));
        prop_assert!(map.range(..to).eq(entries.range(..to)));
        let behind = (Bound::Excluded(from), Bound::Unbounded);
        prop_assert!(map.range(behind).eq(entries.range(behind)));
        if from < to {
            prop_assert_eq!(map.range(to..from).count(), 0);
        }
    }
}

#[test]
fn keys_in_order_and_in_reverse_fill_a_deep_tree() {
    for reverse in [false, true] {
        let mut map = SnapshotMap::new();
        let mut model = BTreeMap::new();
        for step in 0..40_000u16 {
            let key = if reverse { 40_000 - step } else { step };
            map.insert(key, u32::from(step));
            model.insert(key, u32::from(step));
        }
        check(&map, &model);
        for key in (0..=40_000u16).step_by(2) {
            assert_eq!(map.remove(&key), model.remove(&key));
        }
        check(&map, &model);
        for key in 0..=40_000u16 {
            assert_eq!(map.remove(&key), model.remove(&key));
        }
        check(&map, &model);
    }
}

#[test]
fn a_removal_of_nothing_copies_nothing() {
    let mut map: SnapshotMap<u32, u32> = (0..1_000).map(|key| (key, key)).collect();
    let before = map.clone();
    assert_eq!(map.remove(&5_000), None);
    // Values of nodes that are shared are at the same address.
    assert!(std::ptr::eq(map.get(&7).unwrap(), before.get(&7).unwrap()));
    map.insert(7, 0);
    assert!(!std::ptr::eq(map.get(&7).unwrap(), before.get(&7).unwrap()));
    assert!(
        std::ptr::eq(map.get(&900).unwrap(), before.get(&900).unwrap()),
        "what is far from a change is still shared"
    );
}

#[test]
#[should_panic(expected = "ascend")]
fn entries_that_do_not_ascend_are_refused() {
    let _ = SnapshotMap::from_ascending(vec![(2, ()), (1, ())]);
}
