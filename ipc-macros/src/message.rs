//! Every message that the macros word themselves. Each occurs in a UI test, which a test checks.

use std::fmt::Display;

/// A message and the way out. Each `{}` in the two is replaced in turn.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) text: &'static str,
    pub(crate) help: &'static str,
}

impl Message {
    pub(crate) fn render(&self, arguments: &[&dyn Display]) -> String {
        let mut arguments = arguments.iter();
        let mut fill = |template: &str| {
            let mut pieces = template.split("{}");
            let mut text = pieces.next().unwrap_or_default().to_owned();
            for piece in pieces {
                text.extend(arguments.next().map(ToString::to_string));
                text.push_str(piece);
            }
            text
        };
        format!("{}\n\nhelp: {}", fill(self.text), fill(self.help))
    }
}

/// Defines the messages: name, text, help.
macro_rules! messages {
    ($($name:ident { $text:literal, $help:literal })*) => {
        $(pub(crate) const $name: Message = Message { text: $text, help: $help };)*
    };
}

// Where the attribute stands.
messages! {
    NOT_A_TRAIT {
        "`#[ipc_interface]` is for traits, and this is {}",
        "an interface is a trait; put the attribute on the trait whose methods are to be called"
    }
    INTERFACE_TWICE {
        "`#[ipc_interface]` is given twice",
        "remove one of them"
    }
    IPC_ON_TRAIT {
        "`#[ipc(..)]` says nothing on a trait",
        "write it as an argument: `#[ipc_interface(..)]`"
    }
    IPC_ON_IGNORED {
        "`#[ipc(..)]` says nothing here",
        "it can stand on the methods and parameters of an interface"
    }
}

// The arguments of attributes.
messages! {
    MALFORMED {
        "expected `#[ipc(..)]`",
        "the arguments are {}"
    }
    NOT_AN_ARGUMENT {
        "expected an argument like `name = value`",
        "the arguments are {}"
    }
    UNKNOWN_ARGUMENT {
        "unknown argument `{}`",
        "the arguments are {}"
    }
    ARGUMENT_TWICE {
        "`{}` is given twice",
        "keep one of them"
    }
    VALUE_MISSING {
        "`{}` needs a value",
        "write `{} = {}`"
    }
    VALUE_UNEXPECTED {
        "`{}` takes no value",
        "write `{}` alone"
    }
    VALUE_MALFORMED {
        "this is not a value for `{}`",
        "write `{} = {}`"
    }
    NOT_AN_ID {
        "`{}` is not a Cap'n Proto id",
        "an id has 64 bits, the highest one set, as in `0x9eb32e19f86ee174`; `capnp id` makes a new one"
    }
    NOT_A_MEMBER_NAME {
        "`{}` cannot be the name of a method, field or variant in a schema",
        "a name begins with a lowercase letter and has ASCII letters and digits only; give one with `#[ipc(name = \"..\")]`"
    }
    NOT_A_TYPE_NAME {
        "`{}` cannot be the name of a type in a schema",
        "a name begins with an uppercase letter and has ASCII letters and digits only; give one with `name = \"..\"`"
    }
    ROOT_WITHOUT_DESTROY {
        "`no_destroy` says nothing beside `root`",
        "remove it: a root interface begins with `construct` and has no `destroy`"
    }
    ROOT_NAMED_DESTROY {
        "`destroy` cannot be what exchanges the thread maps",
        "give the method another name: peers take `destroy` for the end of the object"
    }
}

