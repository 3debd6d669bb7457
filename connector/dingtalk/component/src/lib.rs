//! The dingtalk connector as a component. Everything it does is in `rollcall-dingtalk`.

rollcall_guest_live::export_live_connector!(rollcall_dingtalk::DingTalk);
