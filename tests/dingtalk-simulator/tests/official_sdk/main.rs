//! DingTalk's own Stream SDK against the simulator. It comes from a package registry, so it is run by name.

#[cfg(test)]
mod sdk;
