//! The gate, log-in and settings as a browser and a program meet them: through all routes of a console.

mod account;
mod audit;
mod browser;
mod entry;
mod every_route;
mod limited;
mod programs;

use browser::{Browser, PASSWORD};
