//! The roster connector as a component. Everything it does is in `rollcall-roster`.

rollcall_guest::export_connector!(rollcall_roster::Roster);
