/// Keeps what it is given.
pub trait Store: Base + ::ipc_runtime::private::Send + ::ipc_runtime::private::Sync + 'static {
    /// Has no parameters.
    fn clear(&self) -> Result<(), IpcException>;
    /// Borrows.
    fn put(&self, key: &str, value: &[u8]) -> Result<(), IpcException>;
    /// Owns, and waits elsewhere.
    #[allow(
        clippy::async_yields_async,
        clippy::diverging_sub_expression,
        clippy::let_unit_value,
        clippy::needless_lifetimes,
        clippy::no_effect_underscore_binding,
        clippy::shadow_same,
        clippy::type_complexity,
        clippy::type_repetition_in_bounds,
        clippy::used_underscore_binding,
        single_use_lifetimes
    )]
    fn find<'life0, 'async_trait>(
        &'life0 self,
        key: String,
    ) -> ::ipc_runtime::private::Pin<
        ::ipc_runtime::private::Box<
            dyn ::ipc_runtime::private::Future<
                Output = Result<Option<Vec<u8>>, IpcException>,
            > + ::ipc_runtime::private::Send + 'async_trait,
        >,
    >
    where
        'life0: 'async_trait,
        Self: 'async_trait;
    /// Has options of both kinds.
    fn list(
        &self,
        first: Option<u32>,
        prefix: Option<&str>,
    ) -> Result<Vec<String>, IpcException>;
    /// Lends a struct.
    fn describe(&self, entry: &Entry) -> Result<Entry, IpcException>;
    /// Passes objects.
    fn watch(&self, watcher: Arc<dyn Watcher>) -> Result<Arc<dyn Watch>, IpcException>;
    /// Has an error of its own.
    fn lock(&self, key: &str) -> Result<u64, StoreError>;
    /// Has names for what it returns.
    fn count(&self) -> Result<(u32, u64), IpcException>;
    /// Waits for nobody.
    fn touch(&self, key: &str) -> Result<(), IpcException>;
    /// Has a body, which implementations inherit.
    fn version(&self) -> Result<u32, IpcException> {
        Ok(1)
    }
    #[doc(hidden)]
    fn __ipc_remote_store(
        &self,
    ) -> ::ipc_runtime::private::Option<&::ipc_runtime::private::Remote> {
        ::ipc_runtime::private::None
    }
}
///The client of [`Store`]: implements it by calling an object in another process.
#[allow(dead_code, deprecated, non_camel_case_types)]
pub type StoreClient = ::ipc_runtime::private::Client<dyn Store>;
const _: () = {
    use ::ipc_runtime::private as __ipc;
    const __FILE: __ipc::u64 = __ipc::package_file_id(__ipc::env!("CARGO_PKG_NAME"));
    const __ID: __ipc::u64 = __ipc::type_id(__FILE, "KeyValueStore");
    const __CLEAR_PARAMS: [__ipc::Field; 1usize] = [__ipc::CONTEXT];
    const __CLEAR_PARAMS_AT: __ipc::Layout<1usize> = __ipc::layout_of(&__CLEAR_PARAMS);
    const __CLEAR_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<<Result<(), IpcException> as __ipc::AnyResult>::Err>(),
    );
    const __CLEAR_RESULT: [__ipc::Field; __CLEAR_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<<Result<(), IpcException> as __ipc::AnyResult>::Err>(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    (),
                    IpcException,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __CLEAR_RESULT_AT: __ipc::Layout<{ __CLEAR_ERRORS + 1usize }> = __ipc::layout_of(
        &__CLEAR_RESULT,
    );
    const __PUT_PARAMS: [__ipc::Field; 3usize] = [
        __ipc::CONTEXT,
        __ipc::field("key", "", <str as __ipc::Lent<'_>>::PART),
        __ipc::field("value", "", <u8 as __ipc::LentSlice<'_>>::PART),
    ];
    const __PUT_PARAMS_AT: __ipc::Layout<3usize> = __ipc::layout_of(&__PUT_PARAMS);
    const __PUT_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<<Result<(), IpcException> as __ipc::AnyResult>::Err>(),
    );
    const __PUT_RESULT: [__ipc::Field; __PUT_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<<Result<(), IpcException> as __ipc::AnyResult>::Err>(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    (),
                    IpcException,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __PUT_RESULT_AT: __ipc::Layout<{ __PUT_ERRORS + 1usize }> = __ipc::layout_of(
        &__PUT_RESULT,
    );
    const __FIND_PARAMS: [__ipc::Field; 2usize] = [
        __ipc::CONTEXT,
        __ipc::field("key", "", <String as __ipc::Wire<'_>>::PART),
    ];
    const __FIND_PARAMS_AT: __ipc::Layout<2usize> = __ipc::layout_of(&__FIND_PARAMS);
    const __FIND_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<
            <Result<Option<Vec<u8>>, IpcException> as __ipc::AnyResult>::Err,
        >(),
    );
    const __FIND_RESULT: [__ipc::Field; __FIND_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<
            <Result<Option<Vec<u8>>, IpcException> as __ipc::AnyResult>::Err,
        >(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    Option<Vec<u8>>,
                    IpcException,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __FIND_RESULT_AT: __ipc::Layout<{ __FIND_ERRORS + 1usize }> = __ipc::layout_of(
        &__FIND_RESULT,
    );
    const __LIST_PARAMS: [__ipc::Field; 3usize] = [
        __ipc::CONTEXT,
        __ipc::field("first", "", <Option<u32> as __ipc::Wire<'_>>::PART),
        __ipc::field("prefix", "", <Option<&str> as __ipc::Wire<'_>>::PART),
    ];
    const __LIST_PARAMS_AT: __ipc::Layout<3usize> = __ipc::layout_of(&__LIST_PARAMS);
    const __LIST_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<
            <Result<Vec<String>, IpcException> as __ipc::AnyResult>::Err,
        >(),
    );
    const __LIST_RESULT: [__ipc::Field; __LIST_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<
            <Result<Vec<String>, IpcException> as __ipc::AnyResult>::Err,
        >(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    Vec<String>,
                    IpcException,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __LIST_RESULT_AT: __ipc::Layout<{ __LIST_ERRORS + 1usize }> = __ipc::layout_of(
        &__LIST_RESULT,
    );
    const __DESCRIBE_PARAMS: [__ipc::Field; 2usize] = [
        __ipc::CONTEXT,
        __ipc::field("entry", "", <Entry as __ipc::Lent<'_>>::PART),
    ];
    const __DESCRIBE_PARAMS_AT: __ipc::Layout<2usize> = __ipc::layout_of(
        &__DESCRIBE_PARAMS,
    );
    const __DESCRIBE_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<<Result<Entry, IpcException> as __ipc::AnyResult>::Err>(),
    );
    const __DESCRIBE_RESULT: [__ipc::Field; __DESCRIBE_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<<Result<Entry, IpcException> as __ipc::AnyResult>::Err>(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    Entry,
                    IpcException,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __DESCRIBE_RESULT_AT: __ipc::Layout<{ __DESCRIBE_ERRORS + 1usize }> = __ipc::layout_of(
        &__DESCRIBE_RESULT,
    );
    const __WATCH_PARAMS: [__ipc::Field; 2usize] = [
        __ipc::CONTEXT,
        __ipc::field("watcher", "", <Arc<dyn Watcher> as __ipc::Wire<'_>>::PART),
    ];
    const __WATCH_PARAMS_AT: __ipc::Layout<2usize> = __ipc::layout_of(&__WATCH_PARAMS);
    const __WATCH_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<
            <Result<Arc<dyn Watch>, IpcException> as __ipc::AnyResult>::Err,
        >(),
    );
    const __WATCH_RESULT: [__ipc::Field; __WATCH_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<
            <Result<Arc<dyn Watch>, IpcException> as __ipc::AnyResult>::Err,
        >(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    Arc<dyn Watch>,
                    IpcException,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __WATCH_RESULT_AT: __ipc::Layout<{ __WATCH_ERRORS + 1usize }> = __ipc::layout_of(
        &__WATCH_RESULT,
    );
    const __LOCK_PARAMS: [__ipc::Field; 2usize] = [
        __ipc::CONTEXT,
        __ipc::field("key", "", <str as __ipc::Lent<'_>>::PART),
    ];
    const __LOCK_PARAMS_AT: __ipc::Layout<2usize> = __ipc::layout_of(&__LOCK_PARAMS);
    const __LOCK_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<<Result<u64, StoreError> as __ipc::AnyResult>::Err>(),
    );
    const __LOCK_RESULT: [__ipc::Field; __LOCK_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<<Result<u64, StoreError> as __ipc::AnyResult>::Err>(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    u64,
                    StoreError,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __LOCK_RESULT_AT: __ipc::Layout<{ __LOCK_ERRORS + 1usize }> = __ipc::layout_of(
        &__LOCK_RESULT,
    );
    const __COUNT_PARAMS: [__ipc::Field; 1usize] = [__ipc::CONTEXT];
    const __COUNT_PARAMS_AT: __ipc::Layout<1usize> = __ipc::layout_of(&__COUNT_PARAMS);
    const __COUNT_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<<Result<(u32, u64), IpcException> as __ipc::AnyResult>::Err>(),
    );
    const __COUNT_RESULT: [__ipc::Field; __COUNT_ERRORS + 2usize] = __ipc::result_fields(
        &__ipc::error_of::<
            <Result<(u32, u64), IpcException> as __ipc::AnyResult>::Err,
        >(),
        [
            __ipc::field("count", "", <u32 as __ipc::Wire<'_>>::PART),
            __ipc::field("size", "", <u64 as __ipc::Wire<'_>>::PART),
        ],
    );
    const __COUNT_RESULT_AT: __ipc::Layout<{ __COUNT_ERRORS + 2usize }> = __ipc::layout_of(
        &__COUNT_RESULT,
    );
    const __TOUCH_PARAMS: [__ipc::Field; 2usize] = [
        __ipc::CONTEXT,
        __ipc::field("key", "", <str as __ipc::Lent<'_>>::PART),
    ];
    const __TOUCH_PARAMS_AT: __ipc::Layout<2usize> = __ipc::layout_of(&__TOUCH_PARAMS);
    const __TOUCH_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<<Result<(), IpcException> as __ipc::AnyResult>::Err>(),
    );
    const __TOUCH_RESULT: [__ipc::Field; __TOUCH_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<<Result<(), IpcException> as __ipc::AnyResult>::Err>(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    (),
                    IpcException,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __TOUCH_RESULT_AT: __ipc::Layout<{ __TOUCH_ERRORS + 1usize }> = __ipc::layout_of(
        &__TOUCH_RESULT,
    );
    const __VERSION_PARAMS: [__ipc::Field; 1usize] = [__ipc::CONTEXT];
    const __VERSION_PARAMS_AT: __ipc::Layout<1usize> = __ipc::layout_of(
        &__VERSION_PARAMS,
    );
    const __VERSION_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<<Result<u32, IpcException> as __ipc::AnyResult>::Err>(),
    );
    const __VERSION_RESULT: [__ipc::Field; __VERSION_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<<Result<u32, IpcException> as __ipc::AnyResult>::Err>(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    u32,
                    IpcException,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __VERSION_RESULT_AT: __ipc::Layout<{ __VERSION_ERRORS + 1usize }> = __ipc::layout_of(
        &__VERSION_RESULT,
    );
    impl<__T: ?__ipc::Sized + Store> Store for __ipc::Client<__T> {
        fn clear(&self) -> Result<(), IpcException> {
            <Result<
                (),
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 0u16,
                    },
                    __ipc::Params::with_context(__CLEAR_PARAMS_AT.size),
                    &mut |_| __ipc::Ok(()),
                    &__CLEAR_RESULT_AT.at,
                    &mut |__from| <<Result<
                        (),
                        IpcException,
                    > as __ipc::AnyResult>::Ok as __ipc::Wire<
                        '_,
                    >>::decode(__from, __CLEAR_RESULT_AT.at[__CLEAR_ERRORS]),
                    __ipc::error_of::<
                        <Result<(), IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn put(&self, key: &str, value: &[u8]) -> Result<(), IpcException> {
            <Result<
                (),
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 1u16,
                    },
                    __ipc::Params::with_context(__PUT_PARAMS_AT.size),
                    &mut |__to| __ipc::all([
                        <str as __ipc::Lent<
                            '_,
                        >>::lend_to(key, __to, __PUT_PARAMS_AT.at[1usize]),
                        <u8 as __ipc::LentSlice<
                            '_,
                        >>::lend_to(value, __to, __PUT_PARAMS_AT.at[2usize]),
                    ]),
                    &__PUT_RESULT_AT.at,
                    &mut |__from| <<Result<
                        (),
                        IpcException,
                    > as __ipc::AnyResult>::Ok as __ipc::Wire<
                        '_,
                    >>::decode(__from, __PUT_RESULT_AT.at[__PUT_ERRORS]),
                    __ipc::error_of::<
                        <Result<(), IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn find<'life0, 'async_trait>(
            &'life0 self,
            key: String,
        ) -> __ipc::Pin<
            __ipc::Box<
                dyn __ipc::Future<
                    Output = Result<Option<Vec<u8>>, IpcException>,
                > + __ipc::Send + 'async_trait,
            >,
        >
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            __ipc::Box::pin(async move {
                <Result<
                    Option<Vec<u8>>,
                    IpcException,
                > as __ipc::AnyResult>::from_result(
                    __ipc::call_method_async(
                            __ipc::Client::remote(self),
                            __ipc::MethodId {
                                interface: __ID,
                                ordinal: 2u16,
                            },
                            __ipc::Params::with_context(__FIND_PARAMS_AT.size),
                            move |__to| <String as __ipc::Wire<
                                '_,
                            >>::give(key, __to, __FIND_PARAMS_AT.at[1usize]),
                            &__FIND_RESULT_AT.at,
                            |__from| <<Result<
                                Option<Vec<u8>>,
                                IpcException,
                            > as __ipc::AnyResult>::Ok as __ipc::Wire<
                                '_,
                            >>::decode(__from, __FIND_RESULT_AT.at[__FIND_ERRORS]),
                            __ipc::error_of::<
                                <Result<
                                    Option<Vec<u8>>,
                                    IpcException,
                                > as __ipc::AnyResult>::Err,
                            >(),
                        )
                        .await,
                )
            })
        }
        fn list(
            &self,
            first: Option<u32>,
            prefix: Option<&str>,
        ) -> Result<Vec<String>, IpcException> {
            <Result<
                Vec<String>,
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 3u16,
                    },
                    __ipc::Params::with_context(__LIST_PARAMS_AT.size),
                    &mut |__to| __ipc::all([
                        <Option<
                            u32,
                        > as __ipc::Wire<
                            '_,
                        >>::lend_to(&first, __to, __LIST_PARAMS_AT.at[1usize]),
                        <Option<
                            &str,
                        > as __ipc::Wire<
                            '_,
                        >>::lend_to(&prefix, __to, __LIST_PARAMS_AT.at[2usize]),
                    ]),
                    &__LIST_RESULT_AT.at,
                    &mut |__from| <<Result<
                        Vec<String>,
                        IpcException,
                    > as __ipc::AnyResult>::Ok as __ipc::Wire<
                        '_,
                    >>::decode(__from, __LIST_RESULT_AT.at[__LIST_ERRORS]),
                    __ipc::error_of::<
                        <Result<Vec<String>, IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn describe(&self, entry: &Entry) -> Result<Entry, IpcException> {
            <Result<
                Entry,
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 4u16,
                    },
                    __ipc::Params::with_context(__DESCRIBE_PARAMS_AT.size),
                    &mut |__to| <Entry as __ipc::Lent<
                        '_,
                    >>::lend_to(entry, __to, __DESCRIBE_PARAMS_AT.at[1usize]),
                    &__DESCRIBE_RESULT_AT.at,
                    &mut |__from| <<Result<
                        Entry,
                        IpcException,
                    > as __ipc::AnyResult>::Ok as __ipc::Wire<
                        '_,
                    >>::decode(__from, __DESCRIBE_RESULT_AT.at[__DESCRIBE_ERRORS]),
                    __ipc::error_of::<
                        <Result<Entry, IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn watch(
            &self,
            watcher: Arc<dyn Watcher>,
        ) -> Result<Arc<dyn Watch>, IpcException> {
            <Result<
                Arc<dyn Watch>,
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 5u16,
                    },
                    __ipc::Params::with_context(__WATCH_PARAMS_AT.size),
                    &mut __ipc::once(|__to| <Arc<
                        dyn Watcher,
                    > as __ipc::Wire<
                        '_,
                    >>::give(watcher, __to, __WATCH_PARAMS_AT.at[1usize])),
                    &__WATCH_RESULT_AT.at,
                    &mut |__from| <<Result<
                        Arc<dyn Watch>,
                        IpcException,
                    > as __ipc::AnyResult>::Ok as __ipc::Wire<
                        '_,
                    >>::decode(__from, __WATCH_RESULT_AT.at[__WATCH_ERRORS]),
                    __ipc::error_of::<
                        <Result<Arc<dyn Watch>, IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn lock(&self, key: &str) -> Result<u64, StoreError> {
            <Result<
                u64,
                StoreError,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 6u16,
                    },
                    __ipc::Params::with_context(__LOCK_PARAMS_AT.size),
                    &mut |__to| <str as __ipc::Lent<
                        '_,
                    >>::lend_to(key, __to, __LOCK_PARAMS_AT.at[1usize]),
                    &__LOCK_RESULT_AT.at,
                    &mut |__from| <<Result<
                        u64,
                        StoreError,
                    > as __ipc::AnyResult>::Ok as __ipc::Wire<
                        '_,
                    >>::decode(__from, __LOCK_RESULT_AT.at[__LOCK_ERRORS]),
                    __ipc::error_of::<
                        <Result<u64, StoreError> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn count(&self) -> Result<(u32, u64), IpcException> {
            <Result<
                (u32, u64),
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 7u16,
                    },
                    __ipc::Params::with_context(__COUNT_PARAMS_AT.size),
                    &mut |_| __ipc::Ok(()),
                    &__COUNT_RESULT_AT.at,
                    &mut |__from| __ipc::Ok((
                        <u32 as __ipc::Wire<
                            '_,
                        >>::decode(
                            __from,
                            __COUNT_RESULT_AT.at[__COUNT_ERRORS + 0usize],
                        )?,
                        <u64 as __ipc::Wire<
                            '_,
                        >>::decode(
                            __from,
                            __COUNT_RESULT_AT.at[__COUNT_ERRORS + 1usize],
                        )?,
                    )),
                    __ipc::error_of::<
                        <Result<(u32, u64), IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn touch(&self, key: &str) -> Result<(), IpcException> {
            <Result<
                (),
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_oneway(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 8u16,
                    },
                    __ipc::Params::with_context(__TOUCH_PARAMS_AT.size),
                    &mut |__to| <str as __ipc::Lent<
                        '_,
                    >>::lend_to(key, __to, __TOUCH_PARAMS_AT.at[1usize]),
                    __ipc::error_of::<
                        <Result<(), IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn version(&self) -> Result<u32, IpcException> {
            <Result<
                u32,
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 9u16,
                    },
                    __ipc::Params::with_context(__VERSION_PARAMS_AT.size),
                    &mut |_| __ipc::Ok(()),
                    &__VERSION_RESULT_AT.at,
                    &mut |__from| <<Result<
                        u32,
                        IpcException,
                    > as __ipc::AnyResult>::Ok as __ipc::Wire<
                        '_,
                    >>::decode(__from, __VERSION_RESULT_AT.at[__VERSION_ERRORS]),
                    __ipc::error_of::<
                        <Result<u32, IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn __ipc_remote_store(&self) -> __ipc::Option<&__ipc::Remote> {
            __ipc::Some(__ipc::Client::remote(self))
        }
    }
    impl __ipc::Interface for dyn Store {
        const DESTROY: __ipc::Option<__ipc::MethodId> = __ipc::first_method(
            &[__ipc::None, <dyn Base as __ipc::Superclass>::DESTROY],
        );
        const CONSTRUCT: __ipc::Option<__ipc::MethodId> = __ipc::first_method(
            &[__ipc::None, <dyn Base as __ipc::Superclass>::CONSTRUCT],
        );
        fn implements(__interface: __ipc::u64) -> __ipc::bool {
            __interface == __ID
                || <dyn Base as __ipc::Superclass>::implements(__interface)
        }
        fn is_destroy(__method: __ipc::MethodId) -> __ipc::bool {
            __ipc::is_method(Self::DESTROY, __method)
                || <dyn Base as __ipc::Superclass>::is_destroy(__method)
        }
        fn is_construct(__method: __ipc::MethodId) -> __ipc::bool {
            __ipc::is_method(Self::CONSTRUCT, __method)
                || <dyn Base as __ipc::Superclass>::is_construct(__method)
        }
        const HAS_ONEWAY: __ipc::bool = true
            || <dyn Base as __ipc::Superclass>::HAS_ONEWAY;
        fn is_oneway(__method: __ipc::MethodId) -> __ipc::bool {
            __ipc::is_one_of(__method, __ID, &[8u16])
                || <dyn Base as __ipc::Superclass>::is_oneway(__method)
        }
        const HAS_ASYNC: __ipc::bool = true
            || <dyn Base as __ipc::Superclass>::HAS_ASYNC;
        fn has_context(__method: __ipc::MethodId) -> __ipc::bool {
            !__ipc::is_one_of(__method, __ID, &[])
                && <dyn Base as __ipc::Superclass>::has_context(__method)
        }
        fn descriptor() -> &'static __ipc::Descriptor {
            const {
                &__ipc::Descriptor {
                    id: __ID,
                    id_source: __ipc::IdSource::Name,
                    file: __FILE,
                    name: "KeyValueStore",
                    module: __ipc::module_path!(),
                    doc: "Keeps what it is given.",
                    parameters: &[],
                    kind: __ipc::Kind::Interface(__ipc::InterfaceDescriptor {
                        methods: &[
                            __ipc::Method {
                                name: "clear",
                                doc: "Has no parameters.",
                                ordinal: 0u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__CLEAR_PARAMS, __CLEAR_PARAMS_AT),
                                    size: __CLEAR_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__CLEAR_RESULT, __CLEAR_RESULT_AT) },
                                    __CLEAR_RESULT_AT.size,
                                    __CLEAR_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "put",
                                doc: "Borrows.",
                                ordinal: 1u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__PUT_PARAMS, __PUT_PARAMS_AT),
                                    size: __PUT_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__PUT_RESULT, __PUT_RESULT_AT) },
                                    __PUT_RESULT_AT.size,
                                    __PUT_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "find",
                                doc: "Owns, and waits elsewhere.",
                                ordinal: 2u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__FIND_PARAMS, __FIND_PARAMS_AT),
                                    size: __FIND_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__FIND_RESULT, __FIND_RESULT_AT) },
                                    __FIND_RESULT_AT.size,
                                    __FIND_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "list",
                                doc: "Has options of both kinds.",
                                ordinal: 3u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__LIST_PARAMS, __LIST_PARAMS_AT),
                                    size: __LIST_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__LIST_RESULT, __LIST_RESULT_AT) },
                                    __LIST_RESULT_AT.size,
                                    __LIST_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "describe",
                                doc: "Lends a struct.",
                                ordinal: 4u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(
                                        __DESCRIBE_PARAMS,
                                        __DESCRIBE_PARAMS_AT,
                                    ),
                                    size: __DESCRIBE_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const {
                                        &__ipc::placed(__DESCRIBE_RESULT, __DESCRIBE_RESULT_AT)
                                    },
                                    __DESCRIBE_RESULT_AT.size,
                                    __DESCRIBE_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "watch",
                                doc: "Passes objects.",
                                ordinal: 5u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__WATCH_PARAMS, __WATCH_PARAMS_AT),
                                    size: __WATCH_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__WATCH_RESULT, __WATCH_RESULT_AT) },
                                    __WATCH_RESULT_AT.size,
                                    __WATCH_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "lock",
                                doc: "Has an error of its own.",
                                ordinal: 6u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__LOCK_PARAMS, __LOCK_PARAMS_AT),
                                    size: __LOCK_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__LOCK_RESULT, __LOCK_RESULT_AT) },
                                    __LOCK_RESULT_AT.size,
                                    __LOCK_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "count",
                                doc: "Has names for what it returns.",
                                ordinal: 7u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__COUNT_PARAMS, __COUNT_PARAMS_AT),
                                    size: __COUNT_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__COUNT_RESULT, __COUNT_RESULT_AT) },
                                    __COUNT_RESULT_AT.size,
                                    __COUNT_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "touch",
                                doc: "Waits for nobody.",
                                ordinal: 8u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__TOUCH_PARAMS, __TOUCH_PARAMS_AT),
                                    size: __TOUCH_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__TOUCH_RESULT, __TOUCH_RESULT_AT) },
                                    __TOUCH_RESULT_AT.size,
                                    __TOUCH_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "version",
                                doc: "Has a body, which implementations inherit.",
                                ordinal: 9u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(
                                        __VERSION_PARAMS,
                                        __VERSION_PARAMS_AT,
                                    ),
                                    size: __VERSION_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const {
                                        &__ipc::placed(__VERSION_RESULT, __VERSION_RESULT_AT)
                                    },
                                    __VERSION_RESULT_AT.size,
                                    __VERSION_ERRORS,
                                ),
                            },
                        ],
                        construct: __ipc::None,
                        superclasses: &[<dyn Base as __ipc::Superclass>::descriptor],
                    }),
                }
            }
        }
        #[inline]
        fn from_remote(__remote: __ipc::Remote) -> __ipc::Arc<Self> {
            __ipc::Arc::new(__ipc::Client::<Self>::new(__remote))
        }
        fn as_remote(&self) -> __ipc::Option<&__ipc::Remote> {
            Store::__ipc_remote_store(self)
        }
        #[inline]
        fn dispatch(
            &self,
            __call: &__ipc::ServerCall,
        ) -> __ipc::Result<__ipc::Reply, __ipc::IpcException> {
            match __call.method() {
                __ipc::MethodId { interface: __ID, ordinal: 0u16 } => {
                    __ipc::reply(
                        __call,
                        __CLEAR_RESULT_AT.size,
                        &__CLEAR_RESULT_AT.at,
                        <Result<
                            (),
                            IpcException,
                        > as __ipc::AnyResult>::into_result(Store::clear(self)),
                        &mut |__value, __to| <<Result<
                            (),
                            IpcException,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(__value, __to, __CLEAR_RESULT_AT.at[__CLEAR_ERRORS]),
                        __ipc::error_of::<
                            <Result<(), IpcException> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 1u16 } => {
                    let __from = __call.params()?;
                    let key = <str as __ipc::Lent<
                        '_,
                    >>::decode(&__from, __PUT_PARAMS_AT.at[1usize])?;
                    let value = <u8 as __ipc::LentSlice<
                        '_,
                    >>::decode(&__from, __PUT_PARAMS_AT.at[2usize])?;
                    __ipc::reply(
                        __call,
                        __PUT_RESULT_AT.size,
                        &__PUT_RESULT_AT.at,
                        <Result<
                            (),
                            IpcException,
                        > as __ipc::AnyResult>::into_result(
                            Store::put(
                                self,
                                <str as __ipc::Lent<'_>>::lend(&key),
                                <u8 as __ipc::LentSlice<'_>>::lend(&value),
                            ),
                        ),
                        &mut |__value, __to| <<Result<
                            (),
                            IpcException,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(__value, __to, __PUT_RESULT_AT.at[__PUT_ERRORS]),
                        __ipc::error_of::<
                            <Result<(), IpcException> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 3u16 } => {
                    let __from = __call.params()?;
                    let first = <Option<
                        u32,
                    > as __ipc::Wire<'_>>::decode(&__from, __LIST_PARAMS_AT.at[1usize])?;
                    let prefix = <Option<
                        &str,
                    > as __ipc::Wire<'_>>::decode(&__from, __LIST_PARAMS_AT.at[2usize])?;
                    __ipc::reply(
                        __call,
                        __LIST_RESULT_AT.size,
                        &__LIST_RESULT_AT.at,
                        <Result<
                            Vec<String>,
                            IpcException,
                        > as __ipc::AnyResult>::into_result(
                            Store::list(self, first, prefix),
                        ),
                        &mut |__value, __to| <<Result<
                            Vec<String>,
                            IpcException,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(__value, __to, __LIST_RESULT_AT.at[__LIST_ERRORS]),
                        __ipc::error_of::<
                            <Result<Vec<String>, IpcException> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 4u16 } => {
                    let __from = __call.params()?;
                    let entry = <Entry as __ipc::Lent<
                        '_,
                    >>::decode(&__from, __DESCRIBE_PARAMS_AT.at[1usize])?;
                    __ipc::reply(
                        __call,
                        __DESCRIBE_RESULT_AT.size,
                        &__DESCRIBE_RESULT_AT.at,
                        <Result<
                            Entry,
                            IpcException,
                        > as __ipc::AnyResult>::into_result(
                            Store::describe(
                                self,
                                <Entry as __ipc::Lent<'_>>::lend(&entry),
                            ),
                        ),
                        &mut |__value, __to| <<Result<
                            Entry,
                            IpcException,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(
                            __value,
                            __to,
                            __DESCRIBE_RESULT_AT.at[__DESCRIBE_ERRORS],
                        ),
                        __ipc::error_of::<
                            <Result<Entry, IpcException> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 5u16 } => {
                    let __from = __call.params()?;
                    let watcher = <Arc<
                        dyn Watcher,
                    > as __ipc::Wire<
                        '_,
                    >>::decode(&__from, __WATCH_PARAMS_AT.at[1usize])?;
                    __ipc::reply(
                        __call,
                        __WATCH_RESULT_AT.size,
                        &__WATCH_RESULT_AT.at,
                        <Result<
                            Arc<dyn Watch>,
                            IpcException,
                        > as __ipc::AnyResult>::into_result(Store::watch(self, watcher)),
                        &mut |__value, __to| <<Result<
                            Arc<dyn Watch>,
                            IpcException,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(__value, __to, __WATCH_RESULT_AT.at[__WATCH_ERRORS]),
                        __ipc::error_of::<
                            <Result<
                                Arc<dyn Watch>,
                                IpcException,
                            > as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 6u16 } => {
                    let __from = __call.params()?;
                    let key = <str as __ipc::Lent<
                        '_,
                    >>::decode(&__from, __LOCK_PARAMS_AT.at[1usize])?;
                    __ipc::reply(
                        __call,
                        __LOCK_RESULT_AT.size,
                        &__LOCK_RESULT_AT.at,
                        <Result<
                            u64,
                            StoreError,
                        > as __ipc::AnyResult>::into_result(
                            Store::lock(self, <str as __ipc::Lent<'_>>::lend(&key)),
                        ),
                        &mut |__value, __to| <<Result<
                            u64,
                            StoreError,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(__value, __to, __LOCK_RESULT_AT.at[__LOCK_ERRORS]),
                        __ipc::error_of::<
                            <Result<u64, StoreError> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 7u16 } => {
                    __ipc::reply(
                        __call,
                        __COUNT_RESULT_AT.size,
                        &__COUNT_RESULT_AT.at,
                        <Result<
                            (u32, u64),
                            IpcException,
                        > as __ipc::AnyResult>::into_result(Store::count(self)),
                        &mut |__value, __to| __ipc::all([
                            <u32 as __ipc::Wire<
                                '_,
                            >>::give(
                                __value.0,
                                __to,
                                __COUNT_RESULT_AT.at[__COUNT_ERRORS + 0usize],
                            ),
                            <u64 as __ipc::Wire<
                                '_,
                            >>::give(
                                __value.1,
                                __to,
                                __COUNT_RESULT_AT.at[__COUNT_ERRORS + 1usize],
                            ),
                        ]),
                        __ipc::error_of::<
                            <Result<(u32, u64), IpcException> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 8u16 } => {
                    let __from = __call.params()?;
                    let key = <str as __ipc::Lent<
                        '_,
                    >>::decode(&__from, __TOUCH_PARAMS_AT.at[1usize])?;
                    __ipc::reply(
                        __call,
                        __TOUCH_RESULT_AT.size,
                        &__TOUCH_RESULT_AT.at,
                        <Result<
                            (),
                            IpcException,
                        > as __ipc::AnyResult>::into_result(
                            Store::touch(self, <str as __ipc::Lent<'_>>::lend(&key)),
                        ),
                        &mut |__value, __to| <<Result<
                            (),
                            IpcException,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(__value, __to, __TOUCH_RESULT_AT.at[__TOUCH_ERRORS]),
                        __ipc::error_of::<
                            <Result<(), IpcException> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 9u16 } => {
                    __ipc::reply(
                        __call,
                        __VERSION_RESULT_AT.size,
                        &__VERSION_RESULT_AT.at,
                        <Result<
                            u32,
                            IpcException,
                        > as __ipc::AnyResult>::into_result(Store::version(self)),
                        &mut |__value, __to| <<Result<
                            u32,
                            IpcException,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(
                            __value,
                            __to,
                            __VERSION_RESULT_AT.at[__VERSION_ERRORS],
                        ),
                        __ipc::error_of::<
                            <Result<u32, IpcException> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId {
                    interface: __interface,
                    ..
                } if <dyn Base as __ipc::Superclass>::implements(__interface) => {
                    <dyn Base as __ipc::Superclass>::dispatch(self, __call)
                }
                _ => {
                    __ipc::Err(
                        __call.unimplemented(<Self as __ipc::Interface>::descriptor()),
                    )
                }
            }
        }
        #[inline]
        fn dispatch_async(
            self: __ipc::Arc<Self>,
            __call: __ipc::ServerCall,
        ) -> __ipc::Started {
            match __call.method() {
                __ipc::MethodId { interface: __ID, ordinal: 2u16 } => {
                    __ipc::Started::Future(
                        __ipc::Box::pin(async move {
                            let (key,) = {
                                let __from = __call.params()?;
                                (
                                    <String as __ipc::Wire<
                                        '_,
                                    >>::decode(&__from, __FIND_PARAMS_AT.at[1usize])?,
                                )
                            };
                            __ipc::reply(
                                &__call,
                                __FIND_RESULT_AT.size,
                                &__FIND_RESULT_AT.at,
                                <Result<
                                    Option<Vec<u8>>,
                                    IpcException,
                                > as __ipc::AnyResult>::into_result(
                                    Store::find(&*self, key).await,
                                ),
                                &mut |__value, __to| <<Result<
                                    Option<Vec<u8>>,
                                    IpcException,
                                > as __ipc::AnyResult>::Ok as __ipc::Wire<
                                    '_,
                                >>::give(__value, __to, __FIND_RESULT_AT.at[__FIND_ERRORS]),
                                __ipc::error_of::<
                                    <Result<
                                        Option<Vec<u8>>,
                                        IpcException,
                                    > as __ipc::AnyResult>::Err,
                                >(),
                            )
                        }),
                    )
                }
                __ipc::MethodId {
                    interface: __interface,
                    ..
                } if <dyn Base as __ipc::Superclass>::implements(__interface) => {
                    <dyn Base as __ipc::Superclass>::dispatch_async(self, __call)
                }
                _ => __ipc::Started::NotAsync(__call),
            }
        }
    }
    impl __ipc::Passable for dyn Store {
        type Kind = __ipc::ByReference;
    }
};
