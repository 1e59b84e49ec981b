//! Boards, by what their lists and streams say.

use bytes::{Buf as _, Bytes};
use pintle_codec::{Decoder, Format};
use pintle_meta::{Body as _, Unstructured};

use super::*;

fn object(name: &str, version: u64) -> Unstructured {
    let json = format!(
        "{{\"kind\":\"X\",\"apiVersion\":\"v1\",\"metadata\":{{\"name\":\"{name}\",\"resourceVersion\":\"{version}\"}}}}"
    );
    Unstructured::decode(json.as_bytes(), Format::Json, &mut Decoder::new()).unwrap()
}

/// What is told to who was told everything up to a number, and so much of it at most.
fn some_news(board: &Board, since: u64, most: usize) -> String {
    let News::Changes { next, is_all } = board.since(since, most) else {
        return "everything".to_owned();
    };
    let words = next.iter().map(|change| {
        let sign = match (change.is_deletion, change.item.created > since) {
            (true, _) => '-',
            (false, true) => '+',
            (false, false) => '~',
        };
        format!("{sign}{}@{}", change.item.key.name, change.number)
    });
    let more = (!is_all).then(|| "more".to_owned());
    words.chain(more).collect::<Vec<_>>().join(" ")
}

fn news(board: &Board, since: u64) -> String {
    some_news(board, since, usize::MAX)
}

fn list(board: &mut Board) -> String {
    let snapshot = board.whole();
    let whole = snapshot.piece(0).map(|(piece, _)| piece);
    let bytes = whole.map_or_else(Bytes::new, |mut piece| {
        piece.copy_to_bytes(piece.remaining())
    });
    assert_eq!(bytes.len() as u64, snapshot.length());
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_list_is_put_into_words_once_a_change() {
    let mut board = Board::default();
    let text = |board: &mut Board| board.text(|objects| objects.between(b"<", b">"));
    assert_eq!(text(&mut board), "<>");
    let known = |_: &Snapshot| -> Bytes { unreachable!("it is known") };
    for (name, version) in [("b", 2), ("a", 1), ("b", 3)] {
        board.put(&object(name, version));
        let whole = list(&mut board);
        assert_eq!(text(&mut board), format!("<{whole}>"));
        assert_eq!(board.text(known), format!("<{whole}>"));
    }
    board.remove(&object("b", 4));
    let whole = list(&mut board);
    assert_eq!(text(&mut board), format!("<{whole}>"));
    assert!(!whole.contains("\"b\""));
}

#[test]
fn a_list_is_the_objects_in_order() {
    let mut board = Board::default();
    assert_eq!(list(&mut board), "");
    board.put(&object("b", 2));
    board.put(&object("a", 1));
    let a = r#"{"kind":"X","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"1"}}"#;
    let b = r#"{"kind":"X","apiVersion":"v1","metadata":{"name":"b","resourceVersion":"2"}}"#;
    assert_eq!(list(&mut board), format!("{a},{b}"));
    board.remove(&object("a", 3));
    assert_eq!(list(&mut board), b);
}

#[test]
fn an_object_is_on_one_line_and_in_one_place() {
    let mut board = Board::default();
    let json = "{\"kind\": \"X\",\n\"apiVersion\":\r\"v1\", \"metadata\":{\"name\":\"a\\nb\"}}";
    let spread = Unstructured::decode(json.as_bytes(), Format::Json, &mut Decoder::new()).unwrap();
    board.put(&spread);
    let line = r#"{"kind":"X","apiVersion":"v1","metadata":{"name":"a\nb"}}"#;
    assert_eq!(list(&mut board), line);
    let kept = object("kept", 1);
    board.put(&kept);
    let item = board.items().nth(1).unwrap();
    assert_eq!(item.json().as_ptr(), kept.as_json().unwrap().as_ptr());
}

#[test]
fn a_stream_is_told_the_last_state_of_what_has_changed() {
    let mut board = Board::default();
    board.put(&object("a", 1));
    board.put(&object("b", 2));
    assert_eq!(news(&board, 0), "+a@1 +b@2");
    board.put(&object("a", 3));
    board.put(&object("a", 4));
    board.put(&object("c", 5));
    assert_eq!(news(&board, 2), "~a@4 +c@5");
    board.remove(&object("b", 6));
    board.put(&object("b", 7));
    assert_eq!(news(&board, 5), "-b@6 +b@7");
    assert_eq!(news(&board, 6), "+b@7");
    assert_eq!(news(&board, 7), "");
    assert_eq!(some_news(&board, 2, 2), "~a@4 +c@5 more");
    assert_eq!(some_news(&board, 2, 3), "~a@4 +c@5 -b@6 more");
    assert_eq!(some_news(&board, 5, 2), "-b@6 +b@7");
}

#[test]
fn objects_are_gone_through_in_order() {
    let mut board = Board::default();
    for (version, name) in (1..).zip(["b", "d", "a", "c"]) {
        board.put(&object(name, version));
    }
    let behind = |key: Option<&Key>, most| {
        let found = board.behind(key, most);
        let names = found.iter().map(|item| item.key.name.as_str());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(behind(None, 3), "a b c");
    assert_eq!(behind(Some(&Key::of(&object("b", 0))), 9), "c d");
    assert_eq!(behind(Some(&Key::of(&object("bb", 0))), 1), "c");
    assert_eq!(behind(Some(&Key::of(&object("d", 0))), 9), "");
}

#[test]
fn a_version_that_is_known_changes_nothing() {
    let mut board = Board::default();
    board.put(&object("a", 1));
    board.put(&object("b", 2));
    board.put(&object("a", 1));
    assert_eq!(news(&board, 2), "");
    board.put(&object("b", 3));
    assert_eq!(news(&board, 2), "~b@3");
    board.remove(&object("nobody", 4));
    assert_eq!(board.last(), 3);
    assert_eq!(board.len(), 2);
}

#[test]
fn a_stream_that_is_too_far_behind_begins_anew() {
    let mut board = Board::default();
    board.put(&object("kept", 1));
    for version in 0..20_000 {
        board.put(&object("x", version + 2));
        board.remove(&object("x", version + 2));
    }
    assert_eq!(news(&board, 1), "everything");
    let last = board.last();
    assert_eq!(news(&board, last - 1), format!("-x@{last}"));
    assert_eq!(news(&board, last + 1), "everything");
}

#[test]
fn large_objects_that_are_gone_are_forgotten_sooner() {
    let mut board = Board::default();
    let large = "x".repeat(1 << 20);
    for version in 1..=40 {
        let json = format!(
            "{{\"kind\":\"X\",\"apiVersion\":\"v1\",\"metadata\":{{\"name\":\"a\",\"resourceVersion\":\"{version}\"}},\"data\":\"{large}\"}}"
        );
        let object = Unstructured::decode(json.as_bytes(), Format::Json, &mut Decoder::new());
        let object = object.unwrap();
        board.put(&object);
        board.remove(&object);
    }
    // Fifteen are less than 16 MiB, and take two changes each.
    let (mut told, mut gone) = (80 - 30, 0);
    while let News::Changes { next, .. } = board.since(told, usize::MAX) {
        // One is more than is taken at once.
        let [change] = &next[..] else { break };
        gone += usize::from(change.is_deletion);
        told = change.number;
    }
    assert_eq!(gone, 15);
    assert_eq!(news(&board, 80 - 32), "everything");
}
