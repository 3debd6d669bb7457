//! Feihua, the company of the product documents: a root, three departments, four employees, all invented.

use crate::ids::DepartmentId;
use crate::state::{App, Company, Department, Membership, Role, User};

/// Client ID of Feihua's application.
pub const FEIHUA_APP_KEY: &str = "dingfeihuadirectory1";

/// Client Secret of Feihua's application.
pub const FEIHUA_APP_SECRET: &str = "feihua-client-secret-for-the-simulator-only";

const RESEARCH: i64 = 611_840_273;
const OPERATIONS: i64 = 598_217_364;
const COMMERCIALIZATION: i64 = 640_073_915;

impl Company {
    /// Feihua: departments R&D, Operations and Commercialization; 4 employees, Xiaohong among them.
    #[must_use]
    pub fn feihua() -> Self {
        let mut company = Self::new("ding5f1c8a20e7b94d36", "Feihua");
        company.apps.push(App::new(FEIHUA_APP_KEY, FEIHUA_APP_SECRET));
        for department in departments() {
            company.put_department(department);
        }
        for user in [xiaohong(), xiaoming(), xiaoli(), xiaogang()] {
            company.put_user(user);
        }
        company
    }
}

fn departments() -> [Department; 3] {
    [
        Department {
            order: Some(1),
            create_dept_group: true,
            auto_add_user: true,
            dept_group_chat_id: Some("chat6f0c2a9d4e1b8375".to_owned()),
            dept_manager_userid_list: vec!["manager4220".into()],
            ..Department::new(RESEARCH, "R&D", 1)
        },
        Department {
            order: Some(2),
            dept_manager_userid_list: vec!["xiaoli".into()],
            ..Department::new(OPERATIONS, "Operations", 1)
        },
        Department { order: Some(3), ..Department::new(COMMERCIALIZATION, "Commercialization", 1) },
    ]
}

fn xiaohong() -> User {
    User {
        mobile: Some("13800000001".to_owned()),
        email: Some("xiaohong@feihua.example".to_owned()),
        job_number: Some("FH0001".to_owned()),
        title: Some("Software Engineer".to_owned()),
        work_place: Some("Hangzhou".to_owned()),
        hired_date: Some(1_597_573_616_828),
        memberships: vec![member(RESEARCH, 176_220_178_909_140_512)],
        manager_userid: Some("manager4220".into()),
        ..employee("18293148161178525", "Xiaohong")
    }
}

/// The owner, in two departments.
fn xiaoming() -> User {
    let lead = Membership { leader: true, is_main: Some(true), ..member(RESEARCH, 176_220_178_909_140_600) };
    User {
        mobile: Some("13800000002".to_owned()),
        email: Some("xiaoming@feihua.example".to_owned()),
        org_email: Some("xiaoming@corp.feihua.example".to_owned()),
        job_number: Some("FH0002".to_owned()),
        title: Some("Head of R&D".to_owned()),
        telephone: Some("0571-88880000-8002".to_owned()),
        admin: true,
        boss: true,
        memberships: vec![lead, member(COMMERCIALIZATION, 176_220_178_909_139_001)],
        roles: vec![Role {
            id: 3_935_025_514, name: "主管理员".to_owned(), group_name: "默认".to_owned()
        }],
        ..employee("manager4220", "Xiaoming")
    }
}

fn xiaoli() -> User {
    let lead = Membership { leader: true, ..member(OPERATIONS, 176_220_178_909_141_777) };
    User {
        mobile: Some("13800000003".to_owned()),
        email: Some("xiaoli@feihua.example".to_owned()),
        job_number: Some("FH0003".to_owned()),
        title: Some("Operations Manager".to_owned()),
        remark: Some("备注".to_owned()),
        extension: Some(r#"{"爱好":"旅游"}"#.to_owned()),
        memberships: vec![lead],
        ..employee("xiaoli", "Xiaoli")
    }
}

/// Has not logged in yet; fields left empty are `""`.
fn xiaogang() -> User {
    User {
        mobile: Some("13800000004".to_owned()),
        email: Some(String::new()),
        job_number: Some("FH0004".to_owned()),
        remark: Some(String::new()),
        telephone: Some(String::new()),
        active: false,
        real_authed: false,
        memberships: vec![member(COMMERCIALIZATION, 176_220_178_909_140_003)],
        ..employee("16403377132689900", "Xiaogang")
    }
}

fn employee(userid: &str, name: &str) -> User {
    User { state_code: Some("86".to_owned()), real_authed: true, ..User::new(userid, name) }
}

fn member(dept_id: i64, order: i64) -> Membership {
    Membership { order, ..Membership::new(DepartmentId::new(dept_id)) }
}