// The trait.
messages! {
    TRAIT_GENERICS {
        "an interface cannot be generic",
        "write one trait for each type that is needed"
    }
    TRAIT_WHERE {
        "an interface cannot have a `where` clause",
        "remove it; `Send + Sync + 'static` are added to every interface"
    }
    TRAIT_UNSAFE {
        "an interface cannot be an `unsafe` trait",
        "remove `unsafe`: the peer can be relied on for nothing"
    }
    SUPERTRAIT {
        "`{}` cannot be a supertrait of an interface",
        "an interface extends other traits with `#[ipc_interface]`, beside `Send`, `Sync` and `'static`; repeat the methods of others in it"
    }
    ASSOCIATED_TYPE {
        "an interface cannot have associated types",
        "name the type in the methods that use it"
    }
    ASSOCIATED_CONST {
        "an interface cannot have associated constants",
        "write a method that returns the value, or a constant beside the trait"
    }
    TRAIT_MACRO {
        "a macro call in an interface cannot be expanded",
        "write the methods out, or write the whole trait by a `macro_rules!` macro"
    }
}

// Methods.
messages! {
    SELF_BY_VALUE {
        "`{}` takes `self` by value, and the object stays in its process",
        "take `&self`"
    }
    SELF_BY_MUT {
        "`{}` takes `&mut self`, and many callers share the object",
        "take `&self`, and keep what changes in a `Mutex` or an atomic"
    }
    SELF_TYPED {
        "`{}` takes `self` by another type than `&Self`",
        "take `&self`"
    }
    SELF_MISSING {
        "`{}` does not take `self`",
        "a method is called on an object: take `&self` first"
    }
    METHOD_UNSAFE {
        "`{}` is an `unsafe fn`",
        "write `fn`: the caller is in another process and can promise nothing"
    }
    METHOD_EXTERN {
        "`{}` is an `extern fn`",
        "write `fn`: the call does not use the machine's calling convention"
    }
    METHOD_CONST {
        "`{}` is a `const fn`",
        "write `fn`: a call to another process cannot run at compile time"
    }
    METHOD_GENERICS {
        "`{}` is generic",
        "write one method for each type that is needed"
    }
    METHOD_LIFETIMES {
        "`{}` has lifetime parameters",
        "remove them: a parameter `&T` is borrowed for the call, and a result is owned"
    }
    METHOD_WHERE {
        "`{}` has a `where` clause",
        "remove it: every type of an interface is known"
    }
    METHOD_VARIADIC {
        "`{}` takes any number of arguments",
        "take a `Vec` or a slice of them"
    }
    METHOD_CFG {
        "`{}` is there only under a condition",
        "remove the attribute: the ordinals of the methods after it would depend on the condition"
    }
    METHOD_RESERVED {
        "`{}` is a method that the runtime adds and calls",
        "choose another name for the method"
    }
    PARAM_PATTERN {
        "a parameter must be a plain name",
        "write `name: Type`"
    }
    PARAM_CFG {
        "a parameter cannot be there only under a condition",
        "remove the attribute"
    }
    RESULT_MISSING {
        "`{}` does not return a `Result`",
        "every call can fail: write `-> Result<{}, IpcException>`"
    }
    RESULT_FUTURE {
        "`{}` returns a future",
        "write `async fn` and what the future gives: `-> {}`"
    }
    RESULT_BORROWED {
        "a result cannot be borrowed",
        "the value comes from another process: return {}"
    }
}

