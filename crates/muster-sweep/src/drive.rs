//! The loop: probes out, replies in, events to whoever listens.

use std::time::Duration;

use muster_engine::{Network, NetworkError, ProbeBatch, Sweep, SweepEvent};
use muster_model::Instant;

/// Probes handed to the network at a time, so that replies are never left waiting for long.
const MOST_AT_ONCE: usize = 512;
/// The sink is asked at least so often whether to go on, and writes what must not wait, such as a journal.
const LONGEST_WAIT: Duration = Duration::from_millis(25);
/// How long the kernel gets to free its buffers.
const REFUSED_WAIT: Duration = Duration::from_millis(1);

/// Where a sweep's events go.
pub trait Sink {
    /// Takes one event in. Returning [`Flow::Stop`] ends the sweep.
    fn event(&mut self, event: SweepEvent) -> Flow;

    /// Called at least ten times a second while the sweep runs. Returning [`Flow::Stop`] ends the sweep.
    fn tick(&mut self, _sweep: &Sweep, _now: Instant) -> Flow {
        Flow::Continue
    }
}

/// Whether the sweep is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// End it now; what was seen so far stands.
    Stop,
}

/// How a sweep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself.
    Finished,
    /// The sink stopped it.
    Stopped,
}

/// Runs `sweep` over `network` to its end.
///
/// # Errors
/// What the network says ends the sweep. All events up to then have been given to the sink, and the sweep can still be
/// asked for its summary.
pub fn drive(
    sweep: &mut Sweep,
    network: &mut impl Network,
    sink: &mut impl Sink,
) -> Result<Ending, NetworkError> {
    let mut batch = ProbeBatch::default();
    let mut replies = Vec::new();
    while !sweep.is_finished() {
        let now = transmit(sweep, network, &mut batch)?;
        let until = wait_until(sweep, network, &batch, now);
        let drops = network.receive(until, &mut replies)?;
        let now = network.now();
        for reply in replies.drain(..) {
            sweep.handle_reply(now, reply);
        }
        sweep.handle_drops(drops);
        sweep.handle_timeout(now);
        if report(sweep, sink, now) == Flow::Stop {
            return Ok(Ending::Stopped);
        }
    }
    Ok(Ending::Finished)
}

/// Offers what the network did not take before; only when that is gone does the sweep make new probes. Gives the time
/// afterwards.
fn transmit(
    sweep: &mut Sweep,
    network: &mut impl Network,
    batch: &mut ProbeBatch,
) -> Result<Instant, NetworkError> {
    let now = network.now();
    if batch.waiting().is_empty() {
        batch.reset(network.room().min(MOST_AT_ONCE));
        sweep.poll_transmit(now, batch);
    }
    if batch.waiting().is_empty() || network.room() == 0 {
        return Ok(now);
    }
    let taken = network.send(batch.waiting())?;
    batch.take(taken);
    let now = network.now();
    sweep.handle_sent(now, taken);
    Ok(now)
}

fn wait_until(sweep: &Sweep, network: &impl Network, batch: &ProbeBatch, now: Instant) -> Instant {
    let latest = now + LONGEST_WAIT;
    let is_full = network.room() == 0;
    match sweep.poll_timeout() {
        // What was refused with room left, for want of buffers for example, is offered again a little later.
        _ if !is_full && !batch.waiting().is_empty() => now + REFUSED_WAIT,
        // Without room there is nothing to send before the network changes, which ends its wait by itself.
        Some(at) if is_full && at <= now => latest,
        Some(at) => at.min(latest),
        None => now,
    }
}

fn report(sweep: &mut Sweep, sink: &mut impl Sink, now: Instant) -> Flow {
    while let Some(event) = sweep.poll_event() {
        if sink.event(event) == Flow::Stop {
            return Flow::Stop;
        }
    }
    sink.tick(sweep, now)
}
