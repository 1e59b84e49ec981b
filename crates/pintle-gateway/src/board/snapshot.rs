//! A list as it is sent.

use std::io::IoSlice;
use std::sync::Arc;

use bytes::{Buf, Bytes};

/// The objects of a list in order, as pieces to be sent one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    objects: Arc<[Bytes]>,
    length: u64,
}

/// Some objects of a list, with a comma before each but the list's first. They are sent from where they are.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    objects: Arc<[Bytes]>,
    /// Of objects and commas in turns, an object being first: the next one, how many bytes of it are gone, and
    /// the one behind the last.
    at: usize,
    gone: usize,
    end: usize,
    left: usize,
}

impl Snapshot {
    /// The objects from one on, as many as make a piece; and the one behind.
    pub(crate) fn piece(&self, from: usize) -> Option<(Piece, usize)> {
        let mut piece = Piece {
            objects: self.objects.clone(),
            at: (2 * from).saturating_sub(1),
            gone: 0,
            end: 0,
            left: 0,
        };
        let mut next = from;
        for object in self.objects.get(from..).filter(|more| !more.is_empty())? {
            if piece.left >= ENOUGH {
                break;
            }
            piece.left += object.len() + usize::from(next > 0);
            next += 1;
        }
        piece.end = 2 * next - 1;
        Some((piece, next))
    }

    /// In bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// All of it as one text, between others.
    pub(crate) fn between(&self, before: &[u8], after: &[u8]) -> Bytes {
        [before, &self.objects.join(&b','), after].concat().into()
    }
}

impl Piece {
    fn part(&self, at: usize) -> &[u8] {
        match at % 2 {
            0 => &self.objects[at / 2],
            _ => b",",
        }
    }
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.left
    }

    fn chunk(&self) -> &[u8] {
        match self.left {
            0 => &[],
            _ => &self.part(self.at)[self.gone..],
        }
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut gone = self.gone;
        let parts = (self.at..self.end).map(|at| &self.part(at)[std::mem::take(&mut gone)..]);
        let mut filled = 0;
        for (slice, part) in slices.iter_mut().zip(parts) {
            *slice = IoSlice::new(part);
            filled += 1;
        }
        filled
    }

    fn advance(&mut self, mut bytes: usize) {
        assert!(bytes <= self.left, "nobody sends more than there is");
        self.left -= bytes;
        while self.at < self.end {
            let here = self.part(self.at).len() - self.gone;
            if bytes < here {
                self.gone += bytes;
                return;
            }
            bytes -= here;
            self.at += 1;
            self.gone = 0;
        }
    }
}

impl FromIterator<Bytes> for Snapshot {
    fn from_iter<I: IntoIterator<Item = Bytes>>(objects: I) -> Self {
        let objects: Arc<[Bytes]> = objects.into_iter().collect();
        let bytes: u64 = objects.iter().map(|object| object.len() as u64).sum();
        Self {
            length: bytes + (objects.len() as u64).saturating_sub(1),
            objects,
        }
    }
}

/// About how many bytes are handed on at once: as many as a socket takes, and few enough that whoever hands
/// them on looks at the time meanwhile.
const ENOUGH: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(lengths: &[usize]) -> (Snapshot, Vec<u8>) {
        let objects = lengths.iter().enumerate();
        let objects: Vec<Bytes> = objects
            .map(|(index, length)| vec![b'a' + (index % 26) as u8; *length].into())
            .collect();
        let joined = objects.join(&b','.to_owned());
        (objects.into_iter().collect(), joined)
    }

    fn pieces(snapshot: &Snapshot) -> Vec<Piece> {
        let mut next = 0;
        let more = std::iter::from_fn(|| {
            let (piece, behind) = snapshot.piece(next)?;
            next = behind;
            Some(piece)
        });
        more.collect()
    }

    #[test]
    fn pieces_make_the_list_however_they_are_taken() {
        for lengths in [
            &[1][..],
            &[3, 1, 2],
            &[0, 2, 0],
            &[ENOUGH, 5, ENOUGH - 1, 7, 1],
            &[100_000; 20],
        ] {
            let (snapshot, whole) = snapshot(lengths);
            assert_eq!(snapshot.length(), whole.len() as u64);
            for step in [1, 2, 70_000, usize::MAX] {
                // Byte by byte takes its time.
                if step < 70_000 && whole.len() > 1_000 {
                    continue;
                }
                let mut taken = Vec::new();
                for mut piece in pieces(&snapshot) {
                    while piece.has_remaining() {
                        let mut slices = [IoSlice::new(&[]); 3];
                        let filled = piece.chunks_vectored(&mut slices);
                        let slices = slices[..filled].iter();
                        let some: Vec<u8> = slices.flat_map(|slice| slice.to_vec()).collect();
                        assert!(some.starts_with(piece.chunk()));
                        let bytes = some.len().min(step);
                        taken.extend_from_slice(&some[..bytes]);
                        piece.advance(bytes);
                    }
                }
                assert!(taken == whole, "{lengths:?} by {step}");
            }
        }
        assert!(pieces(&snapshot(&[]).0).is_empty());
    }

    #[test]
    fn a_long_list_has_several_pieces() {
        let (long, _) = snapshot(&[100_000; 20]);
        let sizes: Vec<usize> = pieces(&long).iter().map(Buf::remaining).collect();
        assert_eq!(sizes.len(), 7);
        assert!(sizes.iter().all(|size| *size < 2 * ENOUGH), "{sizes:?}");
    }
}
