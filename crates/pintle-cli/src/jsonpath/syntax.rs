//! What a template consists of.

use pintle_codec::Value;

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// An expression; text outside of braces is one that is a literal.
    Expression(Vec<Step>),
    /// From `{range …}` to its `{end}`: the body, once for each of what the expression finds.
    Range(Vec<Step>, Vec<Part>),
}

/// A step of an expression: from values to values.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A text, number or truth value, whatever comes in.
    Literal(Value),
    /// `.name`
    Field(String),
    /// `.*`; `[*]` is a slice.
    Wildcard,
    /// `..`: what comes in, and everything below.
    Recursive,
    /// `[1]`, `[-1:]`, `[0:4:2]`
    Slice(Slice),
    /// `[a,b]`
    Union(Vec<Vec<Step>>),
    /// `[?(@.a == "b")]`
    Filter(Box<Filter>),
    /// A word that means nothing, which is found out when it is used.
    Unknown(String),
}

/// Which elements of a list; what is not said is `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub(super) start: Option<i64>,
    pub(super) end: End,
    pub(super) step: Option<i64>,
}

/// Where a slice ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// After one element: no colon was written.
    One,
    /// Where the list ends.
    Open,
    /// Before this index.
    Before(i64),
}

/// Which elements of a list: those of which something holds.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) left: Vec<Step>,
    pub(super) condition: Option<Condition>,
}

/// A comparison with something; none asks whether the left side is there.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) operator: String,
    pub(super) right: Vec<Step>,
}
