//! [`Record`], what a Lease says of its holder.

use std::time::Duration;

use pintle_api::coordination::v1::LeaseSpec;
use pintle_env::Timestamp;
use pintle_meta::MicroTime;

use crate::Fence;

/// What a Lease says of its holder. client-go's `LeaderElectionRecord`.
///
/// Its times are for people and for what compares two records; nobody's clock is compared with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Who holds the lease; empty if nobody does.
    pub holder: String,
    /// For how long others leave it alone.
    pub duration: Duration,
    /// When its holder got it.
    pub acquired: Timestamp,
    /// When its holder last renewed it.
    pub renewed: Timestamp,
    /// How often it has changed hands.
    pub transitions: i32,
}

/// A record, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What the lease says.
    pub record: Record,
    /// The uid of the object; another lease of the same name has another.
    pub uid: String,
    /// The resource version of the object.
    pub resource_version: String,
}

impl Held {
    /// The fence of whoever holds this, which is the lease of this namespace and name.
    pub fn fence(&self, namespace: &str, name: &str) -> Fence {
        let Record {
            holder,
            transitions,
            ..
        } = &self.record;
        Fence::new(namespace, name, &self.uid, holder, *transitions)
    }
}

impl Record {
    /// What a lease says.
    pub(crate) fn read(spec: &LeaseSpec) -> Self {
        let date =
            |time: &Option<MicroTime>| time.as_ref().map_or(Timestamp::UNIX_EPOCH, timestamp);
        let seconds = spec.lease_duration_seconds.unwrap_or(0);
        Self {
            holder: spec.holder_identity.as_deref().unwrap_or("").to_owned(),
            duration: Duration::from_secs(u64::try_from(seconds).unwrap_or(0)),
            acquired: date(&spec.acquire_time),
            renewed: date(&spec.renew_time),
            transitions: spec.lease_transitions.unwrap_or(0),
        }
    }

    /// Says this in a lease; what else it says stays.
    pub(crate) fn write(&self, spec: &mut LeaseSpec) {
        let seconds = i32::try_from(self.duration.as_secs()).unwrap_or(i32::MAX);
        spec.holder_identity = Some(self.holder.as_str().into());
        spec.lease_duration_seconds = Some(seconds);
        spec.acquire_time = Some(micro_time(self.acquired));
        spec.renew_time = Some(micro_time(self.renewed));
        spec.lease_transitions = Some(self.transitions);
    }
}

fn timestamp(time: &MicroTime) -> Timestamp {
    Timestamp::from_unix(time.unix_seconds(), time.subsecond_micros() * 1_000)
}

fn micro_time(date: Timestamp) -> MicroTime {
    MicroTime::from_unix(date.unix_seconds(), date.subsecond_nanoseconds() / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = Record {
            holder: "a".to_owned(),
            duration: Duration::from_secs(15),
            acquired: Timestamp::from_unix(1_700_000_000, 123_456_000),
            renewed: Timestamp::from_unix(1_700_000_001, 0),
            transitions: 3,
        };
        let mut spec = LeaseSpec::default();
        record.write(&mut spec);
        assert_eq!(spec.lease_duration_seconds, Some(15));
        assert_eq!(Record::read(&spec), record);
        assert_eq!(Record::read(&LeaseSpec::default()), Record::default());
    }
}
