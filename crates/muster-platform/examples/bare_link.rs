//! Sends one fixed frame again and again, as fast as a link takes it: what a sweep's rate is compared with.
//!
//! `bare_link best|af-xdp|af-packet INTERFACE FRAMES [FRAME]`, the frame in hexadecimal digits; prints how many frames
//! the kernel took and the seconds that took, and nothing else. Needs `CAP_NET_RAW`.

#![expect(clippy::print_stdout, reason = "a benchmark reads what this prints")]

use std::env;
use std::error::Error;
use std::time::{Duration, Instant};

use muster_platform::devices;
use muster_platform::link::{Filter, FrameBatch, Link, LinkOptions, SenderChoice, open, wait};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (sender, interface, count, frame) = match &arguments[..] {
        [sender, interface, count] => (sender, interface, count, FRAME.to_vec()),
        [sender, interface, count, frame] => (sender, interface, count, bytes(frame)?),
        _ => return Err("bare_link best|af-xdp|af-packet INTERFACE FRAMES [FRAME]".into()),
    };
    let device = devices()?.into_iter().find(|device| device.name == *interface);
    let device = device.ok_or_else(|| format!("no interface: {interface}"))?;
    let filter = Filter { ports: 0..=0, icmp: false, arp: false };
    let options = LinkOptions { filter, sender: choice(sender)?, ring_bytes: 0 };
    let mut link = open(&device, &options)?;
    let (count, batch) = (count.parse()?, batch(&frame));
    let start = Instant::now();
    send(link.as_mut(), &batch, count)?;
    println!("{count} {:.6}", start.elapsed().as_secs_f64());
    Ok(())
}

fn send(link: &mut dyn Link, batch: &FrameBatch, count: u64) -> Result<(), Box<dyn Error>> {
    let mut left = count;
    while left > 0 {
        let offered = batch.slots().min(usize::try_from(left)?);
        let taken = link.send(batch, 0..offered)?;
        if taken == 0 {
            wait(&[], Duration::from_micros(20))?;
        }
        left -= taken as u64;
    }
    Ok(())
}

fn batch(frame: &[u8]) -> FrameBatch {
    let mut batch = FrameBatch::new(SLOTS, 128.max(frame.len()));
    for slot in 0..SLOTS {
        batch.slot_mut(slot)[..frame.len()].copy_from_slice(frame);
        batch.set_length(slot, frame.len());
    }
    batch
}

fn choice(word: &str) -> Result<SenderChoice, String> {
    match word {
        "best" => Ok(SenderChoice::Best),
        "af-xdp" => Ok(SenderChoice::AfXdp),
        "af-packet" => Ok(SenderChoice::AfPacket),
        other => Err(format!("no such sender: {other}")),
    }
}

fn bytes(digits: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let pair = |at| Ok(u8::from_str_radix(digits.get(at..at + 2).ok_or("digits come in pairs")?, 16)?);
    (0..digits.len()).step_by(2).map(pair).collect()
}

const SLOTS: usize = 256;

/// As long as a SYN with options; of an EtherType for local experiments (IEEE 802), so that nobody answers.
const FRAME: [u8; 74] = {
    let mut frame = [0; 74];
    frame[0] = 0x02;
    frame[6] = 0x02;
    frame[11] = 0x01;
    frame[12] = 0x88;
    frame[13] = 0xb5;
    frame
};
