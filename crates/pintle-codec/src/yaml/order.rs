//! The order in which Go's YAML writes the keys of a mapping.

use std::cmp::Ordering;

/// Sorts by [`compare`], which is no order in the strict sense: three keys may go round in a
/// circle. The standard library's sorting panics on such, so this is a merge sort that does not
/// mind.
pub(super) fn sort<T>(mut items: Vec<T>, key: impl Fn(&T) -> &str + Copy) -> Vec<T> {
    if items.len() < 2 {
        return items;
    }
    let behind = items.split_off(items.len() / 2);
    let mut sorted = Vec::with_capacity(items.len() + behind.len());
    let mut one = sort(items, key).into_iter().peekable();
    let mut other = sort(behind, key).into_iter().peekable();
    while let (Some(first), Some(second)) = (one.peek(), other.peek()) {
        let second_first = compare(key(second), key(first)).is_lt();
        sorted.extend(if second_first {
            other.next()
        } else {
            one.next()
        });
    }
    sorted.extend(one);
    sorted.extend(other);
    sorted
}

/// As people count: `a2` is before `a10`, and what is no letter before what is one.
fn compare(one: &str, other: &str) -> Ordering {
    let bytes = one.bytes().zip(other.bytes());
    let equal = bytes.take_while(|(one, other)| one == other).count();
    // Back to where the character begins in which they differ.
    let at = one.floor_char_boundary(equal);
    let (Some(first), Some(second)) = (one[at..].chars().next(), other[at..].chars().next()) else {
        return one.len().cmp(&other.len());
    };
    match (first.is_alphabetic(), second.is_alphabetic()) {
        (true, true) => return first.cmp(&second),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // Within a number, a zero counts as a digit of it.
    let mut digits = one[..at].bytes().rev().take_while(u8::is_ascii_digit);
    let in_number = (first == '0' || second == '0') && digits.any(|digit| digit != b'0');
    let start = i64::from(in_number);
    let (one, other) = (number(&one[at..], start), number(&other[at..], start));
    one.cmp(&other).then_with(|| first.cmp(&second))
}

/// The number that begins here, its digits put behind `start`, and how many there are.
fn number(text: &str, start: i64) -> (i64, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    digits.fold((start, 0), |(number, count), digit| {
        let number = number.wrapping_mul(10).wrapping_add((digit - b'0').into());
        (number, count + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::sort;

    fn sorted(keys: &[&'static str]) -> Vec<&'static str> {
        sort(keys.to_vec(), |key| *key)
    }

    /// What Go's YAML makes of the same keys.
    #[test]
    fn keys_are_in_the_order_of_go() {
        let keys = [
            "b", "a10", "a2", "A", "a-b", "a.b", "a", "", "é", "_", "a01", "a1", "a1b", "1", "10",
            "9",
        ];
        let expected = [
            "", "_", "1", "9", "10", "A", "a", "a-b", "a.b", "a1", "a1b", "a01", "a2", "a10", "b",
            "é",
        ];
        assert_eq!(sorted(&keys), expected);
    }

    #[test]
    fn keys_that_go_round_in_a_circle_do_no_harm() {
        let circle = ["1a", "2", "10"];
        let many: Vec<&str> = circle.iter().copied().cycle().take(3_000).collect();
        assert_eq!(sorted(&many).len(), 3_000);
    }
}