// Types.
messages! {
    TYPE_DYN {
        "`dyn {}` must be held by an `Arc`",
        "write `Arc<dyn {}>`: the receiver may keep the object"
    }
    TYPE_DYN_BOUNDS {
        "`{}` cannot stand beside an interface",
        "write `dyn {}`: every interface is `Send + Sync + 'static`"
    }
    TYPE_CLOSURE {
        "a closure must be owned to cross a process boundary: a `Fn` by an `Arc` or a `Box`, any other by a `Box`",
        "write `{}`: the receiver may keep it"
    }
    CLOSURE_RESULT {
        "the closure returns `{}`, which is no `Result`",
        "every call can fail: write `{}`"
    }
    CLOSURE_BOUNDS {
        "the bounds of the closure must be `{}`",
        "its calls arrive on other threads: write `{}`"
    }
    CLOSURE_ARGUMENTS {
        "a closure takes at most eight arguments here, and this one takes {}",
        "put them into a struct with `#[derive(IpcType)]`, or declare an `#[ipc_interface]` trait with one method"
    }
    CLOSURE_LENT {
        "a closure with a borrowed argument takes at most three arguments here, and this one takes {}",
        "own the arguments, as in `String` for `&str`, or declare an `#[ipc_interface]` trait with one method"
    }
    AS_LENT {
        "`{}` is borrowed, and a closure that travels as an interface is owned",
        "remove the `&`, or `as`"
    }
    AS_PARTS {
        "`as` does not say which of the results it is for",
        "return one closure, or put them into a struct whose fields have `as`"
    }
    AS_DEFAULT {
        "a closure has no default in the schema",
        "remove `default`, or make the field an `Option`"
    }
    AS_HAS {
        "a closure that travels as an interface is an object, and has no presence field of its own",
        "remove `has`: an `Option` of it is null where it is not there"
    }
    AS_NEWTYPE {
        "`{}` is what is inside, and has no field of its own that could say `as`",
        "give the field a name, or write `as` where the type is used"
    }
    TYPE_FN {
        "a function pointer cannot cross a process boundary",
        "write `{}`"
    }
    TYPE_IMPL {
        "`impl Trait` cannot cross a process boundary",
        "name the type; for an object, declare an `#[ipc_interface]` trait and write `Arc<dyn Trait>`"
    }
    TYPE_ITERATOR {
        "`{}` cannot cross a process boundary",
        "take an `IpcStream<T>`, which `IpcStream::from_iterator` makes of an iterator and `IpcStream::from_stream` of a stream"
    }
    STREAM_LENT {
        "a stream cannot be lent",
        "take `{}`: passing a stream gives it away"
    }
    TYPE_RC {
        "`Rc` belongs to one thread",
        "write `Arc<dyn Trait>` for an object, or the type itself for a value, which the receiver gets a copy of"
    }
    TYPE_WEAK {
        "`Weak` does not keep the object that it leads to",
        "write `Arc<dyn Trait>`: the object is kept while anybody in any process has it"
    }
    TYPE_CELL {
        "`{}` cannot be shared across a process boundary",
        "pass the value, which the receiver gets a copy of, or an `Arc<dyn Trait>` with methods that change it"
    }
    TYPE_TUPLE {
        "a tuple has two to eight fields here",
        "declare a struct with `#[derive(IpcType)]`"
    }
    TYPE_SLICE {
        "a slice must be behind something that holds it",
        "write `Vec<T>`, or `&[T]` for a parameter"
    }
    TYPE_POINTER {
        "a raw pointer means nothing in another process",
        "pass the value, or `Arc<dyn Trait>` of an `#[ipc_interface]` trait"
    }
    TYPE_MUT {
        "a parameter cannot be changed from another process",
        "take it by value or by `&`, and return what changed"
    }
    TYPE_LIFETIME {
        "a parameter is borrowed for the call only",
        "remove the lifetime `{}`"
    }
    TYPE_SELF {
        "`Self` has no name in the schema",
        "write the type; for an object of this interface, `Arc<dyn {}>`"
    }
    TYPE_INFER {
        "the type of a parameter or result must be written",
        "write the type in place of `_`"
    }
    TYPE_NEVER {
        "`!` has no value to send",
        "write `()`"
    }
}

// Objects that are lent.
messages! {
    LOAN_MUT {
        "`{}` is lent to be changed, and the methods of an interface take `&self`",
        "write `&{}`"
    }
    LOAN_ASYNC {
        "`&{}` cannot be lent to an `async fn`",
        "write `Arc<{}>`: the future could be forgotten, and then nothing would end the loan"
    }
    LOAN_ONEWAY {
        "`&{}` cannot be lent by a one-way call",
        "write `Arc<{}>`: nobody waits for the end of the call, which would be the end of the loan"
    }
    LOAN_ALONE {
        "an object that is lent has neither a default nor a presence field of its own",
        "remove the other argument; an `Option` of it is null where there is none"
    }
    LOAN_TWIN {
        "`{}` lends an object, so `{}` has no twin",
        "write `Arc<dyn Trait>` in place of `&dyn Trait`, or remove `twin`: an `async fn` cannot lend"
    }
}

