//! The roster connector as a component. Everything it does is in `rollcall-roster`.

rollcall_guest_live::export_live_connector!(rollcall_roster::Roster);
