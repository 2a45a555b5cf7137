//! Addresses: from what a user writes to the path of a socket.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::exception::IpcException;

/// Where relative and default addresses lead.
#[derive(Debug)]
pub(super) struct Base {
    /// The name of the default socket without its `.sock`.
    pub(super) name: String,
    /// The directory of the default socket and of relative paths.
    pub(super) data_dir: PathBuf,
}

/// What an address asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address<'a> {
    /// No connection at all.
    Nowhere,
    /// The default socket, if someone listens there.
    Auto,
    /// The default socket.
    Default,
    /// The socket at this path, absolute or below the data directory.
    Path(&'a str),
}

/// A path that fits into a socket address, and its written form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SocketPath {
    pub(super) path: PathBuf,
    /// `unix:` and the path: what `connect` and `bind` write back.
    pub(super) address: String,
}

/// Why an address leads to no usable path.
#[derive(Debug)]
pub(super) enum PathError {
    /// The path does not fit into `sun_path`; `auto` takes this for "nobody listens".
    TooLong(IpcException),
    Other(IpcException),
}

impl Base {
    /// Computes the absolute path that `address` stands for.
    pub(super) fn resolve(&self, address: &Address<'_>) -> Result<SocketPath, PathError> {
        let relative = match address {
            Address::Path(path) => PathBuf::from(path),
            Address::Nowhere | Address::Auto | Address::Default => format!("{}.sock", self.name).into(),
        };
        let joined = self.data_dir.join(relative);
        let path = std::path::absolute(&joined).map_err(|error| {
            PathError::Other(IpcException::system(
                format_args!("cannot make the socket path `{}` absolute", joined.display()),
                error,
            ))
        })?;
        check_path(&path)
    }
}

impl From<PathError> for IpcException {
    fn from(error: PathError) -> Self {
        match error {
            PathError::TooLong(error) | PathError::Other(error) => error,
        }
    }
}

/// Reads an address as `connect` understands it.
pub(super) fn parse_connect(address: &str) -> Result<Address<'_>, IpcException> {
    match address {
        "" | "0" => Ok(Address::Nowhere),
        "auto" => Ok(Address::Auto),
        _ => parse_unix(address).ok_or_else(|| {
            IpcException::failed(format!(
                "unrecognized address `{address}`: use `unix`, `unix:<path>` or `auto`"
            ))
        }),
    }
}

/// Reads an address as `bind` understands it.
pub(super) fn parse_bind(address: &str) -> Result<Address<'_>, IpcException> {
    parse_unix(address).ok_or_else(|| {
        IpcException::failed(format!(
            "unrecognized address `{address}` to listen on: use `unix` or `unix:<path>`"
        ))
    })
}

fn parse_unix(address: &str) -> Option<Address<'_>> {
    match address {
        "unix" | "unix:" => Some(Address::Default),
        _ => address.strip_prefix("unix:").map(Address::Path),
    }
}

fn check_path(path: &Path) -> Result<SocketPath, PathError> {
    let shown = path.display();
    let bytes = path.as_os_str().as_bytes();
    if bytes.contains(&0) {
        let text =
            format!("invalid socket path `{}`: it contains a NUL byte", shown.to_string().escape_debug());
        return Err(PathError::Other(IpcException::failed(text)));
    }
    if bytes.len() > SOCKET_PATH_LIMIT {
        return Err(PathError::TooLong(IpcException::failed(format!(
            "socket path `{shown}` is too long: it has {} bytes, at most {SOCKET_PATH_LIMIT} are allowed",
            bytes.len()
        ))));
    }
    let Some(text) = path.to_str() else {
        // It could not be written back as an address that leads here again.
        let text = format!("invalid socket path `{shown}`: it must be valid UTF-8");
        return Err(PathError::Other(IpcException::failed(text)));
    };
    Ok(SocketPath { address: format!("unix:{text}"), path: path.to_owned() })
}

