//! The static facts about a struct: its [`Table`] of [`Field`]s.

use crate::{Str, TypeMeta};

/// What a struct consists of: its name and its fields in the order of the Go struct.
#[derive(Debug)]
pub struct Table {
    name: &'static str,
    fields: &'static [Field],
    by_number: &'static [u8],
    by_name: &'static [u8],
    in_order: bool,
    /// The fields that JSON may have though they are absent or zero, a bit each.
    json_always: u64,
    /// The same of protobuf.
    protobuf_always: u64,
    /// The fields that protobuf carries at all.
    numbered: u64,
    /// Empty for a struct that is no kind.
    api_version: &'static str,
    is_choice: bool,
}

/// One field of a struct.
#[derive(Debug)]
pub struct Field {
    json: &'static str,
    /// The first eight bytes of the name and its closing quote, little-endian, zeros behind.
    head: u64,
    /// The bytes of `head` that count.
    mask: u64,
    number: u32,
    flags: FieldFlags,
}

/// When and how a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldFlags(u16);

impl Table {
    /// The table of a struct; [`message!`](crate::message) makes it.
    ///
    /// `by_number` and `by_name` are what [`by_number`] and [`by_name`] say of the fields.
    pub const fn new(
        name: &'static str,
        fields: &'static [Field],
        by_number: &'static [u8],
        by_name: &'static [u8],
    ) -> Self {
        assert!(
            fields.len() <= MAX_FIELDS,
            "a struct of more than 64 fields"
        );
        Self {
            name,
            fields,
            by_number,
            by_name,
            in_order: is_ascending(by_number),
            json_always: json_always(fields),
            protobuf_always: protobuf_always(fields),
            numbered: numbered_set(fields),
            api_version: "",
            is_choice: false,
        }
    }

    /// The same table of a kind: documents of it say this `apiVersion`, and as `kind` the name of
    /// the struct without its package.
    #[must_use]
    pub const fn of(mut self, api_version: &'static str) -> Self {
        self.api_version = api_version;
        self
    }

    /// The same table of a struct of which JSON and CBOR have one field, without its name: a list,
    /// a struct, or a truth value. A value of any other sort is an error if there is a truth value,
    /// and passed over if there is none. Protobuf has the struct as any other.
    #[must_use]
    pub const fn choice(mut self) -> Self {
        self.is_choice = true;
        self
    }

    /// The name of the struct, as `core.v1.Pod`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What documents of a kind say of their type; empty for a struct that is no kind.
    pub fn type_meta(&self) -> TypeMeta {
        if self.api_version.is_empty() {
            return TypeMeta::default();
        }
        let kind = self
            .name
            .rsplit_once('.')
            .map_or(self.name, |(_, kind)| kind);
        TypeMeta {
            api_version: Str::from_static(self.api_version),
            kind: Str::from_static(kind),
        }
    }

    /// Whether it is the table of a kind.
    #[inline]
    pub(crate) fn is_kind(&self) -> bool {
        !self.api_version.is_empty()
    }

    /// Whether protobuf has such structs at all.
    pub fn is_in_protobuf(&self) -> bool {
        self.numbered != 0 || self.fields.is_empty()
    }

    /// Whether JSON and CBOR have one of the fields only, without its name.
    #[inline]
    pub fn is_choice(&self) -> bool {
        self.is_choice
    }

    /// The fields.
    #[inline]
    pub fn fields(&self) -> &'static [Field] {
        self.fields
    }

    /// The indices of the fields that protobuf carries, in the order of their numbers.
    #[inline]
    pub(crate) fn by_number(&self) -> &'static [u8] {
        self.by_number
    }

    /// The indices of the fields that have a name, in the order in which CBOR has their names.
    #[inline]
    pub(crate) fn by_name(&self) -> &'static [u8] {
        self.by_name
    }
}

impl Table {
    /// Whether the order of the struct is that of the numbers.
    #[inline]
    pub(crate) fn is_in_order(&self) -> bool {
        self.in_order
    }

    /// The fields of a message that JSON may have, a bit each; `present` is
    /// [`Message::present`](crate::Message::present).
    #[inline]
    pub(crate) fn in_json(&self, present: u64) -> u64 {
        (present | self.json_always) & low_bits(self.fields.len())
    }

    /// The fields of a message that protobuf may have, a bit each.
    #[inline]
    pub(crate) fn in_protobuf(&self, present: u64) -> u64 {
        (present | self.protobuf_always) & self.numbered
    }
}

impl Field {
    /// A field with its name in JSON, its number in protobuf and its flags.
    ///
    /// The name is empty for a field whose own fields stand in its place, the number 0 for one that
    /// protobuf does not carry.
    pub const fn new(json: &'static str, number: u32, flags: FieldFlags) -> Self {
        let name = json.as_bytes();
        let mut head = [0; 8];
        let mut at = 0;
        while !name.is_empty() && at < head.len() && at <= name.len() {
            head[at] = if at < name.len() { name[at] } else { b'"' };
            at += 1;
        }
        let unused = if name.len() < 8 {
            8 * (7 - name.len() as u32)
        } else {
            0
        };
        Self {
            json,
            head: u64::from_le_bytes(head),
            // What has no name has no key: no text begins with zeros.
            mask: if name.is_empty() {
                u64::MAX
            } else {
                u64::MAX >> unused
            },
            number,
            flags,
        }
    }

