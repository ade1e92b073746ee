//! What a post allows, by its role. The whole matrix stands in `tests/arch/permissions.txt`.

use db::text_enum;

text_enum! {
    /// One thing that a post may allow in its org's subtree.
    pub enum Permission {
        /// See organisations with what is not public: population, contact persons, drafts.
        OrgRead => "org.read",
        /// Change facts of an organisation: places, rooms, hours, contact, population.
        OrgEdit => "org.edit",
        /// Open, move, merge and close organisations; load regions.
        OrgStructure => "org.structure",
        /// Book a room for an activity.
        RoomBook => "room.book",
        /// Decide on room bookings.
        RoomApprove => "room.approve",
        /// Find people and see their masked data.
        PersonRead => "person.read",
        /// Register a person and change what is known of them.
        PersonEdit => "person.edit",
        /// See an id number or a telephone number in full, with a reason.
        PersonReveal => "person.reveal",
        /// Decide on wishes for erasure: answers for personal data.
        PersonErase => "person.erase",
        /// Give and end posts and staff accounts.
        PostGrant => "post.grant",
        /// See the course library with drafts.
        CourseRead => "course.read",
        /// Write courses.
        CourseEdit => "course.edit",
        /// Approve courses or send them back.
        CourseReview => "course.review",
        /// Set terms and their dates.
        TermEdit => "term.edit",
        /// See classes with drafts and rolls.
        ClassRead => "class.read",
        /// Plan classes and sessions.
        ClassEdit => "class.edit",
        /// Publish, close and cancel classes.
        ClassPublish => "class.publish",
        /// Plan enrolment rounds, seal, draw and publish them.
        RoundRun => "round.run",
        /// See who is enrolled.
        EnrollmentRead => "enrollment.read",
        /// Enrol and withdraw people at the counter.
        EnrollmentAct => "enrollment.act",
        /// Take, waive and refund fees, and close the cashier's day.
        FeeTake => "fee.take",
        /// Take the roll of any class.
        AttendanceTake => "attendance.take",
        /// Take the roll of the classes one teaches or is monitor of.
        AttendanceOwn => "attendance.own",
        /// Correct a roll after its day.
        AttendanceCorrect => "attendance.correct",
        /// Complete classes and issue certificates.
        RecordIssue => "record.issue",
        /// Revoke certificates.
        RecordRevoke => "record.revoke",
        /// See figures of orgs and the rows behind them.
        MetricRead => "metric.read",
        /// Read the work plans of one's organisation and of those above it.
        PlanRead => "plan.read",
        /// Write a plan: upload, correct, align, map its leads.
        PlanEdit => "plan.edit",
        /// Issue a plan, decide on its changes, and send supervision slips.
        PlanIssue => "plan.issue",
        /// Report on the tasks that one's organisation leads, and answer slips.
        PlanReport => "plan.report",
        /// Fill and file statistical returns, and see those of the subtree.
        ReturnFill => "return.fill",
        /// Check returns that were filed, and send single cells back.
        ReturnCheck => "return.check",
        /// Approve and lock returns, decide on amendments, freeze editions.
        ReturnApprove => "return.approve",
        /// Write and publish datasets: the forms of statistics.
        DatasetEdit => "dataset.edit",
        /// See who was told what.
        MessageRead => "message.read",
        /// Search the audit log.
        AuditRead => "audit.read",
    }
}

text_enum! {
    /// A role template: a post is a person, a role and an org.
    pub enum Role {
        /// City bureau.
        City => "city",
        /// District education bureau.
        DistrictBureau => "district_bureau",
        /// Street or town government: its plan, its part in those above it, and its returns; no learner's data.
        StreetOffice => "street_office",
        /// Community college of a district.
        CommunityCollege => "community_college",
        /// Head of a street school.
        SchoolHead => "school_head",
        /// Registrar: the clerk who runs terms and the counter.
        Registrar => "registrar",
        /// Teacher.
        Teacher => "teacher",
        /// Class monitor: a learner who helps with the roll.
        ClassMonitor => "class_monitor",
        /// Keeper of a learning site.
        SiteKeeper => "site_keeper",
        /// Auditor: reads the log and nothing else.
        Auditor => "auditor",
    }
}

