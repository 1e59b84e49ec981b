//! The files that are applied to a cluster.

use pintle::crd::{CustomResource as _, to_yaml};
use website::Website;

#[test]
fn the_definition_is_the_one_that_is_derived() {
    let derived = to_yaml(&Website::try_crd().unwrap());
    let committed = include_str!("../../deploy/crd.yaml");
    assert_eq!(
        committed, derived,
        "`cargo run -p website -- crd > examples/website/deploy/crd.yaml` makes it anew"
    );
}
