//! The scenarios, one file a subject.

mod credentials;
mod custom_resources;
mod deletes;
mod discovery;
mod errors;
mod evictions;
mod example;
mod formats;
mod garbage;
mod kinds;
mod lists;
mod namespaces;
mod openapi;
mod patches;
mod pod_parts;
mod reviews;
mod scales;
mod subresources;
mod tables;
mod warnings;
mod watches;
mod writes;

use crate::Scenario;

/// Calls a macro with the path of every scenario: one list for all that need it.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_scenario {
    ($callback:path) => {
        $callback! {
            deletes::who_deletes_says_what_becomes_of_dependents
            deletes::a_delete_that_cannot_be_meant_deletes_nothing
            deletes::the_time_that_is_left_only_gets_shorter
            deletes::a_delete_says_whether_it_is_done
            deletes::a_collection_is_deleted_by_what_selects
            discovery::the_version_is_kubernetes_own
            discovery::a_ready_server_says_so
            discovery::resources_are_discovered_group_by_group
            discovery::resources_are_discovered_all_at_once
            discovery::peers_can_be_left_out
            discovery::health_is_told_check_by_check
            errors::what_does_not_exist_is_not_found
            errors::a_path_that_is_no_resource_is_not_found
            errors::a_body_that_is_no_object_is_a_bad_request
            errors::a_body_of_an_unknown_type_is_refused
            errors::a_name_that_is_none_is_invalid
            errors::names_in_path_and_body_must_agree
            errors::a_selector_that_cannot_be_read_is_a_bad_request
            errors::who_shows_no_credentials_is_unauthorized
            errors::a_body_that_is_too_large_is_refused
            evictions::a_pod_without_a_budget_is_evicted
            evictions::an_eviction_beyond_the_budget_is_refused
            evictions::an_eviction_costs_its_budget_a_disruption
            evictions::pods_that_serve_nobody_are_evicted_whatever_the_budget
            evictions::a_pod_of_several_budgets_is_not_evicted
            example::the_list_watch_example_prints_what_happens
            formats::objects_come_and_go_in_protobuf
            formats::lists_and_watches_come_in_protobuf
            formats::what_cannot_be_read_as_protobuf_is_refused
            formats::objects_come_in_yaml
            garbage::what_nobody_owns_any_more_is_deleted
            garbage::an_owner_deleted_in_the_foreground_goes_after_what_blocks_it
            garbage::orphans_lose_their_owner_and_stay
            garbage::owners_that_do_not_exist_are_none
            garbage::an_owner_may_be_the_clusters
            kinds::kinds_behave_each_in_its_own_way
            kinds::some_fields_can_be_selected_by
            kinds::required_fields_are_asked_for
            kinds::enumerated_values_are_checked
            kinds::services_are_given_addresses_and_ports
            kinds::secrets_keep_text_as_data
            kinds::jobs_select_their_own_pods
            kinds::requests_for_certificates_say_who_made_them
            kinds::volumes_and_claims_start_pending
            kinds::some_objects_are_made_to_say_less_or_more
            kinds::the_servers_own_api_services_are_available
            lists::labels_select
            lists::names_select
            lists::pages_are_of_one_version
            lists::a_list_has_the_version_it_shows
            lists::a_version_from_the_future_times_out
            namespaces::a_namespace_that_is_deleted_is_emptied_and_goes
            namespaces::what_keeps_a_namespace_is_told
            namespaces::pods_go_before_everything_else
            namespaces::a_namespace_that_is_going_takes_nothing_new
            namespaces::some_namespaces_cannot_be_deleted
            lists::options_of_lists_that_contradict_each_other_are_invalid
            lists::a_version_means_what_its_list_makes_of_it
            lists::a_token_says_where_to_go_on
            lists::a_token_of_a_forgotten_version_leads_on
            openapi::each_group_version_has_a_document
            openapi::the_older_document_comes_in_json_and_protobuf
            openapi::a_patch_can_ask_for_validation
            openapi::schemas_say_how_fields_are_merged_and_what_they_are
            patches::a_patch_changes_what_it_says
            patches::a_json_patch_that_does_not_apply_changes_nothing
            patches::a_strategic_patch_merges_lists_by_their_keys
            patches::what_is_no_patch_is_refused
            patches::a_patch_changes_no_identity
            patches::a_patch_may_say_which_version_it_changes
            patches::unknown_fields_of_a_patch_are_told
            patches::a_patch_can_be_a_dry_run
            patches::a_status_is_patched_on_its_own
            patches::patches_of_many_clients_all_count
            pod_parts::containers_are_put_into_a_running_pod
            pod_parts::the_resources_of_a_pod_are_changed
            reviews::access_is_reviewed_by_who_decides_it
            reviews::a_review_that_asks_nothing_is_refused
            reviews::who_asks_is_told_who_that_is
            reviews::what_who_asks_may_do_is_listed
            reviews::tokens_are_issued_and_reviewed
            reviews::a_token_is_asked_for_with_care
            reviews::a_token_ends_with_what_it_is_bound_to
            scales::objects_of_any_kind_are_scaled
            scales::a_scale_that_cannot_be_meant_changes_nothing
            scales::a_scale_comes_in_every_representation
            subresources::a_pod_is_given_to_a_node_once
            subresources::a_binding_may_name_its_pod_itself
            subresources::a_pod_that_waits_or_is_not_there_is_given_to_no_node
            tables::a_table_has_kubectls_columns
            tables::a_table_carries_what_it_is_asked_to
            warnings::deprecated_versions_are_told
            warnings::fields_that_are_dropped_are_told_where_they_are
            watches::a_watch_begins_with_what_there_is
            watches::a_watch_from_a_version_shows_what_came_after
            watches::a_watch_from_zero_begins_with_what_there_is
            watches::a_watch_ends_its_initial_events_with_a_bookmark
            watches::what_leaves_a_selector_is_deleted_and_what_enters_is_added
            watches::a_watch_from_too_old_a_version_ends_with_an_error_event
            watches::a_watch_is_told_before_its_end_how_far_it_has_come
            watches::a_watch_of_one_name_sees_nothing_else
            watches::a_watch_ends_when_its_time_is_up
            watches::options_of_watches_that_contradict_each_other_are_invalid
            writes::an_object_lives_from_create_to_delete
            writes::a_pod_is_created_and_deleted
            writes::a_service_and_a_deployment_are_stored
            writes::a_generated_name_is_unique
            writes::what_exists_cannot_be_created_again
            writes::a_stale_update_conflicts
            writes::an_update_that_changes_nothing_keeps_the_version
            writes::a_dry_run_stores_nothing
            writes::finalizers_keep_an_object
            writes::preconditions_guard_a_delete
            writes::a_namespace_must_exist
            writes::unknown_fields_are_dropped_with_a_warning
            writes::quantities_are_kept_in_canonical_form
            writes::what_only_a_server_says_is_taken_from_no_client
            writes::metadata_has_its_limits
        }
    };
}

