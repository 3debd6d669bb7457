//! Whole flows on real parts, one binary, a module a topic.
