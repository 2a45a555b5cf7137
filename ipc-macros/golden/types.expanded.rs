/// A struct.
pub struct Entry {
    /// Text.
    pub key: String,
    /// With a presence field.
    pub size: Option<u64>,
    /// With a default.
    #[ipc(default = 7)]
    pub level: u32,
    /// Not sent.
    #[ipc(skip)]
    pub cache: Vec<u8>,
}
const _: () = {
    use ::ipc_runtime::private as __ipc;
    const __FIELDS: [__ipc::Field; 3usize] = [
        __ipc::field("key", "Text.", <String as __ipc::Wire<'_>>::PART),
        __ipc::field(
            "size",
            "With a presence field.",
            <Option<u64> as __ipc::Wire<'_>>::PART,
        ),
        __ipc::defaulted(
            __ipc::field(
                "level",
                "With a default.",
                <u32 as __ipc::Defaulted<'_>>::PART,
            ),
            || <u32 as __ipc::Defaulted<'_>>::schema_value(|| const { 7 }),
        ),
    ];
    const __LAYOUT: __ipc::Layout<3usize> = __ipc::layout_of(&__FIELDS);
    impl __ipc::IpcType for Entry {
        type This = Self;
        const SHAPE: __ipc::Shape = __ipc::Shape::of(__ipc::Slot::Pointer);
        const TYPE: __ipc::Type = __ipc::Type::Struct(
            <Self as __ipc::Struct>::descriptor,
        );
    }
    impl __ipc::Single for Entry {}
    impl __ipc::Encode for Entry {
        #[inline]
        fn encode(
            &self,
            __to: &mut __ipc::StructWriter<'_, '_>,
            __at: __ipc::At,
        ) -> __ipc::Result<(), __ipc::IpcException> {
            __ipc::encode_struct(self, __to.pointer(__at.offset))
        }
    }
    impl<'m> __ipc::Decode<'m> for Entry {
        #[inline]
        fn decode(
            __from: &__ipc::StructReader<'m>,
            __at: __ipc::At,
        ) -> __ipc::Result<Self, __ipc::IpcException> {
            __ipc::decode_struct(__from.pointer(__at.offset))
        }
    }
    impl __ipc::Element for Entry {
        const LIST: __ipc::Type = __ipc::Type::List(&<Self as __ipc::IpcType>::TYPE);
        fn encode_items<'i>(
            __items: impl __ipc::ExactSizeIterator<Item = &'i Self>,
            __to: __ipc::PointerWriter<'_, '_>,
        ) -> __ipc::Result<(), __ipc::IpcException>
        where
            Self: 'i,
        {
            __ipc::encode_structs(__items, __to)
        }
    }
    impl<'m> __ipc::DecodeElement<'m> for Entry {
        type Slice = __ipc::Vec<Self>;
        #[inline]
        fn decode_list(
            __from: __ipc::PointerReader<'m>,
        ) -> __ipc::Result<__ipc::Vec<Self>, __ipc::IpcException> {
            __ipc::decode_structs(__from)
        }
    }
    impl __ipc::PointerArgument for Entry {}
    impl __ipc::HasSize for Entry {
        const SIZE: __ipc::Size = __LAYOUT.size;
    }
    impl __ipc::Struct for Entry {
        const MEMBERS: &'static [__ipc::Member] = &__ipc::members_of(&__FIELDS);
        const PLACES: __ipc::Places = __ipc::Places {
            at: &__LAYOUT.at,
            discriminants: &[],
        };
        fn descriptor() -> &'static __ipc::Descriptor {
            const {
                let __file = __ipc::package_file_id(__ipc::env!("CARGO_PKG_NAME"));
                &__ipc::Descriptor {
                    id: __ipc::type_id(__file, "Entry"),
                    id_source: __ipc::IdSource::Name,
                    file: __file,
                    name: "Entry",
                    module: __ipc::module_path!(),
                    doc: "A struct.",
                    parameters: &[],
                    kind: __ipc::Kind::Struct(__ipc::StructDescriptor {
                        fields: &__ipc::placed(__FIELDS, __LAYOUT),
                        size: __LAYOUT.size,
                    }),
                }
            }
        }
        #[inline]
        fn encode_members(
            &self,
            __to: &mut __ipc::StructWriter<'_, '_>,
            __places: __ipc::Places,
        ) -> __ipc::Result<(), __ipc::IpcException> {
            __ipc::all([
                <String as __ipc::Wire<
                    '_,
                >>::encode(&self.key, __to, __places.at(0usize)),
                <Option<
                    u64,
                > as __ipc::Wire<'_>>::encode(&self.size, __to, __places.at(1usize)),
                <u32 as __ipc::Defaulted<
                    '_,
                >>::encode(&self.level, __to, __places.at(2usize), || const { 7 }),
            ])
        }
    }
    impl<'m> __ipc::DecodeStruct<'m> for Entry {
        #[inline]
        fn decode_members(
            __from: &__ipc::StructReader<'m>,
            __places: __ipc::Places,
        ) -> __ipc::Result<Self, __ipc::IpcException> {
            __ipc::Ok(Self {
                key: <String as __ipc::Wire<'_>>::decode(__from, __places.at(0usize))?,
                size: <Option<
                    u64,
                > as __ipc::Wire<'_>>::decode(__from, __places.at(1usize))?,
                level: <u32 as __ipc::Defaulted<
                    '_,
                >>::decode(__from, __places.at(2usize), || const { 7 })?,
                cache: __ipc::Default::default(),
            })
        }
    }
};
/// A union.
pub enum Shape {
    /// Without fields.
    Empty,
    /// With one.
    Circle(f64),
    /// A group.
    Rect {
        /// To the right.
        width: u32,
        /// Up.
        height: Option<u32>,
    },
}
const _: () = {
    use ::ipc_runtime::private as __ipc;
    const __MEMBERS: &'static [__ipc::Member] = &[
        __ipc::Member::Union(__ipc::UnionDescriptor {
            ordinal: __ipc::NEXT,
            cases: &[
                __ipc::Case {
                    name: "empty",
                    doc: "Without fields.",
                    members: &[
                        __ipc::Member::Field(
                            __ipc::field("value", "", <() as __ipc::Wire<'_>>::PART),
                        ),
                    ],
                    form: __ipc::CaseForm::Value,
                },
                __ipc::Case {
                    name: "circle",
                    doc: "With one.",
                    members: &[
                        __ipc::Member::Field(
                            __ipc::field("value", "", <f64 as __ipc::Wire<'_>>::PART),
                        ),
                    ],
                    form: __ipc::CaseForm::Value,
                },
                __ipc::Case {
                    name: "rect",
                    doc: "A group.",
                    members: &[
                        __ipc::Member::Field(
                            __ipc::field(
                                "width",
                                "To the right.",
                                <u32 as __ipc::Wire<'_>>::PART,
                            ),
                        ),
                        __ipc::Member::Field(
                            __ipc::field(
                                "height",
                                "Up.",
                                <Option<u32> as __ipc::Wire<'_>>::PART,
                            ),
                        ),
                    ],
                    form: __ipc::CaseForm::Group,
                },
            ],
        }),
    ];
    const __LAYOUT: __ipc::CompositeLayout<4usize, 1> = __ipc::composite_layout::<
        4usize,
        1,
        10usize,
    >(__MEMBERS);
    impl __ipc::IpcType for Shape {
        type This = Self;
        const SHAPE: __ipc::Shape = __ipc::Shape::of(__ipc::Slot::Pointer);
        const TYPE: __ipc::Type = __ipc::Type::Struct(
            <Self as __ipc::Struct>::descriptor,
        );
    }
    impl __ipc::Single for Shape {}
    impl __ipc::Encode for Shape {
        #[inline]
        fn encode(
            &self,
            __to: &mut __ipc::StructWriter<'_, '_>,
            __at: __ipc::At,
        ) -> __ipc::Result<(), __ipc::IpcException> {
            __ipc::encode_struct(self, __to.pointer(__at.offset))
        }
    }
    impl<'m> __ipc::Decode<'m> for Shape {
        #[inline]
        fn decode(
            __from: &__ipc::StructReader<'m>,
            __at: __ipc::At,
        ) -> __ipc::Result<Self, __ipc::IpcException> {
            __ipc::decode_struct(__from.pointer(__at.offset))
        }
    }
    impl __ipc::Element for Shape {
        const LIST: __ipc::Type = __ipc::Type::List(&<Self as __ipc::IpcType>::TYPE);
        fn encode_items<'i>(
            __items: impl __ipc::ExactSizeIterator<Item = &'i Self>,
            __to: __ipc::PointerWriter<'_, '_>,
        ) -> __ipc::Result<(), __ipc::IpcException>
        where
            Self: 'i,
        {
            __ipc::encode_structs(__items, __to)
        }
    }
    impl<'m> __ipc::DecodeElement<'m> for Shape {
        type Slice = __ipc::Vec<Self>;
        #[inline]
        fn decode_list(
            __from: __ipc::PointerReader<'m>,
        ) -> __ipc::Result<__ipc::Vec<Self>, __ipc::IpcException> {
            __ipc::decode_structs(__from)
        }
    }
    impl __ipc::PointerArgument for Shape {}
    impl __ipc::HasSize for Shape {
        const SIZE: __ipc::Size = __LAYOUT.size;
    }
    impl __ipc::Struct for Shape {
        const MEMBERS: &'static [__ipc::Member] = __MEMBERS;
        const PLACES: __ipc::Places = __ipc::Places {
            at: &__LAYOUT.at,
            discriminants: &__LAYOUT.discriminants,
        };
        fn descriptor() -> &'static __ipc::Descriptor {
            const {
                let __file = __ipc::package_file_id(__ipc::env!("CARGO_PKG_NAME"));
                &__ipc::Descriptor {
                    id: __ipc::type_id(__file, "Shape"),
                    id_source: __ipc::IdSource::Name,
                    file: __file,
                    name: "Shape",
                    module: __ipc::module_path!(),
                    doc: "A union.",
                    parameters: &[],
                    kind: __ipc::Kind::Composite(__ipc::Composite {
                        members: <Self as __ipc::Struct>::MEMBERS,
                        places: <Self as __ipc::Struct>::PLACES,
                        size: <Self as __ipc::HasSize>::SIZE,
                    }),
                }
            }
        }
        #[inline]
        fn encode_members(
            &self,
            __to: &mut __ipc::StructWriter<'_, '_>,
            __places: __ipc::Places,
        ) -> __ipc::Result<(), __ipc::IpcException> {
            match self {
                Self::Empty {} => {
                    __to.set(__places.discriminant(), 0u16);
                    __ipc::Ok(())
                }
                Self::Circle { 0: __f0 } => {
                    __to.set(__places.discriminant(), 1u16);
                    <f64 as __ipc::Wire<'_>>::encode(__f0, __to, __places.at(1usize))
                }
                Self::Rect { width: __f0, height: __f1 } => {
                    __to.set(__places.discriminant(), 2u16);
                    __ipc::all([
                        <u32 as __ipc::Wire<
                            '_,
                        >>::encode(__f0, __to, __places.at(2usize)),
                        <Option<
                            u32,
                        > as __ipc::Wire<'_>>::encode(__f1, __to, __places.at(3usize)),
                    ])
                }
            }
        }
    }
    impl<'m> __ipc::DecodeStruct<'m> for Shape {
        #[inline]
        fn decode_members(
            __from: &__ipc::StructReader<'m>,
            __places: __ipc::Places,
        ) -> __ipc::Result<Self, __ipc::IpcException> {
            match __from.get::<__ipc::u16>(__places.discriminant()) {
                0u16 => __ipc::Ok(Self::Empty {}),
                1u16 => {
                    __ipc::Ok(Self::Circle {
                        0: <f64 as __ipc::Wire<'_>>::decode(__from, __places.at(1usize))?,
                    })
                }
                2u16 => {
                    __ipc::Ok(Self::Rect {
                        width: <u32 as __ipc::Wire<
                            '_,
                        >>::decode(__from, __places.at(2usize))?,
                        height: <Option<
                            u32,
                        > as __ipc::Wire<'_>>::decode(__from, __places.at(3usize))?,
                    })
                }
                __unknown => {
                    __ipc::Err(
                        __ipc::unknown_variant(
                            __unknown,
                            <Self as __ipc::Struct>::descriptor(),
                        ),
                    )
                }
            }
        }
    }
    impl __ipc::Variants for Shape {}
};
/// An enum.
pub enum Colour {
    /// The first.
    Red,
    /// The second.
    Green,
}
const _: () = {
    use ::ipc_runtime::private as __ipc;
    impl __ipc::IpcType for Colour {
        type This = Self;
        const SHAPE: __ipc::Shape = __ipc::Shape::of(__ipc::Slot::TwoBytes);
        const TYPE: __ipc::Type = __ipc::Type::Enum(<Self as __ipc::Enum>::descriptor);
    }
    impl __ipc::Single for Colour {}
    impl __ipc::Encode for Colour {
        #[inline]
        fn encode(
            &self,
            __to: &mut __ipc::StructWriter<'_, '_>,
            __at: __ipc::At,
        ) -> __ipc::Result<(), __ipc::IpcException> {
            {
                __ipc::encode_enum(self, __to, __at);
                __ipc::Ok(())
            }
        }
    }
    impl<'m> __ipc::Decode<'m> for Colour {
        #[inline]
        fn decode(
            __from: &__ipc::StructReader<'m>,
            __at: __ipc::At,
        ) -> __ipc::Result<Self, __ipc::IpcException> {
            __ipc::decode_enum(__from, __at)
        }
    }
    impl __ipc::Element for Colour {
        const LIST: __ipc::Type = __ipc::Type::List(&<Self as __ipc::IpcType>::TYPE);
        fn encode_items<'i>(
            __items: impl __ipc::ExactSizeIterator<Item = &'i Self>,
            __to: __ipc::PointerWriter<'_, '_>,
        ) -> __ipc::Result<(), __ipc::IpcException>
        where
            Self: 'i,
        {
            __ipc::encode_enums(__items, __to)
        }
    }
    impl<'m> __ipc::DecodeElement<'m> for Colour {
        type Slice = __ipc::Vec<Self>;
        #[inline]
        fn decode_list(
            __from: __ipc::PointerReader<'m>,
        ) -> __ipc::Result<__ipc::Vec<Self>, __ipc::IpcException> {
            __ipc::decode_enums(__from)
        }
    }
    impl __ipc::HasDefault for Colour {
        type This = Self;
        type Value = Self;
    }
    impl<'m> __ipc::DefaultCodec<'m> for Colour {
        fn encode_defaulted(
            &self,
            __to: &mut __ipc::StructWriter<'_, '_>,
            __at: __ipc::At,
            __default: Self,
        ) -> __ipc::Result<(), __ipc::IpcException> {
            __ipc::encode_enum_defaulted(self, __to, __at, &__default)
        }
        fn decode_defaulted(
            __from: &__ipc::StructReader<'m>,
            __at: __ipc::At,
            __default: Self,
        ) -> __ipc::Result<Self, __ipc::IpcException> {
            __ipc::decode_enum_defaulted(__from, __at, &__default)
        }
        fn schema_value(__default: Self) -> __ipc::DefaultValue {
            __ipc::DefaultValue::Enum(__ipc::Enum::to_ordinal(&__default))
        }
    }
    impl __ipc::Enum for Colour {
        fn descriptor() -> &'static __ipc::Descriptor {
            const {
                let __file = __ipc::package_file_id(__ipc::env!("CARGO_PKG_NAME"));
                &__ipc::Descriptor {
                    id: __ipc::type_id(__file, "Colour"),
                    id_source: __ipc::IdSource::Name,
                    file: __file,
                    name: "Colour",
                    module: __ipc::module_path!(),
                    doc: "An enum.",
                    parameters: &[],
                    kind: __ipc::Kind::Enum(__ipc::EnumDescriptor {
                        variants: &[
                            __ipc::Variant {
                                name: "red",
                                doc: "The first.",
                            },
                            __ipc::Variant {
                                name: "green",
                                doc: "The second.",
                            },
                        ],
                    }),
                }
            }
        }
        #[inline]
        fn to_ordinal(&self) -> __ipc::u16 {
            match self {
                Self::Red => 0u16,
                Self::Green => 1u16,
            }
        }
        #[inline]
        fn from_ordinal(__ordinal: __ipc::u16) -> __ipc::Option<Self> {
            match __ordinal {
                0u16 => __ipc::Some(Self::Red),
                1u16 => __ipc::Some(Self::Green),
                _ => __ipc::None,
            }
        }
    }
};
/// A newtype.
pub struct Height(pub u32);
const _: () = {
    use ::ipc_runtime::private as __ipc;
    impl __ipc::IpcType for Height {
        type This = Self;
        const SHAPE: __ipc::Shape = <u32 as __ipc::Wire<'_>>::PART.shape();
        const TYPE: __ipc::Type = <u32 as __ipc::Wire<'_>>::PART.ty();
        const INNER_SHAPE: __ipc::Shape = <u32 as __ipc::Wire<'_>>::INNER.shape();
        const INNER_TYPE: __ipc::Type = <u32 as __ipc::Wire<'_>>::INNER.ty();
    }
    impl __ipc::Single for Height
    where
        for<'__w> u32: __ipc::Single,
    {}
    impl __ipc::PointerArgument for Height
    where
        for<'__w> u32: __ipc::PointerArgument,
    {}
    impl __ipc::Encode for Height {
        #[inline]
        fn encode(
            &self,
            __to: &mut __ipc::StructWriter<'_, '_>,
            __at: __ipc::At,
        ) -> __ipc::Result<(), __ipc::IpcException> {
            <u32 as __ipc::Wire<'_>>::encode(&self.0, __to, __at)
        }
        #[inline]
        fn encode_inner(
            &self,
            __to: &mut __ipc::StructWriter<'_, '_>,
            __at: __ipc::At,
        ) -> __ipc::Result<(), __ipc::IpcException> {
            <u32 as __ipc::Wire<'_>>::encode_inner(&self.0, __to, __at)
        }
    }
    impl<'m> __ipc::Decode<'m> for Height {
        #[inline]
        fn decode(
            __from: &__ipc::StructReader<'m>,
            __at: __ipc::At,
        ) -> __ipc::Result<Self, __ipc::IpcException> {
            __ipc::Ok(Self {
                0: <u32 as __ipc::Wire<'_>>::decode(__from, __at)?,
            })
        }
        #[inline]
        fn decode_inner(
            __from: &__ipc::StructReader<'m>,
            __at: __ipc::At,
        ) -> __ipc::Result<Self, __ipc::IpcException> {
            __ipc::Ok(Self {
                0: <u32 as __ipc::Wire<'_>>::decode_inner(__from, __at)?,
            })
        }
    }
    impl __ipc::HasDefault for Height
    where
        for<'__w> u32: __ipc::HasDefault,
    {
        type This = Self;
        type Value = <u32 as __ipc::HasDefault>::Value;
    }
    impl<'m> __ipc::DefaultCodec<'m> for Height
    where
        for<'__w> u32: __ipc::DefaultCodec<'m>,
    {
        fn encode_defaulted(
            &self,
            __to: &mut __ipc::StructWriter<'_, '_>,
            __at: __ipc::At,
            __default: Self::Value,
        ) -> __ipc::Result<(), __ipc::IpcException> {
            <u32 as __ipc::DefaultCodec<
                'm,
            >>::encode_defaulted(&self.0, __to, __at, __default)
        }
        fn decode_defaulted(
            __from: &__ipc::StructReader<'m>,
            __at: __ipc::At,
            __default: Self::Value,
        ) -> __ipc::Result<Self, __ipc::IpcException> {
            let __inner = <u32 as __ipc::DefaultCodec<
                'm,
            >>::decode_defaulted(__from, __at, __default)?;
            __ipc::Ok(Self { 0: __inner })
        }
        fn schema_value(__default: Self::Value) -> __ipc::DefaultValue {
            <u32 as __ipc::DefaultCodec<'m>>::schema_value(__default)
        }
    }
    impl __ipc::Element for Height
    where
        for<'__w> u32: __ipc::Element,
    {
        const LIST: __ipc::Type = <u32 as __ipc::Element>::LIST;
        fn encode_items<'i>(
            __items: impl __ipc::ExactSizeIterator<Item = &'i Self>,
            __to: __ipc::PointerWriter<'_, '_>,
        ) -> __ipc::Result<(), __ipc::IpcException>
        where
            Self: 'i,
        {
            <u32 as __ipc::Element>::encode_items(
                __ipc::Iterator::map(__items, |__item| &__item.0),
                __to,
            )
        }
    }
    impl<'m> __ipc::DecodeElement<'m> for Height
    where
        for<'__w> u32: __ipc::DecodeElement<'m>,
    {
        type Slice = __ipc::Vec<Self>;
        #[inline]
        fn decode_list(
            __from: __ipc::PointerReader<'m>,
        ) -> __ipc::Result<__ipc::Vec<Self>, __ipc::IpcException> {
            {
                let __items = <u32 as __ipc::DecodeElement<'m>>::decode_list(__from)?;
                __ipc::Ok(__ipc::wrap_items(__items, |__item| Self { 0: __item }))
            }
        }
    }
};
/// An error.
#[ipc(error)]
pub enum StoreError {
    /// Travels as a value.
    Full(u64),
    /// Travels as an exception.
    #[ipc(exception)]
    Ipc(IpcException),
}
::core::compile_error! {
    "`StoreError` has one variant\n\nhelp: a union has two or more; write a struct, or add the second variant"
}
const _: () = {
    use ::ipc_runtime::private as __ipc;
    impl __ipc::From<__ipc::IpcException> for StoreError {
        fn from(_: __ipc::IpcException) -> Self {
            __ipc::after_error()
        }
    }
    impl __ipc::IpcError for StoreError {
        fn into_exception(self) -> __ipc::IpcException {
            __ipc::after_error()
        }
    }
};