// Names and ordinals.
messages! {
    ORDINAL_TAKEN {
        "ordinal {} is taken by `{}`",
        "the next free ordinal is {}; every ordinal belongs to one method"
    }
    ORDINAL_GAP {
        "ordinal {} leaves a gap: no method has ordinal {}",
        "ordinals are consecutive: write `ordinal = {}`, or declare the missing method in its place"
    }
    VARIANT_ORDINAL_TAKEN {
        "ordinal {} is taken by the variant `{}`",
        "give each variant an ordinal of its own; one without takes the one after the variant before it"
    }
    VARIANT_ORDINAL_GAP {
        "ordinal {} leaves a gap: no variant has ordinal {}",
        "ordinals are consecutive and begin at 0"
    }
    NAME_TWICE {
        "`{}` is the name of two {} in the schema",
        "rename one of them, or give it another name with `#[ipc(name = \"..\")]`"
    }
    NAME_CONTEXT {
        "a parameter cannot be called `context` in the schema",
        "rename it: every method has a `context`, which the runtime fills in"
    }
    NAME_RESULT {
        "a parameter cannot be called `result` in the schema",
        "rename it: `result` is what the method returns"
    }
    NAME_HAS {
        "in a schema, `{}` says whether `{}` is there",
        "rename it, or replace both by one `Option`"
    }
    NAME_WANT {
        "in a schema, `{}` asks for `{}`",
        "rename it; a `bool` that asks for a result has `#[ipc(want)]`"
    }
    WANT_UNKNOWN {
        "`{}` asks for no result",
        "name it `want_x` after a result `x` in `#[ipc(results(..))]`, one that is no parameter and not `result`; or remove `want`"
    }
    WANT_TYPE {
        "`{}` asks for a result, so it is a `bool`",
        "write `bool`"
    }
}

// Numbers.
messages! {
    TOO_MANY {
        "`{}` has {} {}, and a schema has room for 65,535",
        "move some of them into a type of their own"
    }
}

