//! Values of types that are not IPC types: converted by a module, or serialized.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use ipc_runtime::wire::Type;
use ipc_runtime::{IpcException, IpcType, Serde, ipc_interface};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::types::{Damage, Word, check, decode, each_type, encode, segment, shorter};
use super::util::Pair;

/// Addresses as numbers.
mod address {
    use std::net::Ipv4Addr;

    use ipc_runtime::IpcException;

    pub(super) type Wire = u32;

    pub(super) fn to_wire(address: &Ipv4Addr) -> Result<Wire, IpcException> {
        match address.to_bits() {
            u32::MAX => Err(IpcException::failed("the broadcast address stays here")),
            bits => Ok(bits),
        }
    }

    pub(super) fn from_wire(wire: Wire) -> Result<Ipv4Addr, IpcException> {
        match wire {
            u32::MAX => Err(IpcException::failed("a broadcast address")),
            bits => Ok(Ipv4Addr::from_bits(bits)),
        }
    }
}

/// Addresses of both kinds as a derived type.
mod any_address {
    use std::net::IpAddr;

    use ipc_runtime::{IpcException, IpcType};

    #[derive(Clone, Copy, IpcType)]
    pub(super) enum Wire {
        V4(u32),
        V6(u128),
    }

    pub(super) fn to_wire(address: &IpAddr) -> Result<Wire, IpcException> {
        Ok(match address {
            IpAddr::V4(address) => Wire::V4(address.to_bits()),
            IpAddr::V6(address) => Wire::V6(address.to_bits()),
        })
    }

    pub(super) fn from_wire(wire: Wire) -> Result<IpAddr, IpcException> {
        Ok(match wire {
            Wire::V4(bits) => IpAddr::from(bits.to_be_bytes()),
            Wire::V6(bits) => IpAddr::from(bits.to_be_bytes()),
        })
    }
}

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

#[derive(Clone, Debug, PartialEq, IpcType)]
struct Host {
    #[ipc(with = address)]
    address: Ipv4Addr,
    #[ipc(with = address)]
    second: Option<Ipv4Addr>,
    #[ipc(with = address)]
    others: Vec<Ipv4Addr>,
    #[ipc(with = any_address, name = "any")]
    any_address: Option<IpAddr>,
    #[ipc(serde)]
    settings: Settings,
    last: bool,
}

