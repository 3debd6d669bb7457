//! What every page is made of: the frame around it, and the parts that they share.
//!
//! Not here: what a page is about; each topic has a folder of its own.

pub(crate) mod attribute;
pub(crate) mod compare;
mod frame;
pub(crate) mod links;
mod parts;
pub(crate) mod query;
pub(crate) mod table;
pub(crate) mod words;

pub(crate) use frame::{Page, Tab, drawn, problems};
pub(crate) use parts::*;