use Permission as P;

const CITY: &[P] = &[
    P::OrgRead,
    P::OrgEdit,
    P::OrgStructure,
    P::PersonRead,
    P::PersonErase,
    P::PostGrant,
    P::CourseRead,
    P::CourseReview,
    P::ClassRead,
    P::EnrollmentRead,
    P::MetricRead,
    P::PlanRead,
    P::PlanEdit,
    P::PlanIssue,
    P::ReturnFill,
    P::ReturnCheck,
    P::ReturnApprove,
    P::DatasetEdit,
    P::MessageRead,
];
const DISTRICT_BUREAU: &[P] = &[
    P::OrgRead,
    P::OrgEdit,
    P::OrgStructure,
    P::PersonRead,
    P::PersonErase,
    P::PostGrant,
    P::CourseRead,
    P::CourseReview,
    P::TermEdit,
    P::ClassRead,
    P::EnrollmentRead,
    P::RecordRevoke,
    P::MetricRead,
    P::PlanRead,
    P::PlanEdit,
    P::PlanIssue,
    P::PlanReport,
    P::ReturnFill,
    P::ReturnCheck,
    P::ReturnApprove,
    P::DatasetEdit,
    P::MessageRead,
];
const STREET_OFFICE: &[P] = &[
    P::OrgRead,
    P::CourseRead,
    P::ClassRead,
    P::MetricRead,
    P::PlanRead,
    P::PlanEdit,
    P::PlanIssue,
    P::PlanReport,
    P::ReturnFill,
    P::ReturnCheck,
];
const COMMUNITY_COLLEGE: &[P] = &[
    P::OrgRead,
    P::OrgEdit,
    P::RoomBook,
    P::RoomApprove,
    P::PersonRead,
    P::PersonEdit,
    P::PersonErase,
    P::PostGrant,
    P::CourseRead,
    P::CourseEdit,
    P::CourseReview,
    P::TermEdit,
    P::ClassRead,
    P::ClassEdit,
    P::ClassPublish,
    P::RoundRun,
    P::EnrollmentRead,
    P::EnrollmentAct,
    P::FeeTake,
    P::AttendanceTake,
    P::AttendanceCorrect,
    P::RecordIssue,
    P::RecordRevoke,
    P::MetricRead,
    P::PlanRead,
    P::PlanEdit,
    P::PlanReport,
    P::ReturnFill,
    P::ReturnCheck,
    P::MessageRead,
];
const SCHOOL_HEAD: &[P] = &[
    P::OrgRead,
    P::OrgEdit,
    P::RoomBook,
    P::RoomApprove,
    P::PersonRead,
    P::PersonEdit,
    P::PersonReveal,
    P::PersonErase,
    P::PostGrant,
    P::CourseRead,
    P::CourseEdit,
    P::CourseReview,
    P::TermEdit,
    P::ClassRead,
    P::ClassEdit,
    P::ClassPublish,
    P::RoundRun,
    P::EnrollmentRead,
    P::EnrollmentAct,
    P::FeeTake,
    P::AttendanceTake,
    P::AttendanceCorrect,
    P::RecordIssue,
    P::RecordRevoke,
    P::MetricRead,
    P::PlanRead,
    P::PlanReport,
    P::ReturnFill,
    P::ReturnCheck,
    P::MessageRead,
];
const REGISTRAR: &[P] = &[
    P::OrgRead,
    P::OrgEdit,
    P::RoomBook,
    P::PersonRead,
    P::PersonEdit,
    P::PersonReveal,
    P::CourseRead,
    P::CourseEdit,
    P::TermEdit,
    P::ClassRead,
    P::ClassEdit,
    P::ClassPublish,
    P::RoundRun,
    P::EnrollmentRead,
    P::EnrollmentAct,
    P::FeeTake,
    P::AttendanceTake,
    P::AttendanceCorrect,
    P::RecordIssue,
    P::MetricRead,
    P::PlanRead,
    P::PlanReport,
    P::ReturnFill,
    P::MessageRead,
];
const TEACHER: &[P] = &[
    P::CourseRead,
    P::CourseEdit,
    P::ClassRead,
    P::RoomBook,
    P::AttendanceOwn,
];
const CLASS_MONITOR: &[P] = &[P::AttendanceOwn];
const SITE_KEEPER: &[P] = &[
    P::OrgRead,
    P::OrgEdit,
    P::RoomBook,
    P::RoomApprove,
    P::PersonRead,
    P::PersonEdit,
    P::ClassRead,
    P::EnrollmentRead,
    P::EnrollmentAct,
    P::AttendanceTake,
    P::MetricRead,
];
const AUDITOR: &[P] = &[P::AuditRead];

