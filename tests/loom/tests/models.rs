//! Runs the models.

use ipc_loom_tests::mailbox::Place;
use ipc_loom_tests::{crew, mailbox, turn};

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
fn a_thread_whose_answer_is_there_is_passed_over_and_nobody_waits_for_it() {
    turn::a_thread_whose_answer_is_there_is_passed_over_and_nobody_waits_for_it();
}

#[test]
fn what_comes_wakes_a_thread_that_sleeps_at_its_mailbox() {
    mailbox::what_comes_wakes_the_sleeper(Place::Here);
}

#[test]
fn what_comes_wakes_a_thread_that_sleeps_at_a_socket() {
    mailbox::what_comes_wakes_the_sleeper(Place::AtSocket);
}

#[test]
fn what_two_threads_push_is_done_by_those_that_are_started_or_woken() {
    crew::what_two_threads_push_is_done_by_those_that_are_started_or_woken();
}

#[test]
fn a_slow_job_among_quick_ones_holds_the_others_up_until_the_next_looks() {
    crew::a_slow_job_among_quick_ones_holds_the_others_up_until_the_next_looks();
}

#[test]
fn a_thread_that_sleeps_is_woken_for_what_comes_next() {
    crew::a_thread_that_sleeps_is_woken_for_what_comes_next();
}

#[test]
fn a_thread_that_is_woken_for_something_else_reads_nevertheless() {
    turn::a_thread_that_is_woken_for_something_else_reads_nevertheless();
}
