//! Runs the models.

use ipc_loom_tests::mailbox::Place;
use ipc_loom_tests::{mailbox, turn};

#[test]
fn three_callers_read_one_after_the_other_and_none_is_forgotten() {
    turn::three_callers_read_one_after_the_other_and_none_is_forgotten();
}

#[test]
fn a_caller_that_stops_waiting_passes_on_the_turn_that_it_was_given() {
    turn::a_caller_that_stops_waiting_passes_on_the_turn_that_it_was_given();
}

#[test]
fn somebody_reads_when_all_have_gone_whatever_the_background_thread_does_meanwhile() {
    turn::somebody_reads_when_all_have_gone_whatever_the_background_thread_does_meanwhile();
}

#[test]
fn what_comes_wakes_a_thread_that_sleeps_at_its_mailbox() {
    mailbox::what_comes_wakes_the_sleeper(Place::Here);
}

#[test]
fn what_comes_wakes_a_thread_that_sleeps_at_a_socket() {
    mailbox::what_comes_wakes_the_sleeper(Place::AtSocket);
}
