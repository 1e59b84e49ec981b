//! Conditions in a status.

use std::ops::DerefMut;

use pintle_meta::Time;
use pintle_meta::v1::Condition;

/// Puts a condition among those of a status, in the place of that of its type; whether anything
/// changed by that.
///
/// Its `last_transition_time` is `now` if its status is another than before, and else that of the
/// condition that was there. apimachinery's `meta.SetStatusCondition`.
///
/// ```
/// use pintle_controller::set_condition;
/// use pintle_meta::Time;
/// use pintle_meta::v1::Condition;
///
/// let mut conditions = Vec::new();
/// let ready = Condition {
///     type_: "Ready".into(),
///     status: "False".into(),
///     reason: "Starting".into(),
///     ..Condition::default()
/// };
/// assert!(set_condition(&mut conditions, ready.clone(), Time::from_unix(1)));
/// assert!(!set_condition(&mut conditions, ready, Time::from_unix(2)));
/// assert_eq!(conditions[0].last_transition_time, Time::from_unix(1));
/// ```
pub fn set_condition<C>(conditions: &mut C, mut condition: Condition, now: Time) -> bool
where
    C: DerefMut<Target = [Condition]> + Extend<Condition>,
{
    condition.last_transition_time = now;
    let mut known = conditions.iter_mut();
    let Some(known) = known.find(|known| known.type_ == condition.type_) else {
        conditions.extend([condition]);
        return true;
    };
    if known.status == condition.status {
        condition.last_transition_time = known.last_transition_time;
    }
    let changes = *known != condition;
    *known = condition;
    changes
}

#[cfg(test)]
mod tests {
    use pintle_codec::List;

    use super::*;

    // claims: controller.conditions
    #[test]
    fn a_condition_remembers_since_when_its_status_is_so() {
        let mut conditions = List::new();
        let mut set = |type_: &str, status: &str, reason: &str, now| {
            let condition = Condition {
                type_: type_.into(),
                status: status.into(),
                reason: reason.into(),
                ..Condition::default()
            };
            let changed = set_condition(&mut conditions, condition, Time::from_unix(now));
            let times = conditions
                .iter()
                .map(|it| it.last_transition_time.unix_seconds());
            (changed, times.collect::<Vec<_>>())
        };
        assert_eq!(set("Ready", "False", "A", 1), (true, vec![1]));
        assert_eq!(set("Ready", "False", "A", 2), (false, vec![1]));
        assert_eq!(set("Ready", "False", "B", 3), (true, vec![1]));
        assert_eq!(set("Stalled", "False", "A", 4), (true, vec![1, 4]));
        assert_eq!(set("Ready", "True", "B", 5), (true, vec![5, 4]));
    }
}
