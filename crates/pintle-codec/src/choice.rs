//! Structs of which JSON and CBOR have one field, without its name: a schema or a list of schemas,
//! a schema or a truth value.
//!
//! What Go does with them is in the marshalers of apiextensions.k8s.io/v1.

use crate::{Message, SlotMut, SlotRef};

/// The sorts of value that a choice is between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Struct,
    List,
    Bool,
    Other,
}

/// Why no field was chosen.
pub(crate) enum Unfit {
    /// The value is to be passed over, and the struct stays zero.
    Ignored,
    /// The value is an error.
    Refused,
}

/// What a value is to be to be accepted by a choice that refuses some.
pub(crate) const EXPECTED: &str = "a bool or an object";

/// The field that takes a value of a sort.
pub(crate) fn choose(message: &mut dyn Message, sort: Sort) -> Result<SlotMut<'_>, Unfit> {
    let fields = 0..message.table().fields().len();
    let sort_of = |index: usize| match message.get(index) {
        // The only pointers are those to structs.
        SlotRef::Absent | SlotRef::Message(_) => Sort::Struct,
        SlotRef::List(_) => Sort::List,
        SlotRef::Bool(_) => Sort::Bool,
        _ => Sort::Other,
    };
    let truth = fields.clone().find(|index| sort_of(*index) == Sort::Bool);
    let chosen = fields.clone().find(|index| sort_of(*index) == sort);
    match (chosen, truth) {
        (Some(chosen), truth) => {
            // Whoever gives a schema allows what it allows.
            if let Some(truth) = truth
                && let SlotMut::Bool(truth) = message.slot(truth)
            {
                *truth = true;
            }
            Ok(message.slot(chosen))
        }
        (None, Some(_)) => Err(Unfit::Refused),
        (None, None) => Err(Unfit::Ignored),
    }
}

/// The field that stands for the struct: the list if it has elements, else the struct if there is
/// one, else the truth value, else none.
pub(crate) fn chosen(message: &dyn Message) -> SlotRef<'_> {
    let slots = || (0..message.table().fields().len()).map(|index| message.get(index));
    let list = slots().find(|slot| matches!(slot, SlotRef::List(list) if !list.is_empty()));
    let inner = || slots().find(|slot| matches!(slot, SlotRef::Message(_)));
    let truth = || slots().find(|slot| matches!(slot, SlotRef::Bool(_)));
    list.or_else(inner)
        .or_else(truth)
        .unwrap_or(SlotRef::Absent)
}
