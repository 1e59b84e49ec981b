//! The columns of leases, and of those who want one.

use super::column::{AGE, Cell::Text, Column, NAME, Table};

pub(super) static LEASES: Table = Table::new(&[
    NAME,
    Column::new(
        "Holder",
        "Who holds the lease.",
        Text(&["spec", "holderIdentity"]),
    ),
    AGE,
]);

pub(super) static LEASE_CANDIDATES: Table = Table::new(&[
    NAME,
    Column::new(
        "LeaseName",
        "The lease that it wants.",
        Text(&["spec", "leaseName"]),
    ),
    Column::new(
        "BinaryVersion",
        "What it is.",
        Text(&["spec", "binaryVersion"]),
    ),
    Column::new(
        "EmulationVersion",
        "What it behaves as.",
        Text(&["spec", "emulationVersion"]),
    ),
    AGE,
]);
