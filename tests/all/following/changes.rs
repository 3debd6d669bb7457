//! The changes of the product's walk-through, one after the other, without a single import after the first.

use super::{add_department, feihua, rename_user, told};
use crate::harness::live::{Live, Way};
use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{DepartmentId, Mutation, User};
use rollcall_host::history::RunState;

const RESEARCH: DepartmentId = DepartmentId::new(5001);
const LEGAL: DepartmentId = DepartmentId::new(5004);

#[test]
fn every_change_of_the_walk_through_arrives_by_http_push_alone() {
    walk_through(Way::Http);
}

#[test]
fn every_change_of_the_walk_through_arrives_by_stream_alone() {
    walk_through(Way::Stream);
}

fn walk_through(way: Way) {
    let live = Live::started(feihua(), way);
    let step = |mutation: Mutation, expected: Expect| {
        let n_before = live.rows().len();
        live.change(&mutation);
        live.assert_in_line();
        let runs = live.rows().split_off(n_before);
        for run in &runs {
            assert_eq!((run.trigger, run.state), (way.trigger(), RunState::Succeeded), "{run:?}");
        }
        expected.assert_eq(&told(&live, &runs));
    };
    step(
        add_department(LEGAL.number(), "Legal", 1),
        expect![[r#"
            org_dept_create 5004
                Created Department 5004
        "#]],
    );
    step(
        add_department(5005, "Greater China", 5003),
        expect![[r#"
            org_dept_create 5005
                Created Department 5005
        "#]],
    );
    step(
        Mutation::RemoveDepartment { dept_id: LEGAL },
        expect![[r#"
            org_dept_remove 5004
                Deleted Department 5004
        "#]],
    );
    step(
        Mutation::RenameDepartment { dept_id: RESEARCH, name: "Research".to_owned() },
        expect![[r#"
            org_dept_modify 5001
                Updated Department 5001
        "#]],
    );
    let mut newcomer = User::new("xiaozhao", "小赵").in_departments([5001, 5005]);
    newcomer.mobile = Some("13800000009".to_owned());
    step(
        Mutation::AddUser(Box::new(newcomer)),
        expect![[r#"
            user_add_org xiaozhao
            user_modify_org xiaozhao
                Created User xiaozhao
        "#]],
    );
    step(
        Mutation::RemoveUser { userid: "xiaozhao".into() },
        expect![[r#"
            user_leave_org xiaozhao
                Deactivated User xiaozhao
        "#]],
    );
    step(
        rename_user("xiaohong", "小红红"),
        expect![[r#"
            user_modify_org xiaohong
                Updated User xiaohong
        "#]],
    );
}
