//! The loop that drives the engine over a network of sockets.
