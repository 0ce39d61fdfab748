//! The sweep as a pure state machine: targets, rounds, pacing, and the stated error.
