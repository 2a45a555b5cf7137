//! Values there and back.

use std::sync::Arc;

use ipc_gen::json::Json;
use ipc_runtime::Reflection;

use super::Served;
use super::interfaces::{Init, Server};

fn served() -> Served {
    Served::with(Arc::new(Server) as Arc<dyn Init>, Reflection::Schema)
}

/// What `echo` returns for a value.
#[track_caller]
fn echoed(served: &Served, value: &str) -> Json {
    let output = served.results(&["init.echo", &format!(r#"{{"value": {value}}}"#)]);
    match Json::parse(&output) {
        Ok(Json::Object(members)) => match members.into_iter().next() {
            Some((name, value)) if name == "result" => value,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_type_comes_back() {
    let value = r#"{"truth": true, "nothing": null, "byte": 255, "signed": -128, "short": -300, "word": 4294967295, "long": "18446744073709551615", "signedLong": "-9223372036854775808", "float": 0.1, "double": -0.0000001, "text": "é\n", "bytes": "00ff10", "color": "darkGreen", "inner": {"name": "in", "number": -1}, "shape": {"square": {"side": 3, "name": "s"}}, "maybe": 7, "hasMaybe": true, "five": 0, "less": -1.5, "said": "", "truths": [true, false, true], "longs": ["1", "-1"], "doubles": ["NaN", "Infinity", "-Infinity", 1.5], "texts": ["a", ""], "table": [[1, 2], [], [3]], "colors": ["red", "darkGreen"], "inners": [{"name": "a", "number": 1}, {"name": "", "number": 0}], "place": {"x": 1, "y": -2}}"#;
    assert_eq!(echoed(&served(), value).write_line(), value);
}

#[test]
fn what_is_missing_is_the_default() {
    let value = echoed(&served(), "{}").write_line();
    for part in [
        r#""truth": false"#,
        r#""long": "0""#,
        r#""color": "red""#,
        r#""shape": {"empty": null}"#,
        r#""hasMaybe": false"#,
        r#""five": 5, "less": -1.5, "said": "text""#,
        r#""texts": []"#,
        r#""place": {"x": 0, "y": 0}"#,
    ] {
        assert!(value.contains(part), "{part} is not in {value}");
    }
}

#[test]
fn numbers_are_read_as_text_and_enums_as_numbers() {
    let value =
        echoed(&served(), r#"{"byte": "7", "long": 7, "color": 1, "bytes": [1, 2], "shape": {"circle": 1}}"#);
    let value = value.write_line();
    for part in
        [r#""byte": 7"#, r#""long": "7""#, r#""color": "darkGreen""#, r#""bytes": "0102""#, r#""circle": 1"#]
    {
        assert!(value.contains(part), "{part} is not in {value}");
    }
}

#[test]
fn bytes_have_the_form_that_is_wished() {
    let served = served();
    for (form, written) in
        [("hex", r#""616e79ff""#), ("base64", r#""YW55/w==""#), ("list", "[97, 110, 121, 255]")]
    {
        let params = format!(r#"{{"value": {{"bytes": {written}}}}}"#);
        let output = served.results(&["init.echo", &params, "--data", form, "--format", "json"]);
        assert!(output.contains(&format!(r#""bytes": {written}"#)), "{output}");
    }
}

#[test]
fn mistakes_are_said_with_their_path() {
    let served = served();
    for (value, message) in [
        (r#"{"text": 3}"#, "`params.value.text`: expected a string, found a number"),
        (r#"{"truth": "yes"}"#, "`params.value.truth`: expected true or false, found a string"),
        (r#"{"byte": 256}"#, "`params.value.byte`: 256 is no `UInt8`: 0 to 255 are"),
        (r#"{"long": -1}"#, "`params.value.long`: -1 is no `UInt64`: 0 to 18446744073709551615 are"),
        (r#"{"byte": 1.5}"#, "`params.value.byte`: expected an integer, found `1.5`"),
        (r#"{"double": "a"}"#, "`params.value.double`: expected a number, found the string `a`"),
        (r#"{"nothing": 1}"#, "`params.value.nothing`: expected null, found a number"),
        (
            r#"{"bytes": "0g"}"#,
            "`params.value.bytes`: expected a string of hexadecimal digits, or a list of numbers from 0 to 255",
        ),
        (r#"{"bytes": [256]}"#, "`params.value.bytes[0]`: 256 is no `UInt8`: 0 to 255 are"),
        (
            r#"{"color": "blue"}"#,
            "`params.value.color`: `blue` is not a value of `Color`\n  help: they are `red`, `darkGreen`",
        ),
        (
            r#"{"inners": [{}, {"name": null, "number": []}]}"#,
            "`params.value.inners[1].number`: expected an integer, found a list",
        ),
        (
            r#"{"inner": []}"#,
            "`params.value.inner`: expected an object, found a list\n  help: the fields are `name`, `number`",
        ),
        (
            r#"{"inner": {"nme": ""}}"#,
            "`params.value.inner.nme`: there is no such field\n  help: the fields are `name`, `number`",
        ),
        (
            r#"{"shape": {"empty": null, "circle": 1}}"#,
            "`params.value.shape.circle`: `empty` and `circle` are of one union: one of them can be there",
        ),
        (r#"{"table": [[1], 2]}"#, "`params.value.table[1]`: expected a list, found a number"),
        (
            r#"{"place": {"z": 1}}"#,
            "`params.value.place.z`: there is no such field\n  help: the fields are `x`, `y`",
        ),
    ] {
        let params = format!(r#"{{"value": {value}}}"#);
        let said = served.mistake(&["init.echo", &params]);
        assert!(said.contains(message), "{value}: {said}");
        assert!(said.starts_with("error: `init.echo`: "), "{said}");
    }
}

#[test]
fn parameters_can_come_from_the_standard_input() {
    let served = served();
    let outcome = super::ipc_gen(&["call", &served.address, "init.plain", "-"], "{\"text\": \"loud\"}\n");
    assert_eq!((outcome.code, outcome.output.as_str()), (Some(0), "{\n  \"result\": \"LOUD\"\n}\n"));
    let said = served.mistake(&["init.plain", "{\"text\": }"]);
    assert_eq!(said, "error: the parameters are no JSON: `}` where a value was expected (column 10)\n");
    assert!(served.mistake(&["init.plain", r#"{"context": {}}"#]).contains("there is no such field"));
    let context = served.mistake(&["init.wait", r#"{"context": {}}"#]);
    assert!(
        context.contains("`params.context`: the threads of a call are filled in: leave it out"),
        "{context}"
    );
}