/// The bytes that fit into `sun_path` beside its NUL: 108 on Linux, 104 in all of the BSD family.
pub(super) const SOCKET_PATH_LIMIT: usize =
    if cfg!(any(target_os = "linux", target_os = "android")) { 107 } else { 103 };

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Base {
        Base { name: "node".to_owned(), data_dir: "/data".into() }
    }

    #[test]
    fn addresses_to_connect_to() {
        for (text, expected) in [
            ("", Ok(Address::Nowhere)),
            ("0", Ok(Address::Nowhere)),
            ("auto", Ok(Address::Auto)),
            ("unix", Ok(Address::Default)),
            ("unix:", Ok(Address::Default)),
            ("unix:x.sock", Ok(Address::Path("x.sock"))),
            ("unix:/run/x", Ok(Address::Path("/run/x"))),
            ("unix:auto", Ok(Address::Path("auto"))),
            ("unix::", Ok(Address::Path(":"))),
            ("tcp:1", Err("unrecognized address `tcp:1`: use `unix`, `unix:<path>` or `auto`")),
            ("UNIX", Err("unrecognized address `UNIX`: use `unix`, `unix:<path>` or `auto`")),
            ("unixx", Err("unrecognized address `unixx`: use `unix`, `unix:<path>` or `auto`")),
            (" unix", Err("unrecognized address ` unix`: use `unix`, `unix:<path>` or `auto`")),
            ("/run/x", Err("unrecognized address `/run/x`: use `unix`, `unix:<path>` or `auto`")),
        ] {
            let parsed = parse_connect(text).map_err(|error| error.to_string());
            assert_eq!(parsed, expected.map_err(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn addresses_to_listen_on() {
        for (text, expected) in [
            ("unix", Ok(Address::Default)),
            ("unix:", Ok(Address::Default)),
            ("unix:x", Ok(Address::Path("x"))),
            ("", Err("unrecognized address `` to listen on: use `unix` or `unix:<path>`")),
            ("0", Err("unrecognized address `0` to listen on: use `unix` or `unix:<path>`")),
            ("auto", Err("unrecognized address `auto` to listen on: use `unix` or `unix:<path>`")),
        ] {
            let parsed = parse_bind(text).map_err(|error| error.to_string());
            assert_eq!(parsed, expected.map_err(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn paths_that_addresses_stand_for() {
        for (address, expected) in [
            (Address::Default, "/data/node.sock"),
            (Address::Auto, "/data/node.sock"),
            (Address::Path("x.sock"), "/data/x.sock"),
            (Address::Path("a/./b"), "/data/a/b"),
            (Address::Path("/run/x"), "/run/x"),
        ] {
            let resolved = base().resolve(&address).unwrap();
            assert_eq!(resolved.path, Path::new(expected), "{address:?}");
            assert_eq!(resolved.address, format!("unix:{expected}"));
        }
    }

    #[test]
    fn the_longest_path_fits_and_the_next_names_the_limit() {
        let longest = format!("/{}", "x".repeat(SOCKET_PATH_LIMIT - 1));
        assert!(base().resolve(&Address::Path(&longest)).is_ok());

        let error = base().resolve(&Address::Path(&format!("{longest}x"))).unwrap_err();
        let PathError::TooLong(error) = error else { panic!("{error:?}") };
        assert_eq!(
            error.to_string(),
            format!(
                "socket path `{longest}x` is too long: it has {} bytes, at most {SOCKET_PATH_LIMIT} are allowed",
                SOCKET_PATH_LIMIT + 1
            )
        );
    }

    #[test]
    fn paths_that_cannot_be_sockets() {
        let nul = base().resolve(&Address::Path("a\0b")).unwrap_err();
        assert_eq!(
            IpcException::from(nul).to_string(),
            "invalid socket path `/data/a\\0b`: it contains a NUL byte"
        );

        let data_dir = std::ffi::OsStr::from_bytes(b"/da\xffta").into();
        let bytes = Base { data_dir, ..base() }.resolve(&Address::Default).unwrap_err();
        assert!(IpcException::from(bytes).to_string().ends_with("it must be valid UTF-8"));
    }
}