// Derived types.
messages! {
    DATA_UNION {
        "`IpcType` cannot be derived for a union",
        "a union does not say which field is set: write a struct with an `Option` for each"
    }
    DATA_DISCRIMINANT {
        "the variant `{}` has an explicit discriminant",
        "remove it: on the wire a variant is its position; or let it be a number, with `#[ipc(repr = i32)]` on the enum"
    }
    DATA_NO_VARIANTS {
        "`{}` has no variant, so there is no value to send",
        "add a variant, or write `()` where the type is used"
    }
    DATA_GENERICS {
        "`{}` is generic, and no variant has a field",
        "remove the parameters: the variants are the same with every argument"
    }
    DATA_LIFETIMES {
        "`{}` has several lifetimes",
        "keep one: all that is borrowed is borrowed from one message"
    }
    GENERIC_GROWTH {
        "`{}` contains itself with larger and larger arguments",
        "a type inside itself has its own parameters as arguments, or types without them"
    }
    GENERIC_UNUSED {
        "no field of `{}` has the type of a parameter",
        "remove `generic`: it keeps type parameters in the schema"
    }
    GENERIC_NEWTYPE {
        "`{}` is what is inside and has no declaration in the schema",
        "remove `generic`; or name the field, which makes a struct of it"
    }
    GENERIC_CONSTANT {
        "`{}` is a constant, and in the schema parameters are types",
        "remove `generic`: there is a struct for each set of arguments then"
    }
    GENERIC_PROJECTED {
        "an associated type cannot be a parameter in the schema",
        "make it a parameter of the struct itself; or remove `generic`: there is a struct for each set of arguments then"
    }
    GENERIC_NAME {
        "`{}` cannot be the name of a parameter in the schema",
        "it begins with a capital letter and has only letters and digits"
    }
    GENERIC_BOUND {
        "the type is described with something that stands for `{}` and is not `{}`",
        "move the bound to the `impl`s that need it; or remove `generic`: there is a struct for each set of arguments then"
    }
    GENERIC_LIST {
        "the schema has no list of a parameter, such as `{}`",
        "let the list be the argument: a field whose type is a parameter itself; or remove `generic`: there is a struct for each set of arguments then"
    }
    DEFAULT_GENERIC {
        "a field whose type is a parameter has no default in the schema",
        "remove the default: where a message does not have it, it reads as zero, empty or `None`"
    }
    NEWTYPE_RECURSIVE {
        "`{}` consists of itself",
        "a tuple struct of one field is what is inside; name the field, or add another one"
    }
    NEWTYPE_DEFAULT {
        "`{}` is what is inside and has no default of its own",
        "give the default to the fields that have this type"
    }
    WITH_AND_SERDE {
        "`serde` and `with` exclude each other",
        "keep one of them: both say how the value travels"
    }
    WITH_ALONE {
        "`{}` says nothing of a value that is converted",
        "remove one of the two"
    }
    WITH_RESULTS {
        "`with` and `serde` convert one result, and `{}` names several",
        "return one value, or name the parts that need it in a struct with `#[derive(IpcType)]`"
    }
    NEWTYPE_SERDE {
        "`{}` is what is inside, which is no IPC type",
        "name the field, or hold a `Serde<T>` and remove `serde`"
    }
    NEWTYPE_PLACE {
        "`{}` is what is inside and has no place of its own",
        "say it of the fields that have this type; or name the field, which makes a struct of it"
    }
    DEFAULT_OF_OPTION {
        "an `Option` has no default in the schema but `None`",
        "remove one of the two; a value that is always there can have a default"
    }
    SKIP_ALONE {
        "a field that is skipped is not in the schema, so there is nothing else to say of it",
        "remove the other arguments, or `skip`; on receipt, a skipped field is `Default::default()`"
    }
    GROUP_AND_UNION {
        "a field is a group or a union",
        "write `group` for a struct, `union` for an enum with fields"
    }
    GROUP_PARAMETER {
        "`{}` may be any type, so it cannot be a {}",
        "remove the argument: the field has a struct of its own then; or name a type that is generic itself, such as `Group<T>`"
    }
    GROUP_BOUND {
        "what is in a group or union is counted with something that stands for `{}` and is not `{}`",
        "move the bound to the `impl`s that need it; or remove `group` or `union`: the field has a struct of its own then"
    }
    GROUP_RECURSIVE {
        "`{}` cannot lie within itself as a {}",
        "remove the argument, and hold the value in a `Box` or a `Vec`: it has a struct of its own then"
    }
    HAS_GENERIC {
        "a field whose type has a parameter cannot say where its presence field is",
        "remove `has`: the presence field follows where there is one"
    }
    GROUP_OF_FIELDS {
        "a {} is several fields, of which each has what is said of it",
        "remove the other argument; give it to a field of the type"
    }
    UNION_TWICE {
        "a struct has one unnamed union, and this is the second",
        "name it, as in `#[ipc(union, name = \"choice\")]`"
    }
    ORDINAL_OF_FIRST {
        "the ordinal of a variant is that of its first field, which has one",
        "keep one of the two"
    }
    ORDINAL_OF_NUMBER {
        "a variant that is a number on the wire has no ordinal",
        "write the number as Rust has it: `Variant = 1`"
    }
    UNION_ONE_VARIANT {
        "`{}` has one variant",
        "a union has two or more; write a struct, or add the second variant"
    }
    REPR_MISPLACED {
        "only an enum whose variants have no fields can be a number",
        "remove `repr`"
    }
    OTHER_TWICE {
        "`{}` catches unknown variants already",
        "keep one `#[ipc(other)]`"
    }
    OTHER_FIELDS {
        "the variant `{}` is for unknown ones and has fields",
        "remove the fields: it is not known what an unknown variant has"
    }
    FIELD_BORROWED {
        "a field cannot be borrowed",
        "own the data: write {}"
    }
}