    /// The name in JSON; empty for a field whose own fields stand in its place.
    #[inline]
    pub fn json(&self) -> &'static str {
        self.json
    }

    /// The number in protobuf; 0 for a field that protobuf does not carry.
    #[inline]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// When and how it is written.
    #[inline]
    pub fn flags(&self) -> FieldFlags {
        self.flags
    }

    /// Whether the name may stand at the start of text that begins with these eight bytes.
    #[inline(always)]
    pub(crate) fn may_begin(&self, head: u64) -> bool {
        (head ^ self.head) & self.mask == 0
    }

    /// Whether the name stands at the start of `text`, followed by a quote and a colon.
    #[inline]
    pub(crate) fn is_key_at(&self, text: &[u8]) -> bool {
        let length = self.json.len();
        length > 0
            && text.get(..length) == Some(self.json.as_bytes())
            && text.get(length..length + 2) == Some(b"\":")
    }

    /// What [`Field::is_named`] compares first.
    #[inline]
    pub(crate) fn head_of(name: &[u8]) -> u64 {
        if let Some(head) = name.first_chunk::<8>() {
            return u64::from_le_bytes(*head);
        }
        let mut head = [0; 8];
        head[..name.len()].copy_from_slice(name);
        head[name.len()] = b'"';
        u64::from_le_bytes(head)
    }

    /// Whether this is its name; `head` is [`Field::head_of`] it.
    #[inline]
    pub(crate) fn is_named(&self, name: &[u8], head: u64) -> bool {
        self.head == head
            && self.json.len() == name.len()
            && self.json.as_bytes().get(8..) == name.get(8..)
    }
}

impl FieldFlags {
    /// No flag.
    pub const NONE: Self = Self(0);
    /// Left out when it is an empty string, list or map, zero, or false (Go's `omitempty`).
    pub const OMIT_EMPTY: Self = Self(1);
    /// Left out when everything in it is zero (Go's `omitzero`).
    pub const OMIT_ZERO: Self = Self(1 << 1);
    /// A pointer in Go: present or absent whatever its value.
    pub const OPTIONAL: Self = Self(1 << 2);
    /// Its own fields stand in its place (Go's embedding).
    pub const INLINE: Self = Self(1 << 3);
    /// Holds a secret: never printed by `Debug`.
    pub const SECRET: Self = Self(1 << 4);
    /// Required by the API's schema.
    pub const REQUIRED: Self = Self(1 << 5);
    /// A list of strings that protobuf carries as a message of its own, the strings in its field 1
    /// (Go's `type ExtraValue []string`); on a map, each value is such a list.
    pub const WRAPPED: Self = Self(1 << 6);
    /// A string, a struct, a whole number or a truth value, and no pointer: a zero that is read need
    /// not be stored, and protobuf has the field even when it is zero.
    pub const VALUE: Self = Self(1 << 7);
    /// A whole number or a truth value, which protobuf spells as a number.
    pub const VARINT: Self = Self(1 << 9);
    /// What the object says of its own type: on an inlined [`TypeMeta`]. Where the object is a document
    /// or an item of a list, its type says so, and the field is passed over.
    pub const TYPE_META: Self = Self(1 << 10);
    /// No part of the object: a note of the reader about it, which no format carries.
    pub const NOTE: Self = Self(1 << 8);

