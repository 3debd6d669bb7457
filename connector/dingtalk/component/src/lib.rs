//! The dingtalk connector as a component. Everything it does is in `rollcall-dingtalk`.

rollcall_guest::export_connector!(rollcall_dingtalk::DingTalk);
