//! What cannot be read.

use super::*;

// claims: cache.reflector.unreadable-item
#[test]
fn an_item_that_cannot_be_read_stays_as_it_is_and_a_nameless_one_fails_the_list() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), true);
    assert!(
        driven
            .reflector
            .handle_unreadable(driven.now, Some("n/b".parse().unwrap()))
    );
    let (objects, unreadable) = all(driven.page(5, ""));
    assert_eq!(
        (objects, unreadable),
        (vec!["n/a@1".into()], vec!["n/b".into()])
    );

    let mut driven = Driven::new(list_only());
    driven.list();
    assert!(!driven.reflector.handle_unreadable(driven.now, None));
    driven.rest();
    driven.list();

    // The same of objects with which a watch begins; there, a list is tried.
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.watch();
    assert!(!driven.reflector.handle_unreadable(driven.now, None));
    driven.list();
}

#[test]
fn what_was_said_of_an_object_after_it_was_unreadable_counts() {
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.watch();
    let name = |key: &str| Some(key.parse().unwrap());
    driven
        .reflector
        .handle_unreadable(driven.now, name("n/gone"));
    driven.event(EventKind::Deleted, "n/gone", 3);
    driven
        .reflector
        .handle_unreadable(driven.now, name("n/read"));
    driven.event(EventKind::Modified, "n/read", 4);
    driven.event(EventKind::Added, "n/spoilt", 5);
    driven
        .reflector
        .handle_unreadable(driven.now, name("n/spoilt"));
    driven.event(EventKind::Added, "n/back", 6);
    driven.event(EventKind::Deleted, "n/back", 7);
    driven
        .reflector
        .handle_unreadable(driven.now, name("n/back"));
    let (objects, unreadable) = all(driven.bookmark(9, true));
    assert_eq!(objects, ["n/read@4", "n/spoilt@5"]);
    assert_eq!(unreadable, ["n/back"]);
}

// claims: cache.reflector.unreadable-event
#[test]
fn an_event_that_cannot_be_read_costs_itself_and_nothing_else() {
    let mut driven = Driven::watching(9);
    assert!(driven.reflector.handle_unreadable(driven.now, None));
    assert_eq!(driven.action(), None);
    let change = driven.event(EventKind::Added, "n/a", 11).unwrap();
    assert_eq!(change.resource_version.as_str(), "11");
}

// claims: cache.reflector.unreadable-deletion
#[test]
fn a_deletion_that_cannot_be_read_is_one_by_its_name_and_without_one_asks_for_everything() {
    let name = || Some("n/a".parse().unwrap());
    let mut driven = Driven::watching(9);
    let outcome = driven
        .reflector
        .handle_unreadable_deletion(driven.now, name());
    let ControlFlow::Continue(Some(change)) = outcome else {
        panic!("the watch goes on")
    };
    assert!(matches!(change.kind, ChangeKind::Vanished(key) if Some(&key) == name().as_ref()));
    // Which version that was cannot be read either.
    assert!(change.resource_version.is_empty());
    assert_eq!(driven.reflector.resource_version().as_str(), "9");

    let outcome = driven
        .reflector
        .handle_unreadable_deletion(driven.now, None);
    assert!(outcome.is_break());
    driven.rest();
    assert_eq!(driven.open().send_initial_events, Some(true));

    // Among the objects with which a watch begins, it is gone again.
    let mut driven = Driven::new(ReflectorOptions::new());
    driven.watch();
    driven.event(EventKind::Added, "n/a", 3);
    let outcome = driven
        .reflector
        .handle_unreadable_deletion(driven.now, name());
    assert!(matches!(outcome, ControlFlow::Continue(None)));
    assert_eq!(all(driven.bookmark(9, true)), (vec![], vec![]));
}