// Results and errors.
messages! {
    RESULTS_MALFORMED {
        "`results` needs the names of what the method returns",
        "write `results(first, second)`"
    }
    RESULTS_HAS_UNKNOWN {
        "`has({})` is about none of the results",
        "write the name of a result in `results`, as in `results(tip, has(tip))`"
    }
    RESULTS_HAS_TWICE {
        "`has({})` is given twice",
        "keep one of them"
    }
    RESULTS_COUNT {
        "the number of names in `results` is {}, and that of values returned {}",
        "write `Result<(A, B), E>` with a part for each name; what is not a tuple is one part"
    }
    NAME_ERROR {
        "a result cannot be called `error` in the schema",
        "rename it: `error` is the method's error, where that is a type of its own"
    }
    ERROR_WITHOUT_EXCEPTION {
        "`{}` has no place for the failure of a call",
        "add {}"
    }
    ERROR_REPR {
        "an error cannot be a number: its absence could not be seen",
        "remove `repr`"
    }
    ERROR_GENERICS {
        "the error `{}` is generic",
        "write one error for each case that is needed"
    }
    ERROR_BORROWED {
        "the error `{}` borrows",
        "own the data: an error outlives the message"
    }
    ERROR_AND_ERRORS {
        "`error` and `errors` exclude each other",
        "keep `error` if the type is one field among the results, `errors` if each of its variants is one"
    }
    ERRORS_STRUCT {
        "only an enum can be several fields among the results",
        "write `error`, or make it an enum with a variant for each"
    }
    SLOT_SHAPE {
        "`{}` must hold one value, which is its field among the results",
        "write `{}(Type)`"
    }
    SLOT_OPTION {
        "`{}` holds an `Option`, and a field without a value says that the error was another one",
        "write the type without `Option`"
    }
    EXCEPTION_WITHOUT_ERROR {
        "`exception` says nothing in a type that is no error",
        "write `#[ipc(error)]` on the type"
    }
    EXCEPTION_TWICE {
        "`{}` is a second place for the failure of a call",
        "keep one `#[ipc(exception)]`"
    }
    EXCEPTION_SHAPE {
        "`{}` must hold an `IpcException` and nothing else",
        "write `{}(IpcException)`"
    }
}

// Async methods, twins and local methods.
messages! {
    IMPL_WITHOUT_TRAIT {
        "`#[ipc_interface]` is for `impl Trait for Type`",
        "remove the attribute: it gives the `async fn`s of an interface's implementation the shape that the trait has"
    }
    IPC_ON_IMPL {
        "`#[ipc(..)]` says nothing on an implementation",
        "write it on the method of the trait"
    }
    CANCELLABLE_BLOCKING {
        "`{}` cannot be cancellable, since it is not an `async fn`",
        "write `async fn`, or remove `cancellable`: only a future can be dropped before it is ready"
    }
    ONEWAY_RESULT {
        "`{}` returns something, and nobody waits for it",
        "write `Result<(), E>`, or remove `oneway`"
    }
    ONEWAY_CANCELLABLE {
        "`oneway` and `cancellable` exclude each other",
        "keep one of them: a one-way call has no caller who could leave"
    }
    LOCAL_WITHOUT_BODY {
        "`{}` is local and has no body",
        "write a default body: a client runs it in place of a call"
    }
    LOCAL_ALONE {
        "`local` stands alone",
        "remove the other arguments: a local method is not on the wire, so they say nothing"
    }
    TWIN_NAME {
        "`{}` is the name of the trait itself",
        "give the twin a name of its own"
    }
    TWIN_MIXED {
        "`{}` has methods of both forms, `fn` and `async fn`, so it has no twin",
        "write all methods in one form, or remove `twin`"
    }
}
