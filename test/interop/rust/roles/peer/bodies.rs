// Message bodies. What a program sends and what it prints about a body it received.

use super::api::{message_body, NeutralMessage};
use ockam::Message;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Numbers(
    pub u8,
    pub u16,
    pub u32,
    pub u64,
    pub i8,
    pub i16,
    pub i32,
    pub i64,
);

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Count(pub u64);

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Maybe(pub Option<u16>);

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub enum Level {
    Low,
    Middle(u8),
    High { by: String },
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Reading {
    pub sensor: String,
    pub celsius: f64,
    pub sequence: u32,
    pub valid: bool,
    pub note: Option<String>,
    pub samples: Vec<i16>,
    pub level: Level,
}

message_body! { Numbers Count Maybe Reading }

pub fn numbers() -> Numbers {
    Numbers(1, 0x0203, 0x0405_0607, u64::MAX, -1, -2, -3, i64::MIN)
}

pub fn reading() -> Reading {
    Reading {
        sensor: "Kühlhaus 北".to_string(),
        celsius: -18.5,
        sequence: 70_000,
        valid: true,
        note: Some("door".to_string()),
        samples: vec![-1, 0, 300],
        level: Level::High {
            by: "two".to_string(),
        },
    }
}

/// Bytes that differ from each other and from a shifted copy of themselves.
pub fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|i| ((i * 31) ^ (i >> 8)) as u8).collect()
}

/// FNV-1a, to compare large bodies by one line.
pub fn checksum(bytes: &[u8]) -> String {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}

/// What a reply is compared with, and shown as.
pub trait Shown: Message + Clone {
    fn shown(&self) -> String;
}

impl Shown for String {
    fn shown(&self) -> String {
        self.clone()
    }
}

impl Shown for Vec<u8> {
    fn shown(&self) -> String {
        format!("{} bytes {}", self.len(), checksum(self))
    }
}

macro_rules! shown_as_debug {
    ($($type:ty)*) => {$(
        impl Shown for $type {
            fn shown(&self) -> String {
                format!("{self:?}")
            }
        }
    )*};
}
shown_as_debug! { Numbers Count Maybe Reading }

/// The payload as it is.
impl Shown for NeutralMessage {
    fn shown(&self) -> String {
        self.clone().into_vec().shown()
    }
}
