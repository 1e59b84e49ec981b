//! [`Claims`], what an object has for itself within the cluster: addresses and ports of services.
//!
//! Invariant: nothing is claimed by two. A claim is made before the object that has it is written, and given
//! back when the write fails or the object is gone.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    ops::RangeInclusive,
    sync::{Mutex, MutexGuard, PoisonError},
};

use pintle_codec::Str;
use pintle_env::Random;

/// What objects have for themselves.
#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    /// By whom something is claimed: the uid of an object.
    holders: HashMap<Claim, Str>,
    /// What an object claims.
    held: HashMap<Str, Vec<Claim>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Claim {
    Address(Ipv4Addr),
    Port(u16),
}

/// Why something cannot be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClaimError {
    /// Somebody else has it.
    Taken,
    /// It is not the cluster's to give.
    OutOfRange,
    /// All is taken.
    Exhausted,
}

/// Claims of an object that is to be written. Unless they are kept, they are given back.
pub(crate) struct Reservation<'a> {
    claims: &'a Claims,
    random: &'a dyn Random,
    holder: Str,
    /// All that the object is to have.
    wanted: Vec<Claim>,
    /// What of it is new.
    added: Vec<Claim>,
}

impl Claims {
    /// A reservation for the object of this uid.
    pub(super) fn reserve<'a>(&'a self, holder: &str, random: &'a dyn Random) -> Reservation<'a> {
        Reservation {
            claims: self,
            random,
            holder: holder.into(),
            wanted: Vec::new(),
            added: Vec::new(),
        }
    }

    /// Gives back all that an object had.
    pub(super) fn release(&self, holder: &str) {
        let mut taken = self.lock();
        for claim in taken.held.remove(holder).unwrap_or_default() {
            taken.holders.remove(&claim);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        // Nothing panics half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn give_back(&mut self, holder: &str, returned: impl Fn(&Claim) -> bool) {
        let Some(held) = self.held.get_mut(holder) else {
            return;
        };
        for claim in held.iter().filter(|claim| returned(claim)) {
            self.holders.remove(claim);
        }
        held.retain(|claim| !returned(claim));
        if held.is_empty() {
            self.held.remove(holder);
        }
    }
}

impl Reservation<'_> {
    /// Claims an address.
    pub(crate) fn address(&mut self, address: Ipv4Addr) -> Result<(), ClaimError> {
        if !ADDRESSES.contains(&u32::from(address)) {
            return Err(ClaimError::OutOfRange);
        }
        self.claim(Claim::Address(address))
    }

    /// Claims any address.
    pub(crate) fn any_address(&mut self) -> Result<Ipv4Addr, ClaimError> {
        let address = |offset: u32| Ipv4Addr::from(ADDRESSES.start() + offset);
        let count = ADDRESSES.end() - ADDRESSES.start() + 1;
        let offset = self.any(count, |offset| Claim::Address(address(offset)))?;
        Ok(address(offset))
    }

    /// Claims a port.
    pub(crate) fn port(&mut self, port: u16) -> Result<(), ClaimError> {
        if !NODE_PORTS.contains(&port) {
            return Err(ClaimError::OutOfRange);
        }
        self.claim(Claim::Port(port))
    }

    /// Claims any port.
    pub(crate) fn any_port(&mut self) -> Result<u16, ClaimError> {
        let port = |offset: u32| NODE_PORTS.start() + u16::try_from(offset).unwrap_or_default();
        let count = u32::from(NODE_PORTS.end() - NODE_PORTS.start()) + 1;
        let offset = self.any(count, |offset| Claim::Port(port(offset)))?;
        Ok(port(offset))
    }

    /// The object was written: it keeps what was reserved, and gives back what it had besides.
    pub(super) fn keep(mut self) {
        let wanted = std::mem::take(&mut self.wanted);
        self.added.clear();
        self.claims
            .lock()
            .give_back(&self.holder, |claim| !wanted.contains(claim));
    }

    fn claim(&mut self, claim: Claim) -> Result<(), ClaimError> {
        let mut taken = self.claims.lock();
        match taken.holders.get(&claim) {
            Some(holder) if *holder != self.holder => return Err(ClaimError::Taken),
            Some(_) => {}
            None => {
                taken.holders.insert(claim, self.holder.clone());
                taken
                    .held
                    .entry(self.holder.clone())
                    .or_default()
                    .push(claim);
                self.added.push(claim);
            }
        }
        self.wanted.push(claim);
        Ok(())
    }

    /// Claims any of `count` things that is free, and says which.
    fn any(&mut self, count: u32, claim: impl Fn(u32) -> Claim) -> Result<u32, ClaimError> {
        let start = self.random.below(u64::from(count));
        let start = u32::try_from(start).unwrap_or_default();
        let mut offsets = (0..count).map(|at| (start + at) % count);
        let is_free = |offset: &u32| !self.claims.lock().holders.contains_key(&claim(*offset));
        let free = offsets.find(is_free).ok_or(ClaimError::Exhausted)?;
        self.claim(claim(free))?;
        Ok(free)
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if !self.added.is_empty() {
            self.claims
                .lock()
                .give_back(&self.holder, |claim| self.added.contains(claim));
        }
    }
}

/// The addresses of services: 10.0.0.0/16 without its first and last. kube-apiserver's own default starts
/// in the same way and is smaller.
const ADDRESSES: RangeInclusive<u32> = 0x0a00_0001..=0x0a00_fffe;

/// The ports that services have on nodes. As kube-apiserver.
pub(crate) const NODE_PORTS: RangeInclusive<u16> = 30_000..=32_767;

#[cfg(test)]
mod tests {
    use pintle_env::SeededRandom;

    use super::*;

    #[test]
    fn nothing_is_claimed_by_two() {
        let (claims, random) = (Claims::default(), SeededRandom::new(1));
        let mut first = claims.reserve("a", &random);
        let address = first.any_address().unwrap();
        first.port(30_000).unwrap();
        first.port(30_000).unwrap();
        first.keep();
        let mut second = claims.reserve("b", &random);
        assert_eq!(second.address(address), Err(ClaimError::Taken));
        assert_eq!(second.port(30_000), Err(ClaimError::Taken));
        assert_eq!(second.port(29_999), Err(ClaimError::OutOfRange));
        assert_eq!(
            second.address(Ipv4Addr::new(1, 2, 3, 4)),
            Err(ClaimError::OutOfRange)
        );
        second.port(30_001).unwrap();
        drop(second);
        // What was not kept is free again, and so is what is not wanted any more.
        let mut third = claims.reserve("c", &random);
        third.port(30_001).unwrap();
        third.keep();
        let mut first = claims.reserve("a", &random);
        first.address(address).unwrap();
        first.keep();
        let mut third = claims.reserve("c", &random);
        third.port(30_000).unwrap();
        third.keep();
        claims.release("c");
        claims.release("a");
        let taken = claims.lock();
        assert!(taken.holders.is_empty() && taken.held.is_empty());
    }

    #[test]
    fn every_port_can_be_had() {
        let (claims, random) = (Claims::default(), SeededRandom::new(1));
        let mut reservation = claims.reserve("a", &random);
        for _ in NODE_PORTS {
            reservation.any_port().unwrap();
        }
        assert_eq!(reservation.any_port(), Err(ClaimError::Exhausted));
    }
}