    /// These flags and `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all flags of `other` are set.
    #[inline]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

const fn json_always(fields: &[Field]) -> u64 {
    let (mut set, mut at) = (0, 0);
    while at < fields.len() {
        let flags = fields[at].flags;
        let omitted = flags.has(FieldFlags::OMIT_EMPTY) || flags.has(FieldFlags::OMIT_ZERO);
        let carried = !flags.has(FieldFlags::NOTE);
        let written = carried && (!omitted || flags.has(FieldFlags::INLINE));
        set |= (written as u64) << at;
        at += 1;
    }
    set
}

const fn protobuf_always(fields: &[Field]) -> u64 {
    let (mut set, mut at) = (0, 0);
    while at < fields.len() {
        let flags = fields[at].flags;
        let wrapped = flags.has(FieldFlags::WRAPPED) && !flags.has(FieldFlags::OMIT_EMPTY);
        set |= ((flags.has(FieldFlags::VALUE) || wrapped) as u64) << at;
        at += 1;
    }
    set
}

const fn numbered_set(fields: &[Field]) -> u64 {
    let (mut set, mut at) = (0, 0);
    while at < fields.len() {
        set |= ((fields[at].number > 0) as u64) << at;
        at += 1;
    }
    set
}

const fn is_ascending(order: &[u8]) -> bool {
    let mut at = 1;
    while at < order.len() {
        if order[at - 1] > order[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn low_bits(count: usize) -> u64 {
    match count {
        0 => 0,
        count => u64::MAX >> (64 - count),
    }
}

/// How many of the fields protobuf carries.
pub const fn numbered(fields: &[Field]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < fields.len() {
        count += (fields[at].number > 0) as usize;
        at += 1;
    }
    count
}

/// The indices of the fields that protobuf carries, in the order of their numbers.
pub const fn by_number<const N: usize>(fields: &[Field]) -> [u8; N] {
    let mut order = [0; N];
    let (mut count, mut index) = (0, 0);
    while index < fields.len() {
        if fields[index].number > 0 {
            // The order of the struct is nearly that of the numbers, so few steps go back.
            let mut at = count;
            while at > 0 && fields[order[at - 1] as usize].number > fields[index].number {
                order[at] = order[at - 1];
                at -= 1;
            }
            order[at] = index as u8;
            count += 1;
        }
        index += 1;
    }
    order
}

/// How many of the fields have a name.
pub const fn named(fields: &[Field]) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < fields.len() {
        count += !fields[at].json.is_empty() as usize;
        at += 1;
    }
    count
}

/// The indices of the fields that have a name, in the order in which CBOR has their names: shorter
/// ones first.
pub const fn by_name<const N: usize>(fields: &[Field]) -> [u8; N] {
    let mut order = [0; N];
    let (mut count, mut index) = (0, 0);
    while index < fields.len() {
        if !fields[index].json.is_empty() {
            let mut at = count;
            while at > 0 && comes_before(fields[index].json, fields[order[at - 1] as usize].json) {
                order[at] = order[at - 1];
                at -= 1;
            }
            order[at] = index as u8;
            count += 1;
        }
        index += 1;
    }
    order
}

const fn comes_before(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return one.len() < other.len();
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return one[at] < other[at];
        }
        at += 1;
    }
    false
}

/// The most fields a struct may have: sets of fields are words of 64 bits.
const MAX_FIELDS: usize = 64;

#[cfg(test)]
mod tests {
    use super::{Field, FieldFlags, by_name, by_number, named, numbered};

    #[test]
    fn a_key_is_told_from_its_neighbours() {
        for name in [
            "a",
            "seventh",
            "eighth88",
            "nineninen",
            "terminationGracePeriodSeconds",
        ] {
            let field = Field::new(name, 1, FieldFlags::NONE);
            for behind in ["", "1", "\"padding to eight\""] {
                let is_key = |text: String| field.is_key_at((text + behind).as_bytes());
                assert!(is_key(format!("{name}\":")), "{name}");
                assert!(!is_key(format!("{name}x\":")), "{name}");
                assert!(!is_key(format!("{name}\" :")), "{name}");
                assert!(!is_key(format!("{}\":", &name[1..])), "{name}");
                assert!(!is_key(format!("x{}\":", &name[1..])), "{name}");
                assert!(
                    !is_key(name[..name.len() - 1].to_owned() + "x\":"),
                    "{name}"
                );
                assert!(!is_key(name.to_owned()), "{name}");
            }
        }
    }

    #[test]
    fn fields_are_put_in_the_order_of_their_numbers() {
        const FIELDS: &[Field] = &[
            Field::new("a", 3, FieldFlags::NONE),
            Field::new("b", 0, FieldFlags::NONE),
            Field::new("c", 1, FieldFlags::NONE),
            Field::new("d", 2, FieldFlags::NONE),
        ];
        assert_eq!(by_number::<{ numbered(FIELDS) }>(FIELDS), [2, 3, 0]);
    }

    #[test]
    fn fields_are_put_in_the_order_of_their_names_in_cbor() {
        const FIELDS: &[Field] = &[
            Field::new("spec", 1, FieldFlags::NONE),
            Field::new("", 2, FieldFlags::INLINE),
            Field::new("metadata", 3, FieldFlags::NONE),
            Field::new("kind", 4, FieldFlags::NONE),
            Field::new("z", 5, FieldFlags::NONE),
            Field::new("kinds", 6, FieldFlags::NONE),
        ];
        assert_eq!(by_name::<{ named(FIELDS) }>(FIELDS), [4, 3, 0, 5, 2]);
    }

    #[test]
    fn a_name_is_told_from_its_neighbours() {
        let is_named = |field: &Field, name: &str| {
            field.is_named(name.as_bytes(), Field::head_of(name.as_bytes()))
        };
        for name in ["a", "seventh", "eighth88", "nineninen", "restartPolicy"] {
            let field = Field::new(name, 1, FieldFlags::NONE);
            assert!(is_named(&field, name));
            for other in [
                format!("{name}x"),
                format!("{name}\""),
                format!("{name}\0"),
                format!("x{}", &name[1..]),
                format!("{}x", &name[..name.len() - 1]),
                name[1..].to_owned(),
            ] {
                assert!(!is_named(&field, &other), "{name} {other:?}");
            }
        }
    }
}
