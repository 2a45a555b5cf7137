//! The changes between the two versions.

use std::fmt::Debug;

use ipc_gen::{Impact, Rule};
use ipc_gen_tests::versions::same::Base;
use ipc_gen_tests::versions::{new, old};
use ipc_runtime::{ExceptionKind, IpcException};

use super::Row;

/// Tells whether a call returned what it should.
#[expect(clippy::needless_pass_by_value, reason = "so that each row can write down a value")]
fn is<T: PartialEq>(result: Result<T, IpcException>, expected: T) -> bool {
    result.is_ok_and(|found| found == expected)
}

/// Tells whether a peer said that it does not have the method.
fn is_missing<T: Debug>(result: Result<T, IpcException>) -> bool {
    result.is_err_and(|error| error.kind() == ExceptionKind::Unimplemented)
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn rows() -> Vec<Row> {
    vec![
        // Declarations.
        Row::new(
            Rule::DeclarationAdded,
            Impact::Compatible,
            "Remembered",
            |init| is(init.further().unwrap().declaration_added(), 11),
            |init| is(init.further().unwrap().declaration_added(Some(new::Remembered { a: 5 })), 1),
        ),
        Row::new(
            Rule::DeclarationRemoved,
            Impact::SourceOnly,
            "Forgotten",
            |init| is(init.further().unwrap().declaration_removed(&old::Forgotten { a: 5 }), 12),
            // That the parameter is missing is said below.
            |init| init.further().unwrap().declaration_removed().is_ok(),
        ),
        Row::new(
            Rule::DeclarationRenamed,
            Impact::SourceOnly,
            "After",
            |init| {
                let value = old::Before { a: 5 };
                is(init.further().unwrap().declaration_renamed(&value), value)
            },
            |init| {
                let value = new::After { a: 5 };
                is(init.further().unwrap().declaration_renamed(&value), value)
            },
        ),
        Row::new(
            Rule::KindChanged,
            Impact::Both,
            "Shape",
            |init| is(init.further().unwrap().kind_changed(old::Shape::Square), 4),
            |init| is(init.further().unwrap().kind_changed(&new::Shape { corners: 4 }), 4),
        ),
        Row::new(
            Rule::FieldTypeChanged,
            Impact::Both,
            "Further.kindChanged.value",
            |init| is(init.further().unwrap().kind_changed(old::Shape::Square), 4),
            |init| is(init.further().unwrap().kind_changed(&new::Shape { corners: 4 }), 4),
        ),
        Row::new(
            Rule::IdChanged,
            Impact::SourceOnly,
            "Identified",
            |init| {
                let value = old::Identified { a: 5 };
                is(init.further().unwrap().id_changed(&value), value)
            },
            |init| {
                let value = new::Identified { a: 5 };
                is(init.further().unwrap().id_changed(&value), value)
            },
        ),
        // It travels nowhere: whoever calls is not disturbed.
        Row::new(
            Rule::ConstantChanged,
            Impact::SourceOnly,
            "answer",
            |init| is(init.methods().unwrap().renamed(), 11),
            |init| is(init.methods().unwrap().another_name(), 1),
        ),
        // Interfaces.
        Row::new(
            Rule::InterfaceRemoved,
            Impact::OldClients,
            "Gone",
            |init| init.gone().unwrap().call().is_ok(),
            // A later client knows it no more.
            |init| init.methods().is_ok(),
        ),
        Row::new(
            Rule::FieldTypeChanged,
            Impact::Both,
            "Init.gone.result",
            |init| init.gone().unwrap().call().is_ok(),
            |init| init.gone().unwrap().call().is_ok(),
        ),
        Row::new(
            Rule::InterfaceIdChanged,
            Impact::Both,
            "Reidentified",
            |init| !is_missing(init.reidentified().unwrap().call()),
            |init| !is_missing(init.reidentified().unwrap().call()),
        ),
        Row::new(
            Rule::SuperclassAdded,
            Impact::Compatible,
            "Extended",
            |init| is(init.extended().unwrap().own(), 18),
            |init| {
                let extended = init.extended().unwrap();
                is(extended.own(), 8) && is_missing(Base::inherited(&*extended))
            },
        ),
        Row::new(
            Rule::SuperclassRemoved,
            Impact::OldClients,
            "Derived",
            |init| !is_missing(Base::inherited(&*init.derived().unwrap())),
            |init| is(init.derived().unwrap().own_method(), 5),
        ),
        // Methods.
        Row::new(
            Rule::MethodAdded,
            Impact::Compatible,
            "Init.added",
            |init| is(init.methods().unwrap().renamed(), 11),
            |init| is_missing(init.added()),
        ),
        Row::new(
            Rule::MethodAdded,
            Impact::OldServers,
            "Methods.inserted",
            |init| is(init.methods().unwrap().renamed(), 11),
            // It reaches the method that was there.
            |init| !is(init.methods().unwrap().inserted(), 2),
        ),
        Row::new(
            Rule::MethodRenamed,
            Impact::SourceOnly,
            "Methods.renamed",
            |init| is(init.methods().unwrap().renamed(), 11),
            |init| is(init.methods().unwrap().another_name(), 1),
        ),
        // Each reaches another method.
        Row::new(
            Rule::MethodMoved,
            Impact::Both,
            "Methods.moved",
            |init| is(init.methods().unwrap().moved(), 13),
            |init| is(init.methods().unwrap().moved(), 2),
        ),
        Row::new(
            Rule::MethodRemoved,
            Impact::OldClients,
            "Methods.last",
            // Another has its place now.
            |init| !is(init.methods().unwrap().last(), 13),
            |init| is(init.methods().unwrap().another_name(), 1),
        ),
        // Parameters and results.
        Row::new(
            Rule::ContextChanged,
            Impact::Both,
            "Various.contextRemoved",
            |init| is(init.various().unwrap().context_removed("a"), "a".to_owned()),
            |init| is(init.various().unwrap().context_removed("a"), "a".to_owned()),
        ),
        Row::new(
            Rule::ContextChanged,
            Impact::Compatible,
            "Further.contextAlone",
            |init| is(init.further().unwrap().context_alone(), 11),
            |init| is(init.further().unwrap().context_alone(), 1),
        ),
        Row::new(
            Rule::FieldAdded,
            Impact::Compatible,
            "Various.parameterAdded.more",
            // The default is 5.
            |init| is(init.various().unwrap().parameter_added(1), 15),
            // What is not known is ignored.
            |init| is(init.various().unwrap().parameter_added(1, 9), 1),
        ),
        Row::new(
            Rule::FieldAdded,
            Impact::Compatible,
            "Further.resultAdded.more",
            |init| is(init.further().unwrap().result_added(), 11),
            |init| is(init.further().unwrap().result_added(), (1, 0)),
        ),
        Row::new(
            Rule::FieldRemoved,
            Impact::OldServers,
            "Various.parameterRemoved.b",
            |init| is(init.various().unwrap().parameter_removed(1, 2), 1),
            // The old server reads 0 where it needs a value.
            |init| !is(init.various().unwrap().parameter_removed(1), 10),
        ),
        Row::new(
            Rule::FieldRemoved,
            Impact::OldServers,
            "Further.declarationRemoved.value",
            |init| is(init.further().unwrap().declaration_removed(&old::Forgotten { a: 5 }), 12),
            |init| !is(init.further().unwrap().declaration_removed(), 0),
        ),
        Row::new(
            Rule::FieldRemoved,
            Impact::OldClients,
            "Further.resultRemoved.second",
            // The old client reads 0.
            |init| !is(init.further().unwrap().result_removed(), (11, 0)),
            |init| is(init.further().unwrap().result_removed(), 1),
        ),
        Row::new(
            Rule::FieldRenamed,
            Impact::SourceOnly,
            "Further.parameterRenamed.a",
            |init| is(init.further().unwrap().parameter_renamed(5), 5),
            |init| is(init.further().unwrap().parameter_renamed(5), 5),
        ),
        Row::new(
            Rule::FieldMoved,
            Impact::Both,
            "Various.parametersSwapped.a",
            |init| is(init.various().unwrap().parameters_swapped(1, 2), 12),
            |init| is(init.various().unwrap().parameters_swapped(2, 1), 12),
        ),
        Row::new(
            Rule::FieldMoved,
            Impact::Both,
            "Various.parametersSwapped.b",
            |init| is(init.various().unwrap().parameters_swapped(1, 2), 12),
            |init| is(init.various().unwrap().parameters_swapped(2, 1), 12),
        ),
        Row::new(
            Rule::FieldTypeChanged,
            Impact::Both,
            "Various.parameterRetyped.a",
            |init| is(init.various().unwrap().parameter_retyped(1), 1.0),
            |init| is(init.various().unwrap().parameter_retyped(1.0), 1.0),
        ),
        Row::new(
            Rule::DefaultChanged,
            Impact::Both,
            "Various.defaultChanged.a",
            |init| is(init.various().unwrap().default_changed(0), 0),
            |init| is(init.various().unwrap().default_changed(0), 0),
        ),
        // Structs and unions.
        Row::new(
            Rule::FieldAdded,
            Impact::Compatible,
            "Growing.more",
            |init| is(init.various().unwrap().field_added(&old::Growing { a: 1 }), old::Growing { a: 1 }),
            |init| {
                let value = new::Growing { a: 1, more: 2 };
                is(init.various().unwrap().field_added(&value), new::Growing { more: 7, ..value })
            },
        ),
        Row::new(
            Rule::FieldRemoved,
            Impact::Both,
            "Shrinking.b",
            |init| {
                let value = old::Shrinking { a: 1, b: 2 };
                is(init.further().unwrap().field_removed(&value), value)
            },
            // The old server needs it.
            |init| init.further().unwrap().field_removed(&new::Shrinking { a: 1 }).is_ok(),
        ),
        Row::new(
            Rule::ChoiceAdded,
            Impact::Compatible,
            "Choice.more",
            |init| is(init.various().unwrap().union_grown(&old::Choice::Number(5)), old::Choice::Number(5)),
            |init| {
                let various = init.various().unwrap();
                is(various.union_grown(&new::Choice::Number(5)), new::Choice::Number(5))
                    && various.union_grown(&new::Choice::More(5)).is_err()
            },
        ),
        Row::new(
            Rule::FieldUnionized,
            Impact::Compatible,
            "Unionized.number",
            |init| {
                let value = old::Unionized { name: "n".into(), number: 5 };
                is(init.various().unwrap().unionized(&value), value)
            },
            |init| {
                let value = new::Unionized { name: "n".into(), value: new::NumberOr::Number(5) };
                is(init.various().unwrap().unionized(&value), value)
            },
        ),
        Row::new(Rule::UnionChanged, Impact::Both, "Dissolved.number", dissolved_old, dissolved_new),
        Row::new(Rule::UnionChanged, Impact::Both, "Dissolved.text", dissolved_old, dissolved_new),
        // Enums.
        Row::new(
            Rule::ValueAdded,
            Impact::Compatible,
            "Colour.blue",
            |init| is(init.various().unwrap().values(old::Colour::Green), old::Colour::Green),
            |init| {
                let various = init.various().unwrap();
                is(various.values(new::Colour::Green), new::Colour::Green)
                    && various.values(new::Colour::Blue).is_err()
            },
        ),
        Row::new(
            Rule::ValueRemoved,
            Impact::Both,
            "Lost.two",
            |init| init.further().unwrap().value_removed(old::Lost::Two).is_ok(),
            |init| init.further().unwrap().value_removed(new::Lost::One).is_ok(),
        ),
        Row::new(
            Rule::ValueMoved,
            Impact::Both,
            "Swapped.one",
            |init| is(init.various().unwrap().values_moved(old::Swapped::One), old::Swapped::One),
            |init| is(init.various().unwrap().values_moved(new::Swapped::One), new::Swapped::One),
        ),
        Row::new(
            Rule::ValueMoved,
            Impact::Both,
            "Swapped.two",
            |init| is(init.various().unwrap().values_moved(old::Swapped::One), old::Swapped::One),
            |init| is(init.various().unwrap().values_moved(new::Swapped::One), new::Swapped::One),
        ),
        Row::new(
            Rule::ValueRenamed,
            Impact::SourceOnly,
            "Named.one",
            |init| is(init.further().unwrap().value_renamed(old::Named::One), old::Named::One),
            |init| is(init.further().unwrap().value_renamed(new::Named::Uno), new::Named::Uno),
        ),
    ]
}

/// The later server does not say which of the two it is.
fn dissolved_old(init: &dyn old::Init) -> bool {
    let value = old::Dissolved { which: old::NumberOrText::Text("x".into()) };
    is(init.further().unwrap().union_changed(&value), value)
}

/// The older server takes the one that it believes to be there.
fn dissolved_new(init: &dyn new::Init) -> bool {
    let value = new::Dissolved { number: 5, text: "x".into() };
    is(init.further().unwrap().union_changed(&value), value)
}
