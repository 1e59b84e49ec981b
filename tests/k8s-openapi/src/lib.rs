//! Nothing: the tests are in `tests/it`. Their crates are path-only dependencies, so that no
//! published crate depends on itself by way of its tests.
