//! The type [`LabelSelector`]: building, printing and matching.

use std::fmt;

use pintle_codec::{Map, Str};

use super::{LabelOperator, LabelRequirement};

/// Requirements on the labels of objects, all of which must be met, such as
/// `app=web,tier in (back,front),!canary`. Without any, everything is selected.
///
/// It is what Go's `labels.Selector` is; the form that selectors have inside objects is
/// [`v1::LabelSelector`](crate::v1::LabelSelector). It is made from text, from an object's
/// selector, from labels, or from requirements; the requirements are kept in the order of their
/// keys.
///
/// ```
/// use pintle_codec::Map;
/// use pintle_meta::LabelSelector;
///
/// let selector: LabelSelector = "tier in (front, back), app = web".parse()?;
/// assert_eq!(selector.to_string(), "app=web,tier in (back,front)");
///
/// let labels = Map::from([("app", "web".into()), ("tier", "front".into())]);
/// assert!(selector.matches(&labels));
/// # Ok::<(), pintle_meta::ParseLabelSelectorError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LabelSelector(Vec<LabelRequirement>);

impl LabelSelector {
    /// The selector that selects every object.
    pub const fn everything() -> Self {
        Self(Vec::new())
    }

    /// A selector that selects no object. In text it is `nothing,!nothing`: the empty text would
    /// select everything.
    pub fn nothing() -> Self {
        let demand = |operator| {
            LabelRequirement::unchecked("nothing".into(), operator, Default::default(), 0)
        };
        Self(vec![
            demand(LabelOperator::Exists),
            demand(LabelOperator::DoesNotExist),
        ])
    }

    /// The selector of the objects that have all of these labels. Whether these can be labels is
    /// not looked at: the server refuses it.
    pub fn from_labels(labels: &Map<Str>) -> Self {
        let requirement =
            |(key, value): (&str, &Str)| LabelRequirement::equals(key.into(), value.clone());
        Self(labels.iter().map(requirement).collect())
    }

    /// This selector, and one more requirement.
    #[must_use]
    pub fn and(mut self, requirement: LabelRequirement) -> Self {
        let behind = |other: &LabelRequirement| other.key() <= requirement.key();
        self.0.insert(self.0.partition_point(behind), requirement);
        self
    }

    /// The requirements, in the order of their keys.
    pub fn requirements(&self) -> &[LabelRequirement] {
        &self.0
    }

    /// Whether there is no requirement, so that everything is selected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The only value that a label may have, if the first requirement on it allows just one.
    pub fn exact_value(&self, key: &str) -> Option<&str> {
        let mut requirements = self.0.iter();
        requirements
            .find(|requirement| requirement.key() == key)?
            .exact_value()
    }

    /// Whether an object with these labels is selected. It allocates nothing.
    pub fn matches(&self, labels: &Map<Str>) -> bool {
        self.matches_with(|key| labels.get(key).map(Str::as_str))
    }

    /// Whether an object is selected of whose labels `value_of` gives the values.
    pub fn matches_with<'a>(&self, value_of: impl Fn(&str) -> Option<&'a str>) -> bool {
        let met =
            |requirement: &LabelRequirement| requirement.is_met_by(value_of(requirement.key()));
        self.0.iter().all(met)
    }
}

impl FromIterator<LabelRequirement> for LabelSelector {
    fn from_iter<I: IntoIterator<Item = LabelRequirement>>(requirements: I) -> Self {
        let mut requirements: Vec<_> = requirements.into_iter().collect();
        requirements.sort_by(|one, other| one.key().cmp(other.key()));
        Self(requirements)
    }
}

impl fmt::Display for LabelSelector {
    /// Prints the selector as Go does; the text reads back as the same selector.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            write!(f, "{separator}{requirement}")?;
        }
        Ok(())
    }
}

/// As the options of a request have it.
impl From<&LabelSelector> for Str {
    fn from(selector: &LabelSelector) -> Self {
        selector.to_string().into()
    }
}

impl From<LabelSelector> for Str {
    fn from(selector: LabelSelector) -> Self {
        Self::from(&selector)
    }
}

#[cfg(test)]
mod tests {
    use pintle_codec::{Map, Str};
    use proptest::prelude::*;

    use super::super::{LabelOperator, LabelRequirement, LabelSelector};
    use crate::v1;

    fn requirement(key: &str, operator: LabelOperator, values: &[&str]) -> LabelRequirement {
        LabelRequirement::new(key, operator, values.iter().copied()).unwrap()
    }

