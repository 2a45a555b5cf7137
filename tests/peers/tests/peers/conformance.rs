//! Which test shows which rule of how libmultiprocess's peers behave. Where a rule is about a C++ peer, one is in the test; the others,
//! in `tests/it`, are about what only a peer made for the purpose does.
//!
//! | rule | tests |
//! | --- | --- |
//! | 1. `construct` is pipelined on the bootstrap; a server that returns no thread map, a client that sends none | `a21_1_construct_is_pipelined_on_the_bootstrap`, `a21_1_a_client_without_a_thread_map`, `a_peer_without_a_thread_map_gets_no_context`, `thread_maps_are_exchanged_by_whichever_method_and_also_an_inherited_one` |
//! | 2. contexts that name no thread, with and without a pool, a foreign one, a broken one, one of another connection | `a21_2_contexts_that_name_no_thread_or_a_wrong_one`, `a21_2_contexts_of_a_cpp_client`, `a21_2_and_9_the_texts_of_errors_byte_for_byte`, `a_thread_of_somebody_else_is_refused`, `a_broken_thread_says_why_it_is` |
//! | 3. calls on one thread, in order | `a21_3_calls_on_one_thread_run_in_order`, `a21_3_calls_of_a_cpp_client_on_one_thread_run_in_order` |
//! | 4. nested callbacks, of threads and futures | `a21_4_nested_callbacks`, `a21_4_callbacks_that_are_futures`, `futures_call_each_other_back_to_any_depth` |
//! | 5. a stored callback that an unrelated thread of the server calls | `a21_5_a_stored_callback_is_called_from_an_unrelated_thread` |
//! | 6. a lent callback gets `destroy` before the reply, a given one when it is dropped | `a21_6_a_callback_is_destroyed_before_the_reply`, `a21_6_callbacks_of_a_cpp_client_end_after_the_call`, `a21_6_what_is_given_is_dropped_when_the_call_is_over` |
//! | 7. `destroy` with and without a context, after a disconnect; release without it | `a21_7_destroy_with_and_without_a_context`, `a21_7_destroy_after_a_disconnect`, `a21_7_release_without_destroy` |
//! | 8. typed slots: an empty text, a broad and a narrow one | `a21_8_typed_slots_empty_text_broad_and_narrow` |
//! | 9. the text of an exception, byte for byte | `a21_9_the_text_of_an_exception`, `a21_2_and_9_the_texts_of_errors_byte_for_byte`, `a_method_or_an_interface_that_the_object_lacks_is_unimplemented_and_the_connection_lives` |
//! | 10. options | `a21_10_options` |
//! | 11. maps, and keys that are there twice | `a21_11_maps_and_duplicate_keys` |
//! | 12. text that is no UTF-8 | `a21_12_text_that_is_no_utf8`, `a21_12_text_with_a_nul` |
//! | 13. enums out of range | `a21_13_enums_and_numbers_out_of_range` |
//! | 14. null structs and interfaces | `a21_14_nulls` |
//! | 15. calls with the id of an interface that is extended | `a21_15_methods_of_an_interface_that_is_extended` |
//! | 16. `want`, out and in/out arguments | `a21_16_out_and_in_out_arguments` |
//! | 17. a call that is dropped completes, and its thread is free afterwards | `a21_17_a_call_that_is_dropped_runs_to_its_end_and_frees_its_thread`, `a21_17_a_call_that_is_dropped_and_calls_back_keeps_its_connection`, `a_finished_call_runs_to_its_end_and_then_its_thread_is_free` |
//! | 18. a disconnect in a running call, of either side, and the text of calls after it | `a21_18_a_disconnect_in_a_running_call`, `a21_18_a_killed_server`, `a21_18_a_client_that_leaves_in_a_running_call`, `a21_18_a_server_that_leaves_in_a_running_call` |
//! | 19. `makePool` twice, and on a server that does not know it | `a21_19_a_pool_is_made_once`, `a21_19_a_server_that_knows_no_pool` |
//! | 20. a message of 64 MiB | `a21_20_a_message_of_more_than_64_mib` |
//! | 21. libmultiprocess's test interface, both ways; a node | `a21_21_values`, `a21_21_callbacks`, `a21_21_calls_of_several_threads`, `tip_template_and_block`, `a_hundred_waits_and_one_call`, `the_older_schema_is_chosen_and_behaves_like_the_newer` |
//! | 22. spawning: arguments, descriptors, a program that cannot be started, the end of the child | `a21_22_a_cpp_program_is_spawned`, `a21_22_a_cpp_program_spawns_one_of_ours`, `a_program_that_cannot_be_started_is_an_error_that_names_it_and_the_reason`, `a_thousand_cycles_of_spawn_call_and_drop_leave_no_descriptor_thread_child_or_megabyte`, `wait_spawned_gives_the_exit_status_of_a_process_that_served_until_its_parent_closed` |

use std::fs;
use std::path::Path;

/// Returns the text of all tests of the workspace.
fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                sources(&path, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_rule_has_its_tests() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tests = String::new();
    for folder in ["tests", "examples", "ipc-runtime/src"] {
        sources(&workspace.join(folder), &mut tests);
    }
    let rows = include_str!("conformance.rs").lines().filter_map(|line| line.strip_prefix("//! | "));
    let rows: Vec<(&str, &str)> = rows.skip(2).filter_map(|row| row.rsplit_once(" | ")).collect();
    let rules: Vec<String> = (1..=22).map(|rule| format!("{rule}. ")).collect();
    assert_eq!(rows.len(), rules.len());
    for ((rule, named), number) in rows.into_iter().zip(rules) {
        assert!(rule.starts_with(&number), "{rule}");
        let named: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{rule}");
        for test in named {
            assert!(tests.contains(&format!("#[test]\nfn {test}()")), "`{test}` of rule {rule} is no test");
        }
    }
}