#[derive(Clone, Debug, PartialEq, IpcType)]
enum Target {
    Address(#[ipc(with = address)] Ipv4Addr),
    Names {
        #[ipc(serde)]
        names: BTreeMap<String, IpAddr>,
        #[ipc(with = address)]
        fallback: Option<Ipv4Addr>,
    },
}

/// What is inside is converted: so a foreign type has a name for every place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IpcType)]
struct Address(#[ipc(with = address)] Ipv4Addr);

/// Types with parameters, one of which is foreign.
#[derive(Clone, Debug, PartialEq, IpcType)]
struct Reply<T, F: Serialize + for<'de> Deserialize<'de>> {
    value: T,
    #[ipc(serde)]
    foreign: F,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Settings {
    theme: Option<Option<String>>,
    sizes: Vec<(u8, f32)>,
    mode: Mode,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Mode {
    #[default]
    Plain,
    Nested(Box<Mode>),
    Full {
        depth: u64,
    },
}

#[ipc_interface(root, twin = HostsAsync)]
trait Hosts {
    fn host(&self, host: &Host, #[ipc(with = address)] at: Ipv4Addr) -> Result<Host, IpcException>;
    #[ipc(with = address)]
    fn next(
        &self,
        #[ipc(with = address)] of: &Ipv4Addr,
        #[ipc(with = address)] among: &[Ipv4Addr],
    ) -> Result<Option<Ipv4Addr>, IpcException>;
    #[ipc(serde)]
    fn settings(
        &self,
        #[ipc(serde)] settings: &Settings,
        #[ipc(serde)] text: &str,
        #[ipc(serde)] modes: &[Mode],
    ) -> Result<Settings, IpcException>;
    fn many(
        &self,
        addresses: Vec<Address>,
        settings: BTreeMap<String, Serde<Settings>>,
    ) -> Result<Option<Address>, IpcException>;
    #[ipc(results(target), with = targets)]
    fn targets(&self, #[ipc(with = targets)] target: Option<Target>) -> Result<Vec<Target>, IpcException>;
}

/// Converts what is an IPC type already.
mod targets {
    use ipc_runtime::IpcException;

    use super::Target;

    pub(super) type Wire = Target;

    pub(super) fn to_wire(target: &Target) -> Result<Wire, IpcException> {
        Ok(target.clone())
    }

    pub(super) fn from_wire(wire: Wire) -> Result<Target, IpcException> {
        Ok(wire)
    }
}

struct Server;

#[ipc_interface]
impl HostsAsync for Server {
    async fn host(&self, host: &Host, at: Ipv4Addr) -> Result<Host, IpcException> {
        Ok(Host { second: Some(at), ..host.clone() })
    }

    async fn next(&self, of: &Ipv4Addr, among: &[Ipv4Addr]) -> Result<Option<Ipv4Addr>, IpcException> {
        Ok(among.iter().skip_while(|address| *address != of).nth(1).copied())
    }

    async fn settings(
        &self,
        settings: &Settings,
        text: &str,
        modes: &[Mode],
    ) -> Result<Settings, IpcException> {
        let mode = modes.first().cloned().unwrap_or_default();
        Ok(Settings { theme: Some(Some(text.to_owned())), mode, ..settings.clone() })
    }

    async fn many(
        &self,
        addresses: Vec<Address>,
        settings: BTreeMap<String, Serde<Settings>>,
    ) -> Result<Option<Address>, IpcException> {
        assert_eq!(settings.get("a").map(|settings| &settings.0), Some(&Settings::default()));
        Ok(addresses.last().copied())
    }

    async fn targets(&self, target: Option<Target>) -> Result<Vec<Target>, IpcException> {
        Ok(target.into_iter().collect())
    }
}

fn host() -> Host {
    Host {
        address: HERE,
        second: None,
        others: vec![HERE, Ipv4Addr::UNSPECIFIED],
        any_address: Some(IpAddr::from([1; 16])),
        settings: Settings { theme: Some(None), ..Settings::default() },
        last: true,
    }
}

#[test]
fn they_pass_through_a_connection() {
    use ipc_runtime::Interface;

    let served: Arc<dyn HostsAsync> = Arc::new(Server);
    let connection = Pair::new(served);
    let hosts = HostsClient::new(connection.remote.as_remote().unwrap().clone());
    let next = Ipv4Addr::new(1, 2, 3, 4);
    assert_eq!(hosts.host(&host(), next).unwrap(), Host { second: Some(next), ..host() });
    assert_eq!(hosts.next(&HERE, &[next, HERE, next]).unwrap(), Some(next));
    assert_eq!(hosts.next(&HERE, &[HERE]).unwrap(), None);
    let mode = Mode::Nested(Box::new(Mode::Full { depth: 1 }));
    let settings = hosts.settings(&Settings::default(), "theme", std::slice::from_ref(&mode)).unwrap();
    assert_eq!(settings, Settings { theme: Some(Some("theme".to_owned())), mode, sizes: Vec::new() });
    let settings = BTreeMap::from([("a".to_owned(), Serde(Settings::default()))]);
    assert_eq!(hosts.many(vec![Address(next), Address(HERE)], settings).unwrap(), Some(Address(HERE)));
    assert_eq!(hosts.targets(None).unwrap(), []);
    let target = Target::Names { names: BTreeMap::from([("a".into(), next.into())]), fallback: Some(HERE) };
    assert_eq!(hosts.targets(Some(target.clone())).unwrap(), [target]);
}

#[test]
fn the_errors_of_a_module_are_those_of_the_call() {
    use ipc_runtime::Interface;

    let served: Arc<dyn HostsAsync> = Arc::new(Server);
    let connection = Pair::new(served);
    let hosts = HostsClient::new(connection.remote.as_remote().unwrap().clone());
    let error = hosts.host(&host(), Ipv4Addr::BROADCAST).unwrap_err();
    assert_eq!(error.to_string(), "the broadcast address stays here");
    let error = decode::<Address>(&encode(&u32::MAX).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "a broadcast address");
    let error = decode::<Vec<Address>>(&encode(&vec![1, u32::MAX]).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "a broadcast address");
}

#[test]
fn the_schema_has_what_travels() {
    assert!(matches!(<Address as IpcType>::TYPE, Type::UInt32));
    assert!(matches!(<Vec<Address> as IpcType>::TYPE, Type::List(Type::UInt32)));
    assert!(matches!(<Serde<Settings> as IpcType>::TYPE, Type::Data));
    let fields = match &<Host as IpcType>::TYPE.descriptor().unwrap().kind {
        ipc_runtime::wire::descriptor::Kind::Struct(of) => of,
        _ => panic!("no struct"),
    };
    let described = format!("{fields:?}");
    for part in ["\"address\"", "UInt32", "\"any\"", "List(UInt32)", "\"settings\"", "Data"] {
        assert!(described.contains(part), "{part} in {described}");
    }
    // What a shorter message lacks is what the module makes of a default.
    assert_eq!(shorter::<Address>().unwrap(), Address(Ipv4Addr::UNSPECIFIED));
    shorter::<Host>().unwrap_err();
}

fn mode() -> impl Strategy<Value = Mode> + Clone {
    prop_oneof![Just(Mode::Plain), any::<u64>().prop_map(|depth| Mode::Full { depth })].prop_recursive(
        6,
        8,
        1,
        |inner| inner.prop_map(|inner| Mode::Nested(Box::new(inner))),
    )
}

fn settings() -> impl Strategy<Value = Settings> + Clone {
    let sizes = prop::collection::vec((any::<u8>(), -1.0_f32..1.0), 0..4);
    (any::<Option<Option<String>>>(), sizes, mode()).prop_map(|(theme, sizes, mode)| Settings {
        theme,
        sizes,
        mode,
    })
}

fn address_bits() -> impl Strategy<Value = Ipv4Addr> + Clone {
    (0..u32::MAX).prop_map(Ipv4Addr::from_bits)
}

each_type! {
    newtype: Address = address_bits().prop_map(Address);
    serialized: Serde<Settings> = settings().prop_map(Serde);
    reply: Reply<u8, Mode> = (any::<u8>(), mode()).prop_map(|(value, foreign)| Reply { value, foreign });
    case: Target = address_bits().prop_map(Target::Address);
    fields: Host = (address_bits(), any::<bool>(), settings()).prop_map(|(address, last, settings)| {
        Host { address, second: last.then_some(address), last, settings, ..host() }
    });
}

/// What bytes can make a type do is limited.
mod hostile {
    use serde::de::DeserializeOwned;

    use super::*;

    #[track_caller]
    fn refused<T: Serialize + DeserializeOwned>(bytes: &[u8], reason: &str) {
        let message = encode(&bytes.to_vec()).unwrap();
        match decode::<Serde<T>>(&message) {
            Ok(_) => panic!("{bytes:x?} was read"),
            Err(error) => assert!(error.to_string().contains(reason), "{error}"),
        }
    }

    /// A length of 64 bits.
    const LENGTH: [u8; 10] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];

    #[test]
    fn a_length_allocates_nothing() {
        refused::<Vec<u64>>(&LENGTH, "malformed `alloc::vec::Vec<u64>`");
        refused::<String>(&LENGTH, "malformed");
        refused::<Vec<Vec<String>>>(&[LENGTH, LENGTH].concat(), "malformed");
        refused::<BTreeMap<u8, u8>>(&LENGTH, "malformed");
    }

    #[test]
    fn a_list_of_nothing_ends() {
        refused::<Vec<()>>(&LENGTH, "would take too much memory");
        refused::<Vec<[u8; 0]>>(&LENGTH, "would take too much memory");
        #[derive(Serialize, Deserialize)]
        struct Empty {}
        refused::<Vec<Empty>>(&LENGTH, "would take too much memory");
    }

    #[test]
    fn values_are_charged_their_size() {
        // A byte each, and a KiB each in memory.
        let bytes = [[0xff, 0xff, 0x03].as_slice(), &[0; 0xffff]].concat();
        refused::<Vec<Option<[u64; 32]>>>(&bytes, "would take too much memory");
    }

    #[test]
    fn depth_has_a_limit() {
        // A `Nested` in a `Nested`.
        refused::<Mode>(&[1; 100_000], "nested deeper than 128 levels");
        #[derive(Serialize, Deserialize)]
        struct Chain(Option<Box<Chain>>);
        refused::<Chain>(&[1; 100_000], "nested deeper than 128 levels");
        #[derive(Serialize, Deserialize)]
        struct Tree(Vec<Tree>);
        refused::<Tree>(&[1; 100_000], "nested deeper than 128 levels");
    }

    #[test]
    fn what_is_left_over_is_an_error() {
        refused::<u8>(&[1, 2, 3], "2 bytes behind it");
        refused::<u8>(&[], "malformed `u8`");
        refused::<bool>(&[2], "malformed `bool`");
        refused::<char>(&[1, 0xff], "malformed `char`");
    }
}