    #[test]
    fn is_built_from_requirements_in_any_order() {
        let selector = LabelSelector::everything()
            .and(requirement(
                "tier",
                LabelOperator::In,
                &["front", "back", "front"],
            ))
            .and(requirement("app", LabelOperator::Equals, &["web"]))
            .and(requirement("tier", LabelOperator::NotEquals, &["back"]))
            .and(requirement("canary", LabelOperator::DoesNotExist, &[]));
        let text = "app=web,!canary,tier in (back,front),tier!=back";
        assert_eq!(selector.to_string(), text);
        assert_eq!(selector.requirements()[2].values(), ["back", "front"]);
        let reversed = selector.requirements()[..2].iter().rev().cloned();
        assert_eq!(
            reversed.collect::<LabelSelector>().to_string(),
            "app=web,!canary"
        );
    }

    #[test]
    fn what_makes_no_requirement_is_explained() {
        let refused = |key, operator, values: &[&str]| {
            LabelRequirement::new(key, operator, values.iter().copied())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused("a", LabelOperator::Exists, &["b"]),
            r#"values: Invalid value: ["b"]: values set must be empty for exists and does not exist"#
        );
        let two = refused("a", LabelOperator::GreaterThan, &["x", "1"]);
        assert!(
            two.starts_with("[values: Invalid value: [\"x\",\"1\"]: "),
            "{two}"
        );
        assert!(two.contains(", values[0]: Invalid value: \"x\": "), "{two}");
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, place) in [
            ("a=b,,c", 4),
            ("a in b", 5),
            ("a in (b", 7),
            ("a in (b c)", 8),
            ("a,b ? c", 4),
            ("app = web, -x", 11),
            ("a in (ok, %)", 10),
            ("a>x", 2),
            (")", 0),
        ] {
            assert_eq!(
                LabelSelector::parse(text).unwrap_err().offset(),
                place,
                "{text}"
            );
        }
        assert_eq!(
            LabelSelector::parse("a b").unwrap_err().to_string(),
            "at byte 2: unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"
        );
    }

    #[test]
    fn nothing_is_selected_where_there_is_no_selector() {
        let nothing = LabelSelector::from_object(None).unwrap();
        assert_eq!(nothing, LabelSelector::nothing());
        let labels = Map::from([("nothing", Str::from(""))]);
        assert!(!nothing.matches(&labels) && !nothing.matches(&Map::new()));
        assert_eq!(nothing.to_string().parse(), Ok(nothing));
        let everything = LabelSelector::from_object(Some(&v1::LabelSelector::default())).unwrap();
        assert_eq!(everything, LabelSelector::everything());
        assert!(everything.matches(&labels));
    }

    #[test]
    fn stands_in_the_options_of_a_request() {
        let selector = LabelSelector::parse("a = b").unwrap();
        let options = v1::ListOptions::new().labels(&selector);
        assert_eq!(options.label_selector, "a=b");
    }

    #[test]
    fn labels_select_what_has_them_all() {
        let labels = Map::from([("a", Str::from("1")), ("b", "".into())]);
        let selector = LabelSelector::from_labels(&labels);
        assert_eq!(selector.to_string(), "a=1,b=");
        assert!(selector.matches(&labels));
        assert!(!selector.matches(&Map::from([("a", Str::from("1"))])));
    }

    #[test]
    fn a_selector_stands_in_an_object_unless_it_compares_numbers() {
        let object = |text| LabelSelector::parse(text).unwrap().to_object();
        let said = object("a=b,a==c,!d,e!=f").unwrap();
        assert_eq!(said.match_labels, Map::from([("a", Str::from("b"))]));
        let expressions = said.match_expressions.iter();
        let operators: Vec<_> = expressions.map(|one| one.operator.as_str()).collect();
        assert_eq!(operators, ["In", "DoesNotExist", "NotIn"]);
        assert_eq!(
            object("n>5").unwrap_err().to_string(),
            "\"n>5\" compares numbers, which a selector in an object cannot"
        );
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(text in "[a-c=!,<> ()]{0,12}|([ab]( (in|notin) \\([a-c,]{0,5}\\)|[=<>][0-9a]),){0,3}!?a") {
            if let Ok(selector) = LabelSelector::parse(&text) {
                prop_assert_eq!(LabelSelector::parse(&selector.to_string()), Ok(selector));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}|[a=!,<>() \\x00é]{0,12}") {
            if let Err(error) = LabelSelector::parse(&text) {
                prop_assert!(error.offset() <= text.len());
            }
        }
    }
}
