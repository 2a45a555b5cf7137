//! More than the format has room for.

use ipc_runtime::IpcType;

macro_rules! sixteen_times {
    ($then:ident $more:tt [$($types:tt)*]) => {
        $then! { $more [
            $($types)* $($types)* $($types)* $($types)* $($types)* $($types)* $($types)* $($types)*
            $($types)* $($types)* $($types)* $($types)* $($types)* $($types)* $($types)* $($types)*
        ] }
    };
}

macro_rules! and_again {
    ([$next:ident $($more:ident)*] $types:tt) => {
        sixteen_times! { $next [$($more)*] $types }
    };
}

macro_rules! done {
    ([] [$($types:tt)*]) => {
        #[derive(IpcType)]
        pub struct Crowd($($types)*);
    };
}

sixteen_times! { and_again [and_again and_again done] [(),] }

fn main() {}
