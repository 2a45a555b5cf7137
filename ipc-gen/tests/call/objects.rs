//! Objects that are returned, and those that are passed.

use std::sync::Arc;

use super::Served;
use super::interfaces::{Init, Server};

fn served() -> Served {
    Served::new(Arc::new(Server) as Arc<dyn Init>)
}

#[test]
fn a_path_follows_returned_objects() {
    let served = served();
    let added = served.results(&["init.makeCounter.add", r#"{"n": 0}"#, "--format", "json"]);
    assert_eq!(added, "{\"result\": {\"result\": 0}}\n");
    let path = r#"Init.makeCounter({"start": 1}).fork.fork().add"#.replace("()", "({})");
    let added = served.results(&[&path, r#"{"n": 0}"#, "--format", "json"]);
    assert_eq!(added, "{\"result\": {\"result\": 201}}\n");
}

#[test]
fn inherited_methods_are_called() {
    let name = served().results(&["init.counters[result.first].name", "--format", "json"]);
    assert_eq!(name, "{\"result\": {\"result\": \"adder\"}}\n");
}

#[test]
fn objects_are_picked_out_of_results() {
    let served = served();
    let picked = |pick: &str| {
        let path = format!("init.counters[{pick}].add");
        served.results(&[&path, r#"{"n": 1}"#, "--format", "json"])
    };
    assert_eq!(picked("result.more[1]"), "{\"result\": {\"result\": 31}}\n");
    let said = served.mistake(&["init.counters.add"]);
    assert_eq!(
        said,
        "error: `init.counters` has returned several objects\n  help: say which, as in \
         `init.counters[result.first]`; there are `result.first`, `result.more[0]`, `result.more[1]`\n"
    );
    let said = served.mistake(&["init.counters[result.last].add"]);
    assert!(said.contains("has returned no object `result.last`"), "{said}");
}

#[test]
fn callbacks_print_what_they_are_called_with_and_answer_defaults() {
    let output = served().results(&["init.makeCounter.add", r#"{"n": 2}"#]);
    assert_eq!(
        output,
        "params.progress.report {\"count\": 0}\nparams.progress.report {\"count\": 1}\n{\n  \"result\": 2\n}\n"
    );
    let output = served().results(&["init.makeCounter.add", r#"{"n": 1}"#, "--format", "json"]);
    assert_eq!(
        output,
        "{\"call\": {\"object\": \"params.progress\", \"interface\": \"Progress\", \"method\": \"report\", \"params\": \
         {\"count\": 0}}}\n{\"result\": {\"result\": 1}}\n"
    );
}

#[test]
fn callbacks_answer_what_is_said() {
    let served = served();
    let path = r#"init.makeCounter({"progress": {"name": {"result": "nobody"}}}).name"#;
    let output = served.results(&[path]);
    assert_eq!(output, "params.progress.name {\"text\": \"adder\"}\n{\n  \"result\": \"nobody\"\n}\n");

    let path = r#"init.makeCounter({"progress": {"report": {"result": true}}}).add"#;
    let outcome = served.call(&[path, r#"{"n": 5}"#]);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.output, "params.progress.report {\"count\": 0}\n");
    assert_eq!(outcome.errors, "error: `init.makeCounter.add`: stopped at 0\n");

    let path = r#"init.makeCounter({"progress": {"report": {"$error": "no more"}}}).add"#;
    let outcome = served.call(&[path, r#"{"n": 5}"#]);
    assert_eq!(
        (outcome.code, outcome.errors.as_str()),
        (Some(1), "error: `init.makeCounter.add`: no more\n")
    );
}

#[test]
fn answers_that_cannot_be_given_are_said_before() {
    let served = served();
    for (progress, message) in [
        (r#"{"stop": {}}"#, "`params.progress.stop`: `Progress` has no such method\n  help: the methods are"),
        (
            r#"{"report": {"result": 1}}"#,
            "`params.progress.report.result`: expected true or false, found a number",
        ),
        ("1", "`params.progress`: expected an object with the results of each method, found a number"),
    ] {
        let path = format!(r#"init.makeCounter({{"progress": {progress}}}).add"#);
        let said = served.mistake(&[&path]);
        assert!(said.contains(message), "{said}");
    }
}

#[test]
fn null_is_no_object() {
    let served = served();
    let said = served.mistake(&[r#"init.maybeCounter({"progress": null}).add"#]);
    assert_eq!(said, "error: `init.maybeCounter` has returned no object to go on with\n");
    let nothing = served.results(&["init.maybeCounter", r#"{"progress": null}"#, "--format", "json"]);
    assert_eq!(nothing, "{\"result\": {}}\n");
    let object = served.results(&["init.maybeCounter", "--format", "json"]);
    assert_eq!(object, "{\"result\": {\"result\": {\"interface\": \"Counter\"}}}\n");
}

#[test]
fn a_path_that_leads_nowhere_is_said() {
    let served = served();
    for (path, message) in [
        ("calculator.add", "the root object is not `calculator`\n  help: it is `init`"),
        (
            "init.ad",
            "`init` has no method `ad`: it is a `Init`\n  help: the methods are `echo`, `makeCounter`",
        ),
        ("init.plain.add", "`init.plain` has returned no object to go on with"),
        ("init", "behind `init`: the method is missing"),
        ("init.counters[result.first]", "`[result.first]` is behind the last method"),
    ] {
        let said = served.mistake(&[path]);
        assert!(said.contains(message), "{path}: {said}");
    }
    let said = served.mistake(&[r#"init.plain({"text": "a"})"#, r#"{"text": "b"}"#]);
    assert!(said.contains("the parameters of `plain` are there twice"), "{said}");
}
