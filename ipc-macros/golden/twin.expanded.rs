/// Has another form.
pub trait Clock: ::ipc_runtime::private::Send + ::ipc_runtime::private::Sync + 'static {
    /// Returns the time.
    fn now(&self) -> Result<SystemTime, IpcException>;
    /// Returns when it is time.
    fn wait(&self, until: SystemTime) -> Result<(), IpcException>;
    #[doc(hidden)]
    fn __ipc_remote_clock(
        &self,
    ) -> ::ipc_runtime::private::Option<&::ipc_runtime::private::Remote> {
        ::ipc_runtime::private::None
    }
}
///The client of [`Clock`]: implements it by calling an object in another process.
#[allow(dead_code, deprecated, non_camel_case_types)]
pub type ClockClient = ::ipc_runtime::private::Client<dyn Clock>;
/// Has another form.
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
pub trait ClockAsync: ::ipc_runtime::private::Send + ::ipc_runtime::private::Sync + 'static {
    /// Returns the time.
    fn now<'life0, 'async_trait>(
        &'life0 self,
    ) -> ::ipc_runtime::private::Pin<
        ::ipc_runtime::private::Box<
            dyn ::ipc_runtime::private::Future<
                Output = Result<SystemTime, IpcException>,
            > + ::ipc_runtime::private::Send + 'async_trait,
        >,
    >
    where
        'life0: 'async_trait,
        Self: 'async_trait;
    /// Returns when it is time.
    fn wait<'life0, 'async_trait>(
        &'life0 self,
        until: SystemTime,
    ) -> ::ipc_runtime::private::Pin<
        ::ipc_runtime::private::Box<
            dyn ::ipc_runtime::private::Future<
                Output = Result<(), IpcException>,
            > + ::ipc_runtime::private::Send + 'async_trait,
        >,
    >
    where
        'life0: 'async_trait,
        Self: 'async_trait;
    #[doc(hidden)]
    fn __ipc_remote_clock_async(
        &self,
    ) -> ::ipc_runtime::private::Option<&::ipc_runtime::private::Remote> {
        ::ipc_runtime::private::None
    }
}
///The client of [`ClockAsync`]: implements it by calling an object in another process.
#[allow(dead_code, deprecated, non_camel_case_types)]
pub type ClockAsyncClient = ::ipc_runtime::private::Client<dyn ClockAsync>;
const _: () = {
    use ::ipc_runtime::private as __ipc;
    const __FILE: __ipc::u64 = __ipc::package_file_id(__ipc::env!("CARGO_PKG_NAME"));
    const __ID: __ipc::u64 = __ipc::type_id(__FILE, "Clock");
    const __NOW_PARAMS: [__ipc::Field; 1usize] = [__ipc::CONTEXT];
    const __NOW_PARAMS_AT: __ipc::Layout<1usize> = __ipc::layout_of(&__NOW_PARAMS);
    const __NOW_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<<Result<SystemTime, IpcException> as __ipc::AnyResult>::Err>(),
    );
    const __NOW_RESULT: [__ipc::Field; __NOW_ERRORS + 1usize] = __ipc::result_fields(
        &__ipc::error_of::<
            <Result<SystemTime, IpcException> as __ipc::AnyResult>::Err,
        >(),
        [
            __ipc::field(
                "result",
                "",
                <<Result<
                    SystemTime,
                    IpcException,
                > as __ipc::AnyResult>::Ok as __ipc::Wire<'_>>::PART,
            ),
        ],
    );
    const __NOW_RESULT_AT: __ipc::Layout<{ __NOW_ERRORS + 1usize }> = __ipc::layout_of(
        &__NOW_RESULT,
    );
    const __WAIT_PARAMS: [__ipc::Field; 2usize] = [
        __ipc::CONTEXT,
        __ipc::field("until", "", <SystemTime as __ipc::Wire<'_>>::PART),
    ];
    const __WAIT_PARAMS_AT: __ipc::Layout<2usize> = __ipc::layout_of(&__WAIT_PARAMS);
    const __WAIT_ERRORS: __ipc::usize = __ipc::count_slots(
        &__ipc::error_of::<<Result<(), IpcException> as __ipc::AnyResult>::Err>(),
    );
    const __WAIT_RESULT: [__ipc::Field; __WAIT_ERRORS + 1usize] = __ipc::result_fields(
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
    const __WAIT_RESULT_AT: __ipc::Layout<{ __WAIT_ERRORS + 1usize }> = __ipc::layout_of(
        &__WAIT_RESULT,
    );
    impl<__T: ?__ipc::Sized + Clock> Clock for __ipc::Client<__T> {
        fn now(&self) -> Result<SystemTime, IpcException> {
            <Result<
                SystemTime,
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 1u16,
                    },
                    __ipc::Params::with_context(__NOW_PARAMS_AT.size),
                    &mut |_| __ipc::Ok(()),
                    &__NOW_RESULT_AT.at,
                    &mut |__from| <<Result<
                        SystemTime,
                        IpcException,
                    > as __ipc::AnyResult>::Ok as __ipc::Wire<
                        '_,
                    >>::decode(__from, __NOW_RESULT_AT.at[__NOW_ERRORS]),
                    __ipc::error_of::<
                        <Result<SystemTime, IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn wait(&self, until: SystemTime) -> Result<(), IpcException> {
            <Result<
                (),
                IpcException,
            > as __ipc::AnyResult>::from_result(
                __ipc::call_method(
                    __ipc::Client::remote(self),
                    __ipc::MethodId {
                        interface: __ID,
                        ordinal: 2u16,
                    },
                    __ipc::Params::with_context(__WAIT_PARAMS_AT.size),
                    &mut |__to| <SystemTime as __ipc::Wire<
                        '_,
                    >>::lend_to(&until, __to, __WAIT_PARAMS_AT.at[1usize]),
                    &__WAIT_RESULT_AT.at,
                    &mut |__from| <<Result<
                        (),
                        IpcException,
                    > as __ipc::AnyResult>::Ok as __ipc::Wire<
                        '_,
                    >>::decode(__from, __WAIT_RESULT_AT.at[__WAIT_ERRORS]),
                    __ipc::error_of::<
                        <Result<(), IpcException> as __ipc::AnyResult>::Err,
                    >(),
                ),
            )
        }
        fn __ipc_remote_clock(&self) -> __ipc::Option<&__ipc::Remote> {
            __ipc::Some(__ipc::Client::remote(self))
        }
    }
    impl __ipc::Interface for dyn Clock {
        const DESTROY: __ipc::Option<__ipc::MethodId> = __ipc::Some(__ipc::MethodId {
            interface: __ID,
            ordinal: 0u16,
        });
        const CONSTRUCT: __ipc::Option<__ipc::MethodId> = __ipc::None;
        fn descriptor() -> &'static __ipc::Descriptor {
            const {
                &__ipc::Descriptor {
                    id: __ID,
                    id_source: __ipc::IdSource::Name,
                    file: __FILE,
                    name: "Clock",
                    module: __ipc::module_path!(),
                    doc: "Has another form.",
                    parameters: &[],
                    kind: __ipc::Kind::Interface(__ipc::InterfaceDescriptor {
                        methods: &[
                            __ipc::DESTROY,
                            __ipc::Method {
                                name: "now",
                                doc: "Returns the time.",
                                ordinal: 1u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__NOW_PARAMS, __NOW_PARAMS_AT),
                                    size: __NOW_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__NOW_RESULT, __NOW_RESULT_AT) },
                                    __NOW_RESULT_AT.size,
                                    __NOW_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "wait",
                                doc: "Returns when it is time.",
                                ordinal: 2u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__WAIT_PARAMS, __WAIT_PARAMS_AT),
                                    size: __WAIT_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__WAIT_RESULT, __WAIT_RESULT_AT) },
                                    __WAIT_RESULT_AT.size,
                                    __WAIT_ERRORS,
                                ),
                            },
                        ],
                        construct: __ipc::None,
                        superclasses: &[],
                    }),
                }
            }
        }
        #[inline]
        fn from_remote(__remote: __ipc::Remote) -> __ipc::Arc<Self> {
            __ipc::Arc::new(__ipc::Client::<Self>::new(__remote))
        }
        fn as_remote(&self) -> __ipc::Option<&__ipc::Remote> {
            Clock::__ipc_remote_clock(self)
        }
        #[inline]
        fn dispatch(
            &self,
            __call: &__ipc::ServerCall,
        ) -> __ipc::Result<__ipc::Reply, __ipc::IpcException> {
            match __call.method() {
                __ipc::MethodId { interface: __ID, ordinal: 1u16 } => {
                    __ipc::reply(
                        __call,
                        __NOW_RESULT_AT.size,
                        &__NOW_RESULT_AT.at,
                        <Result<
                            SystemTime,
                            IpcException,
                        > as __ipc::AnyResult>::into_result(Clock::now(self)),
                        &mut |__value, __to| <<Result<
                            SystemTime,
                            IpcException,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(__value, __to, __NOW_RESULT_AT.at[__NOW_ERRORS]),
                        __ipc::error_of::<
                            <Result<SystemTime, IpcException> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 2u16 } => {
                    let __from = __call.params()?;
                    let until = <SystemTime as __ipc::Wire<
                        '_,
                    >>::decode(&__from, __WAIT_PARAMS_AT.at[1usize])?;
                    __ipc::reply(
                        __call,
                        __WAIT_RESULT_AT.size,
                        &__WAIT_RESULT_AT.at,
                        <Result<
                            (),
                            IpcException,
                        > as __ipc::AnyResult>::into_result(Clock::wait(self, until)),
                        &mut |__value, __to| <<Result<
                            (),
                            IpcException,
                        > as __ipc::AnyResult>::Ok as __ipc::Wire<
                            '_,
                        >>::give(__value, __to, __WAIT_RESULT_AT.at[__WAIT_ERRORS]),
                        __ipc::error_of::<
                            <Result<(), IpcException> as __ipc::AnyResult>::Err,
                        >(),
                    )
                }
                _ => {
                    __ipc::Err(
                        __call.unimplemented(<Self as __ipc::Interface>::descriptor()),
                    )
                }
            }
        }
    }
    impl __ipc::Passable for dyn Clock {
        type Kind = __ipc::ByReference;
    }
    impl<__T: ?__ipc::Sized + ClockAsync> ClockAsync for __ipc::Client<__T> {
        fn now<'life0, 'async_trait>(
            &'life0 self,
        ) -> __ipc::Pin<
            __ipc::Box<
                dyn __ipc::Future<
                    Output = Result<SystemTime, IpcException>,
                > + __ipc::Send + 'async_trait,
            >,
        >
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            __ipc::Box::pin(async move {
                <Result<
                    SystemTime,
                    IpcException,
                > as __ipc::AnyResult>::from_result(
                    __ipc::call_method_async(
                            __ipc::Client::remote(self),
                            __ipc::MethodId {
                                interface: __ID,
                                ordinal: 1u16,
                            },
                            __ipc::Params::with_context(__NOW_PARAMS_AT.size),
                            move |_| __ipc::Ok(()),
                            &__NOW_RESULT_AT.at,
                            |__from| <<Result<
                                SystemTime,
                                IpcException,
                            > as __ipc::AnyResult>::Ok as __ipc::Wire<
                                '_,
                            >>::decode(__from, __NOW_RESULT_AT.at[__NOW_ERRORS]),
                            __ipc::error_of::<
                                <Result<SystemTime, IpcException> as __ipc::AnyResult>::Err,
                            >(),
                        )
                        .await,
                )
            })
        }
        fn wait<'life0, 'async_trait>(
            &'life0 self,
            until: SystemTime,
        ) -> __ipc::Pin<
            __ipc::Box<
                dyn __ipc::Future<
                    Output = Result<(), IpcException>,
                > + __ipc::Send + 'async_trait,
            >,
        >
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            __ipc::Box::pin(async move {
                <Result<
                    (),
                    IpcException,
                > as __ipc::AnyResult>::from_result(
                    __ipc::call_method_async(
                            __ipc::Client::remote(self),
                            __ipc::MethodId {
                                interface: __ID,
                                ordinal: 2u16,
                            },
                            __ipc::Params::with_context(__WAIT_PARAMS_AT.size),
                            move |__to| <SystemTime as __ipc::Wire<
                                '_,
                            >>::give(until, __to, __WAIT_PARAMS_AT.at[1usize]),
                            &__WAIT_RESULT_AT.at,
                            |__from| <<Result<
                                (),
                                IpcException,
                            > as __ipc::AnyResult>::Ok as __ipc::Wire<
                                '_,
                            >>::decode(__from, __WAIT_RESULT_AT.at[__WAIT_ERRORS]),
                            __ipc::error_of::<
                                <Result<(), IpcException> as __ipc::AnyResult>::Err,
                            >(),
                        )
                        .await,
                )
            })
        }
        fn __ipc_remote_clock_async(&self) -> __ipc::Option<&__ipc::Remote> {
            __ipc::Some(__ipc::Client::remote(self))
        }
    }
    impl __ipc::Interface for dyn ClockAsync {
        const DESTROY: __ipc::Option<__ipc::MethodId> = __ipc::Some(__ipc::MethodId {
            interface: __ID,
            ordinal: 0u16,
        });
        const CONSTRUCT: __ipc::Option<__ipc::MethodId> = __ipc::None;
        const HAS_ASYNC: __ipc::bool = true;
        fn descriptor() -> &'static __ipc::Descriptor {
            const {
                &__ipc::Descriptor {
                    id: __ID,
                    id_source: __ipc::IdSource::Name,
                    file: __FILE,
                    name: "Clock",
                    module: __ipc::module_path!(),
                    doc: "Has another form.",
                    parameters: &[],
                    kind: __ipc::Kind::Interface(__ipc::InterfaceDescriptor {
                        methods: &[
                            __ipc::DESTROY,
                            __ipc::Method {
                                name: "now",
                                doc: "Returns the time.",
                                ordinal: 1u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__NOW_PARAMS, __NOW_PARAMS_AT),
                                    size: __NOW_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__NOW_RESULT, __NOW_RESULT_AT) },
                                    __NOW_RESULT_AT.size,
                                    __NOW_ERRORS,
                                ),
                            },
                            __ipc::Method {
                                name: "wait",
                                doc: "Returns when it is time.",
                                ordinal: 2u16,
                                params: __ipc::StructDescriptor {
                                    fields: &__ipc::placed(__WAIT_PARAMS, __WAIT_PARAMS_AT),
                                    size: __WAIT_PARAMS_AT.size,
                                },
                                results: __ipc::results_struct(
                                    const { &__ipc::placed(__WAIT_RESULT, __WAIT_RESULT_AT) },
                                    __WAIT_RESULT_AT.size,
                                    __WAIT_ERRORS,
                                ),
                            },
                        ],
                        construct: __ipc::None,
                        superclasses: &[],
                    }),
                }
            }
        }
        #[inline]
        fn from_remote(__remote: __ipc::Remote) -> __ipc::Arc<Self> {
            __ipc::Arc::new(__ipc::Client::<Self>::new(__remote))
        }
        fn as_remote(&self) -> __ipc::Option<&__ipc::Remote> {
            ClockAsync::__ipc_remote_clock_async(self)
        }
        #[inline]
        fn dispatch(
            &self,
            __call: &__ipc::ServerCall,
        ) -> __ipc::Result<__ipc::Reply, __ipc::IpcException> {
            match __call.method() {
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
                __ipc::MethodId { interface: __ID, ordinal: 1u16 } => {
                    __ipc::Started::Future(
                        __ipc::Box::pin(async move {
                            __ipc::reply(
                                &__call,
                                __NOW_RESULT_AT.size,
                                &__NOW_RESULT_AT.at,
                                <Result<
                                    SystemTime,
                                    IpcException,
                                > as __ipc::AnyResult>::into_result(
                                    ClockAsync::now(&*self).await,
                                ),
                                &mut |__value, __to| <<Result<
                                    SystemTime,
                                    IpcException,
                                > as __ipc::AnyResult>::Ok as __ipc::Wire<
                                    '_,
                                >>::give(__value, __to, __NOW_RESULT_AT.at[__NOW_ERRORS]),
                                __ipc::error_of::<
                                    <Result<SystemTime, IpcException> as __ipc::AnyResult>::Err,
                                >(),
                            )
                        }),
                    )
                }
                __ipc::MethodId { interface: __ID, ordinal: 2u16 } => {
                    __ipc::Started::Future(
                        __ipc::Box::pin(async move {
                            let (until,) = {
                                let __from = __call.params()?;
                                (
                                    <SystemTime as __ipc::Wire<
                                        '_,
                                    >>::decode(&__from, __WAIT_PARAMS_AT.at[1usize])?,
                                )
                            };
                            __ipc::reply(
                                &__call,
                                __WAIT_RESULT_AT.size,
                                &__WAIT_RESULT_AT.at,
                                <Result<
                                    (),
                                    IpcException,
                                > as __ipc::AnyResult>::into_result(
                                    ClockAsync::wait(&*self, until).await,
                                ),
                                &mut |__value, __to| <<Result<
                                    (),
                                    IpcException,
                                > as __ipc::AnyResult>::Ok as __ipc::Wire<
                                    '_,
                                >>::give(__value, __to, __WAIT_RESULT_AT.at[__WAIT_ERRORS]),
                                __ipc::error_of::<
                                    <Result<(), IpcException> as __ipc::AnyResult>::Err,
                                >(),
                            )
                        }),
                    )
                }
                _ => __ipc::Started::NotAsync(__call),
            }
        }
    }
    impl __ipc::Passable for dyn ClockAsync {
        type Kind = __ipc::ByReference;
    }
};