crate::api_words!(Role);

impl Role {
    /// The role's name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::City => "市级管理员",
            Self::DistrictBureau => "区教育局",
            Self::StreetOffice => "街镇",
            Self::CommunityCollege => "社区学院",
            Self::SchoolHead => "校长",
            Self::Registrar => "教务员",
            Self::Teacher => "教师",
            Self::ClassMonitor => "班长",
            Self::SiteKeeper => "学习点管理员",
            Self::Auditor => "审计员",
        }
    }

    /// What the role allows.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::City => CITY,
            Self::DistrictBureau => DISTRICT_BUREAU,
            Self::StreetOffice => STREET_OFFICE,
            Self::CommunityCollege => COMMUNITY_COLLEGE,
            Self::SchoolHead => SCHOOL_HEAD,
            Self::Registrar => REGISTRAR,
            Self::Teacher => TEACHER,
            Self::ClassMonitor => CLASS_MONITOR,
            Self::SiteKeeper => SITE_KEEPER,
            Self::Auditor => AUDITOR,
        }
    }

    /// Roles that a post of this role may give and take in its subtree: those below it, and those who check on it.
    #[must_use]
    pub const fn may_give(self) -> &'static [Role] {
        match self {
            Self::City => &[
                Self::City,
                Self::DistrictBureau,
                Self::CommunityCollege,
                Self::Auditor,
            ],
            Self::DistrictBureau => &[
                Self::DistrictBureau,
                Self::StreetOffice,
                Self::CommunityCollege,
                Self::SchoolHead,
                Self::Registrar,
                Self::SiteKeeper,
                Self::Auditor,
            ],
            Self::CommunityCollege => &[
                Self::SchoolHead,
                Self::Registrar,
                Self::Teacher,
                Self::ClassMonitor,
                Self::SiteKeeper,
            ],
            Self::SchoolHead => &[
                Self::Registrar,
                Self::Teacher,
                Self::ClassMonitor,
                Self::SiteKeeper,
            ],
            Self::StreetOffice
            | Self::Registrar
            | Self::Teacher
            | Self::ClassMonitor
            | Self::SiteKeeper
            | Self::Auditor => &[],
        }
    }

    /// Whether a post of this role needs a second factor to sign in: those who see or change other people's data.
    #[must_use]
    pub const fn needs_second_factor(self) -> bool {
        !matches!(self, Self::Teacher | Self::ClassMonitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_belongs_to_some_role() {
        for permission in Permission::ALL {
            assert!(
                Role::ALL
                    .iter()
                    .any(|role| role.permissions().contains(permission)),
                "{permission:?}"
            );
        }
    }

    #[test]
    fn who_gives_posts_may_grant_and_nobody_raises_himself() {
        for role in Role::ALL {
            let gives = !role.may_give().is_empty();
            assert_eq!(
                gives,
                role.permissions().contains(&Permission::PostGrant),
                "{role:?}"
            );
        }
        assert!(!Role::SchoolHead.may_give().contains(&Role::SchoolHead));
        assert!(!Role::CommunityCollege.may_give().contains(&Role::DistrictBureau));
        assert!(!Role::DistrictBureau.may_give().contains(&Role::City));
    }

    #[test]
    fn the_auditor_changes_nothing() {
        assert_eq!(Role::Auditor.permissions(), &[Permission::AuditRead]);
    }
}
