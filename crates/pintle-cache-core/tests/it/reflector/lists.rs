//! Lists and their pages.

use super::*;

// claims: cache.reflector.list.version, defects.any-version
#[test]
fn the_first_list_is_of_any_version_and_the_next_of_none_older() {
    let mut driven = Driven::new(list_only());
    let options = driven.list();
    assert_eq!(
        (options.resource_version.as_str(), options.limit),
        ("0", 500)
    );
    driven.page(5, "");
    driven.watch();
    driven.event(EventKind::Modified, "n/a", 8);
    driven.fail(Failure::Expired);
    driven.rest();
    let options = driven.list();
    // Without a limit the server answers from its cache.
    assert_eq!((options.resource_version.as_str(), options.limit), ("8", 0));
}

// claims: cache.reflector.list.relist, defects.gone-at-start
#[test]
fn a_list_of_a_version_that_is_not_to_be_had_is_made_again_of_the_latest() {
    for failure in [Failure::Expired, Failure::VersionTooLarge] {
        let mut driven = Driven::new(list_only());
        driven.list();
        driven.page(5, "");
        driven.open();
        driven.fail(Failure::Expired);
        driven.rest();
        assert_eq!(driven.list().resource_version, "5");
        driven.fail(failure);
        let options = driven.list();
        assert_eq!(
            (options.resource_version.as_str(), options.limit),
            ("", 500)
        );
        // Once: then it waits.
        driven.fail(failure);
        driven.rest();
        assert_eq!(driven.list().resource_version, "");
        driven.page(9, "");
        assert_eq!(driven.open().resource_version, "9");
    }
}

// claims: cache.pager.pages, cache.pager.expired
#[test]
fn pages_follow_one_another_and_one_that_expired_makes_all_be_listed_at_once() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), true);
    assert!(driven.page(5, "token").is_none());
    let options = driven.list();
    assert_eq!(options.continue_, "token");
    assert_eq!(
        (options.resource_version.as_str(), options.limit),
        ("", 500)
    );
    driven
        .reflector
        .handle_item(driven.now, object("n/b", 1), true);
    driven.fail(Failure::Expired);
    let options = driven.list();
    assert_eq!((options.continue_.as_str(), options.limit), ("", 0));
    assert_eq!(options.resource_version, "0");
    driven
        .reflector
        .handle_item(driven.now, object("n/c", 7), true);
    assert_eq!(all(driven.page(7, "")).0, ["n/c@7"], "nothing of the pages");
}

// claims: cache.reflector.list.failed-page
#[test]
fn a_page_that_fails_leaves_neither_objects_nor_a_version_behind() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), true);
    driven.page(5, "token");
    driven.list();
    driven.fail(Failure::Broken);
    assert_eq!(driven.reflector.resource_version().as_str(), "");
    driven.rest();
    assert_eq!(driven.list().resource_version, "0");
    driven
        .reflector
        .handle_item(driven.now, object("n/b", 1), true);
    assert_eq!(all(driven.page(6, "")).0, ["n/b@1"]);
}

// claims: cache.reflector.list.pages
#[test]
fn a_server_that_pages_any_version_is_asked_for_pages_from_then_on() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven.page(5, "token");
    driven.list();
    driven.page(5, "");
    driven.open();
    driven.fail(Failure::Other);
    driven.rest();
    let options = driven.list();
    assert_eq!(
        (options.resource_version.as_str(), options.limit),
        ("5", 500)
    );

    let mut driven = Driven::new(list_only().page_size(20));
    assert_eq!(driven.list().limit, 20);
    driven.page(5, "");
    driven.open();
    driven.fail(Failure::Other);
    driven.rest();
    assert_eq!(
        driven.list().limit,
        20,
        "a page that was asked for is kept to"
    );
}

#[test]
fn an_object_of_a_list_that_is_not_wanted_is_not_there() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven
        .reflector
        .handle_item(driven.now, object("n/a", 1), false);
    driven
        .reflector
        .handle_item(driven.now, object("n/b", 1), true);
    assert_eq!(all(driven.page(5, "")).0, ["n/b@1"]);

    let mut driven = Driven::new(ReflectorOptions::new());
    driven.watch();
    driven.event(EventKind::Added, "n/a", 1);
    driven
        .reflector
        .handle_event(driven.now, EventKind::Modified, object("n/a", 2), false);
    assert!(all(driven.bookmark(5, true)).0.is_empty());
}

#[test]
fn whatever_comes_of_a_list_is_a_sign_of_life() {
    let options = list_only().patience(Duration::from_secs(60));
    type Come = fn(&mut Driven);
    let signs: [Come; 4] = [
        |driven| {
            driven
                .reflector
                .handle_item(driven.now, object("n/a", 1), false);
        },
        |driven| {
            let name = Some("n/b".parse().unwrap());
            assert!(driven.reflector.handle_unreadable(driven.now, name));
        },
        |driven| assert!(driven.page(5, "token").is_none()),
        |driven| driven.fail(Failure::Expired),
    ];
    for come in signs {
        let mut driven = Driven::new(options.clone());
        driven.list();
        driven.advance(Duration::from_secs(40));
        come(&mut driven);
        let deadline = driven.now + Duration::from_secs(60);
        assert_eq!(driven.reflector.poll_timeout(), Some(deadline));
    }
}

#[test]
fn a_list_at_once_that_expires_too_is_made_again_of_the_latest() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven.page(5, "token");
    driven.list();
    driven.fail(Failure::Expired);
    assert_eq!(driven.list().limit, 0);
    driven.fail(Failure::Expired);
    let options = driven.list();
    assert_eq!(
        (options.resource_version.as_str(), options.limit),
        ("", 500)
    );
    // Of that one the first page has come, so that it may be asked for at once too.
    driven.page(9, "token");
    driven.list();
    driven.fail(Failure::Expired);
    let options = driven.list();
    assert_eq!((options.resource_version.as_str(), options.limit), ("", 0));
    driven.fail(Failure::Expired);
    driven.rest();

    // A page that fails in another way fails the list.
    for failure in [Failure::Other, Failure::Broken, Failure::Refused] {
        let mut driven = Driven::new(list_only());
        driven.list();
        driven.page(5, "token");
        driven.list();
        driven.fail(failure);
        driven.rest();
    }
}

#[test]
fn one_page_of_any_version_is_no_reason_to_ask_for_pages() {
    let mut driven = Driven::new(list_only());
    driven.list();
    driven.page(5, "");
    driven.open();
    driven.fail(Failure::Other);
    driven.rest();
    assert_eq!(driven.list().limit, 0);
    // Nor are pages of a version that was asked for.
    driven.page(5, "token");
    driven.list();
    driven.page(6, "");
    driven.open();
    driven.fail(Failure::Other);
    driven.rest();
    assert_eq!(driven.list().limit, 0);
}
