//! What muster knows by heart: so far IANA's port registry.
