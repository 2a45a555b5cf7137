//! What the macros compile into descriptors.

use std::sync::Arc;

use ipc_runtime::wire::descriptor::{IdSource, Interface as Methods, Kind, Method};
use ipc_runtime::wire::id::{package_file_id, type_id};
use ipc_runtime::wire::{Descriptor, Enum, Interface, Size, Struct, Type};
use ipc_runtime::{IpcException, IpcType, ipc_interface};

/// Adds and
/// multiplies.
#[ipc_interface]
trait Calculator {
    /// Solves `equation`.
    fn solve_it(&self, equation: &str, digits: Option<u8>, opts: &Options) -> Result<f64, IpcException>;
    #[ipc(no_context, name = "halt")]
    fn stop(&self, #[ipc(name = "why")] reason: String) -> Result<(), IpcException>;
}

#[ipc_interface(root, file = 0xcc316e3f71a040fb, name = "Start")]
trait Init {
    #[ipc(ordinal = 2)]
    fn late(&self) -> Result<Option<u32>, IpcException>;
    #[ipc(ordinal = 1)]
    fn early(&self, calculators: Vec<Arc<dyn Calculator>>) -> Result<Arc<dyn Calculator>, IpcException>;
}

#[ipc_interface(no_destroy, id = 0xfedc_ba98_7654_3210)]
trait Bare {
    fn only(&self) -> Result<Vec<u8>, IpcException>;
}

/// How to solve.
#[derive(IpcType)]
struct Options {
    /// Digits after the point.
    max_digits: u16,
    #[ipc(name = "kind")]
    r#type: Mode,
    next: Option<Box<Self>>,
}

#[derive(IpcType)]
#[ipc(name = "RoundingMode")]
enum Mode {
    /// Away from zero.
    HalfUp,
    #[ipc(name = "even")]
    HalfEven,
}

#[test]
fn an_interface_begins_with_destroy_and_each_method_with_context() {
    let descriptor = <dyn Calculator>::descriptor();
    assert_eq!(descriptor.name, "Calculator");
    assert_eq!(descriptor.doc, "Adds and\nmultiplies.");
    assert_eq!(descriptor.module, module_path!());
    assert_eq!(descriptor.file, package_file_id("ipc-tests"));
    assert_eq!(descriptor.id, type_id(descriptor.file, "Calculator"));
    assert_eq!(descriptor.id_source, IdSource::Name);
    let [destroy, solve, halt] = methods(descriptor).methods else { panic!("three methods") };
    assert_eq!(signature(destroy), "destroy @0 (context) -> ()");
    assert_eq!(signature(solve), "solveIt @1 (context, equation, digits, opts) -> (result)");
    assert_eq!(solve.doc, "Solves `equation`.");
    assert_eq!(signature(halt), "halt @2 (why) -> ()");
    assert_eq!(<dyn Calculator as Interface>::DESTROY.map(|method| method.ordinal), Some(0));
    assert_eq!(<dyn Calculator as Interface>::CONSTRUCT, None);
    // context, equation and opts are pointers; digits is a byte and the bit that says whether it is there.
    assert_eq!(solve.params.size, Size { data: 1, pointers: 3 });
    let ordinals: Vec<u16> = solve.params.fields.iter().map(|field| field.at.ordinal).collect();
    assert_eq!(ordinals, [0, 1, 2, 4]);
    assert_eq!(solve.params.fields[2].companion_name(), "hasDigits");
    assert_eq!(solve.results.size, Size { data: 1, pointers: 0 });
}

#[test]
fn a_root_begins_with_construct_and_pins_are_kept() {
    let descriptor = <dyn Init>::descriptor();
    assert_eq!(descriptor.name, "Start");
    assert_eq!(descriptor.id, type_id(0xcc31_6e3f_71a0_40fb, "Start"));
    let signatures: Vec<String> = methods(descriptor).methods.iter().map(signature).collect();
    assert_eq!(
        signatures,
        [
            "construct @0 (threadMap) -> (threadMap)",
            "early @1 (context, calculators) -> (result)",
            "late @2 (context) -> (result)"
        ]
    );
    assert_eq!(<dyn Init as Interface>::DESTROY, None);
    assert_eq!(<dyn Init as Interface>::CONSTRUCT.map(|method| method.ordinal), Some(0));
}

#[test]
fn an_interface_may_have_its_own_id_and_no_destroy() {
    let descriptor = <dyn Bare>::descriptor();
    assert_eq!((descriptor.id, descriptor.id_source), (0xfedc_ba98_7654_3210, IdSource::Pinned));
    let signatures: Vec<String> = methods(descriptor).methods.iter().map(signature).collect();
    assert_eq!(signatures, ["only @0 (context) -> (result)"]);
    assert!(matches!(methods(descriptor).methods[0].results.fields[0].ty, Type::Data));
}

#[test]
fn types_refer_to_each_other() {
    let descriptor = <Options as Struct>::descriptor();
    assert_eq!(descriptor.doc, "How to solve.");
    let Kind::Struct(options) = descriptor.kind else { panic!("a struct") };
    let names: Vec<&str> = options.fields.iter().map(|field| field.name).collect();
    assert_eq!(names, ["maxDigits", "kind", "next"]);
    assert_eq!(options.fields[0].doc, "Digits after the point.");
    assert_eq!(options.fields[1].ty.descriptor().map(|mode| mode.name), Some("RoundingMode"));
    assert_eq!(options.fields[2].ty.descriptor().map(|next| next.id), Some(descriptor.id));
    assert_eq!(options.size, Size { data: 1, pointers: 1 });

    let Kind::Enum(mode) = <Mode as Enum>::descriptor().kind else { panic!("an enum") };
    let variants: Vec<(&str, &str)> =
        mode.variants.iter().map(|variant| (variant.name, variant.doc)).collect();
    assert_eq!(variants, [("halfUp", "Away from zero."), ("even", "")]);
    assert_eq!(Mode::from_ordinal(1).map(|mode| mode.to_ordinal()), Some(1));
    assert!(Mode::from_ordinal(2).is_none());
}

fn methods(descriptor: &'static Descriptor) -> Methods {
    match descriptor.kind {
        Kind::Interface(interface) => interface,
        _ => panic!("an interface"),
    }
}

fn signature(method: &Method) -> String {
    let names = |fields: &[ipc_runtime::wire::descriptor::Field]| {
        fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
    };
    let (params, results) = (names(method.params.fields), names(method.results.fields));
    format!("{} @{} ({params}) -> ({results})", method.name, method.ordinal)
}
