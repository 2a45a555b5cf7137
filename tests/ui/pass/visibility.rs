//! Any visibility.
#![deny(warnings, missing_docs, private_interfaces, private_bounds, unreachable_pub, unnameable_types)]
#![forbid(unsafe_code)]

mod inner {
    use std::sync::Arc;

    use ipc_runtime::{IpcException, IpcType, ipc_interface};

    #[derive(Debug, IpcType)]
    struct Private {
        kind: Kind,
        restricted: Restricted,
    }

    #[derive(Debug, IpcType)]
    enum Kind {
        One,
        Two,
    }

    #[derive(Debug, IpcType)]
    pub(super) struct Restricted {
        pub(super) shape: Shape,
        pub(in crate::inner) next: Option<Box<Restricted>>,
    }

    #[derive(Debug, IpcType)]
    pub(crate) enum Shape {
        Circle(f64),
        Rect { width: f64, height: f64 },
    }

    #[derive(Debug, IpcType)]
    #[ipc(error)]
    enum Failure {
        Full,
        #[ipc(exception)]
        Call(IpcException),
    }

    #[ipc_interface(twin = SecretAsync)]
    trait Secret {
        fn secret(&self, private: &Private) -> Result<Private, Failure>;
    }

    #[ipc_interface(twin = RestrictedTraitAsync)]
    pub(crate) trait RestrictedTrait {
        fn restricted(
            &self,
            of: Restricted,
            object: Option<Arc<dyn RestrictedTrait>>,
        ) -> Result<Restricted, IpcException>;
    }

    #[ipc_interface]
    pub(crate) trait Open: RestrictedTrait {
        async fn shape(&self, shape: &Shape) -> Result<Shape, IpcException>;
    }

    struct Server;

    impl Secret for Server {
        fn secret(&self, private: &Private) -> Result<Private, Failure> {
            let Private { kind, restricted } = private;
            match (kind, restricted.shape.area() > 1.0) {
                (Kind::One, true) => Err(Failure::Full),
                (Kind::One | Kind::Two, _) => Ok(Private {
                    kind: Kind::Two,
                    restricted: Restricted { shape: Shape::Circle(0.0), next: None },
                }),
            }
        }
    }

    impl Shape {
        fn area(&self) -> f64 {
            match self {
                Self::Circle(radius) => radius * radius,
                Self::Rect { width, height } => width * height,
            }
        }
    }

    pub(super) fn run() {
        let secret: Arc<dyn Secret> = Arc::new(Server);
        let restricted = Restricted { shape: Shape::Rect { width: 1.0, height: 2.0 }, next: None };
        let failed = secret.secret(&Private { kind: Kind::One, restricted });
        assert!(matches!(failed, Err(Failure::Full)));
        let _: Option<SecretClient> = None;
        let _: Option<Arc<dyn SecretAsync>> = None;
        let _: Option<Arc<dyn RestrictedTraitAsync>> = None;
        let _: Option<OpenClient> = None;
    }
}

fn main() {
    inner::run();
}