macro_rules! list {
    ($($module:ident::$scenario:ident)*) => {
        vec![$(Scenario {
            name: concat!(stringify!($module), "::", stringify!($scenario)),
            run: |cluster| Box::pin(async move { $module::$scenario(&cluster).await }),
        }),*]
    };
}

macro_rules! all {
    ($($module:ident::$scenario:ident)*) => {
        /// All scenarios but those of custom resources.
        pub fn all() -> Vec<Scenario> {
            list! { $($module::$scenario)* }
        }
    };
}

for_each_scenario!(all);

/// The scenarios of credentials: that a server knows who asks by what a client shows.
///
/// They run on a real kube-apiserver alone, since the embedded server hands out no tokens and reviews
/// nobody yet.
pub fn of_credentials() -> Vec<Scenario> {
    list! {
        credentials::a_bearer_token_says_who_asks
        credentials::a_token_file_is_replaced_while_a_watch_goes_on
        credentials::a_plugin_renews_its_tokens
        credentials::who_impersonates_is_somebody_else
    }
}

/// The scenarios of custom resources: that a server takes the definitions which the derive makes.
///
/// They run on a real kube-apiserver alone, since the embedded server does not serve custom resources
/// yet.
pub fn of_custom_resources() -> Vec<Scenario> {
    list! {
        custom_resources::options_and_defaults_are_kept
        custom_resources::numbers_and_collections_are_limited
        custom_resources::enums_of_names_are_choices
        custom_resources::variants_with_fields_are_told_apart
        custom_resources::variants_with_tags_are_told_apart
        custom_resources::untagged_variants_and_numbers_or_text_are_taken
        custom_resources::flattened_parts_are_fields
        custom_resources::raw_values_are_kept
        custom_resources::types_of_kubernetes_are_parts
        custom_resources::rules_are_obeyed
        custom_resources::a_status_is_written_on_its_own
        custom_resources::a_scale_scales
        custom_resources::columns_are_printed_and_fields_selected
        custom_resources::resources_of_the_cluster_have_no_namespace
        custom_resources::versions_show_the_same_object
        custom_resources::a_webhook_for_conversion_is_taken
        example::the_crd_example_defines_and_lists
    }
}
