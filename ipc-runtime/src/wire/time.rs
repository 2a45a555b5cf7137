//! `Duration` and `SystemTime`: nanoseconds in 64 bits, which reach 292 years.

use std::time::{Duration, SystemTime};

use super::converted::converted;
use crate::exception::IpcException;

converted! {
    Duration: i64, from_duration, to_duration;
    SystemTime: i64, from_time, to_time;
}

fn from_duration(duration: Duration) -> Result<i64, IpcException> {
    i64::try_from(duration.as_nanos()).map_err(|_| {
        IpcException::failed(format!(
            "`Duration` of {} s out of range: at most {} s can be sent",
            duration.as_secs(),
            Duration::from_nanos(i64::MAX.unsigned_abs()).as_secs()
        ))
    })
}

fn to_duration(nanos: i64) -> Result<Duration, IpcException> {
    u64::try_from(nanos)
        .map(Duration::from_nanos)
        .map_err(|_| IpcException::failed(format!("negative `Duration`: {nanos} ns")))
}

/// The time since the epoch; before it negative.
fn from_time(time: SystemTime) -> Result<i64, IpcException> {
    let nanos = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).ok(),
        Err(before) => i64::try_from(before.duration().as_nanos()).ok().map(|nanos| -nanos),
    };
    nanos.ok_or_else(|| {
        IpcException::failed("`SystemTime` out of range: it must be within 292 years of the year 1970")
    })
}

fn to_time(nanos: i64) -> Result<SystemTime, IpcException> {
    let distance = Duration::from_nanos(nanos.unsigned_abs());
    let time = if nanos < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    };
    time.ok_or_else(|| {
        IpcException::failed(format!("no `SystemTime` here: {nanos} ns from the beginning of 1970"))
    })
}
