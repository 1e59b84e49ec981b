//! Boards, by what their lists and streams say.

use pintle_codec::{Decoder, Format};
use pintle_meta::Body as _;

use super::*;

fn object(name: &str, version: u64) -> pintle_meta::Unstructured {
    let json = format!(
        "{{\"kind\":\"X\",\"apiVersion\":\"v1\",\"metadata\":{{\"name\":\"{name}\",\"resourceVersion\":\"{version}\"}}}}"
    );
    pintle_meta::Unstructured::decode(json.as_bytes(), Format::Json, &mut Decoder::new()).unwrap()
}

fn key(name: &str) -> Key {
    Key {
        namespace: "".into(),
        name: name.into(),
    }
}

fn news(board: &Board, since: u64) -> String {
    let News::Changes(changes) = board.since(since) else {
        return "everything".to_owned();
    };
    let words = changes.iter().map(|change| {
        let sign = match (change.is_deletion, change.item.created > since) {
            (true, _) => '-',
            (false, true) => '+',
            (false, false) => '~',
        };
        format!("{sign}{}@{}", change.item.key.name, change.number)
    });
    words.collect::<Vec<_>>().join(" ")
}

fn list(board: &mut Board) -> String {
    let snapshot = board.whole();
    let pieces = (0..).map_while(|at| snapshot.piece(at));
    let bytes: Vec<u8> = pieces.flat_map(|piece| piece.to_vec()).collect();
    assert_eq!(bytes.len() as u64, snapshot.length());
    String::from_utf8(bytes).unwrap()
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
    board.remove(&key("a"));
    assert_eq!(list(&mut board), b);
}

#[test]
fn a_stream_is_told_the_last_state_of_what_has_changed() {
    let mut board = Board::default();
    board.replace(&[object("a", 1), object("b", 2)]);
    assert_eq!(news(&board, 0), "+a@1 +b@2");
    board.put(&object("a", 3));
    board.put(&object("a", 4));
    board.put(&object("c", 5));
    assert_eq!(news(&board, 2), "~a@4 +c@5");
    board.remove(&key("b"));
    board.put(&object("b", 7));
    assert_eq!(news(&board, 5), "-b@6 +b@7");
    assert_eq!(news(&board, 7), "");
    // Who begins is told what there is and not what is gone.
    board.remove(&key("c"));
    assert_eq!(news(&board, 0), "+a@4 +b@7");
}

#[test]
fn a_version_that_is_known_changes_nothing() {
    let mut board = Board::default();
    board.replace(&[object("a", 1), object("b", 2)]);
    board.put(&object("a", 1));
    board.replace(&[object("a", 1), object("b", 3)]);
    assert_eq!(news(&board, 2), "~b@3");
    board.replace(&[object("b", 3)]);
    assert_eq!(news(&board, 3), "-a@4");
    assert_eq!(board.len(), 1);
}

#[test]
fn a_stream_that_is_too_far_behind_begins_anew() {
    let mut board = Board::default();
    board.put(&object("kept", 1));
    for version in 0..20_000 {
        board.put(&object("x", version + 2));
        board.remove(&key("x"));
    }
    assert_eq!(news(&board, 1), "everything");
    assert_eq!(news(&board, 0), "+kept@1");
    assert_eq!(
        news(&board, board.last() - 1),
        format!("-x@{}", board.last())
    );
    assert_eq!(news(&board, board.last() + 1), "everything");
}
