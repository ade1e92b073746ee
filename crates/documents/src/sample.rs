//! Documents as a street's school prints them, and the largest ones that a school may ask for.

use crate::*;
use jiff::civil::{date, time};
use kernel::Instant;
use std::sync::OnceLock;

/// A morning in China.
pub(crate) const AT: &str = "2026-11-22T01:30:05Z";
/// Forty characters, two of them rare.
pub(crate) const LONG_NAME: &str =
    "阿卜杜热合曼·买买提依明江·吐尔逊娜依·古丽扎尔·帕提古丽·努尔麦麦提䶮𠅤龘长江";
pub(crate) const LONG_CLASS: &str =
    "中老年人智能手机摄影与短视频剪辑制作从入门到提高（周六上午零基础小班第十二期续班）";
pub(crate) const LONG_PLACE: &str =
    "新桥街道幸福里社区党群服务中心暨老年学习点三楼多功能教室（电梯在东门，轮椅可到）";

pub(crate) fn made(text: &str) -> Instant {
    text.parse().unwrap()
}

/// One for all tests, as in the program: the fonts are read once.
pub(crate) fn typesetter() -> &'static Typesetter {
    static TYPESETTER: OnceLock<Typesetter> = OnceLock::new();
    TYPESETTER.get_or_init(|| Typesetter::new(Fonts::find(None).unwrap()))
}

pub(crate) fn certificate() -> Certificate {
    Certificate {
        number: "XQ-2026-000317".into(),
        name: "王秀英".into(),
        course: "行书入门".into(),
        class: None,
        term: "2026年秋季学期".into(),
        hours: 32,
        result: Some("考核成绩优秀".into()),
        provider: "新桥街道社区学校".into(),
        issued: date(2026, 11, 22),
        verify: Code::new("https://xuequan.example.cn/v/XQ-2026-000317"),
    }
}

pub(crate) fn long_certificate() -> Certificate {
    Certificate {
        number: "XQ-2026-000317-".repeat(5),
        name: LONG_NAME.into(),
        course: LONG_CLASS.into(),
        class: Some(LONG_CLASS.into()),
        provider: LONG_PLACE.into(),
        verify: Code::new(format!("https://xuequan.example.cn/v/{}", "XQ2026".repeat(30))),
        ..certificate()
    }
}

pub(crate) fn poster() -> Poster {
    Poster {
        provider: "新桥街道社区学校".into(),
        title: "行书入门".into(),
        invitation: Some("零基础学写行书，学期末写一副春联带回家。".into()),
        when: vec!["每周三 09:00–10:30".into(), "3月4日开课，共16次".into()],
        place: vec!["幸福里学习点 302 教室".into(), "新桥路 88 号，东门有电梯".into()],
        teacher: "李建国（区书法家协会会员）".into(),
        audience: Some("没有写过毛笔字的人".into()),
        fee: "150 元（教材另付 20 元）".into(),
        seats: "30 人".into(),
        enrolling: Enrolling {
            phone: Some("021-5555 0188（08:30–16:30）".into()),
            counter: Some("新桥路 88 号一楼服务台".into()),
            page: Some(Code::new("https://xuequan.example.cn/c/K7M2-9QDA")),
            window: Some("2月20日 08:30 起，报满为止".into()),
        },
    }
}

pub(crate) fn long_poster() -> Poster {
    let enrolling = Enrolling {
        counter: Some(LONG_PLACE.into()),
        window: Some(LONG_PLACE.into()),
        ..poster().enrolling
    };
    Poster {
        provider: LONG_PLACE.into(),
        title: LONG_CLASS.into(),
        invitation: Some(LONG_PLACE.repeat(2)),
        when: vec![LONG_CLASS.into(); 4],
        place: vec![LONG_PLACE.into(); 2],
        teacher: format!("{LONG_NAME}（{LONG_PLACE}）"),
        audience: Some(LONG_PLACE.into()),
        fee: LONG_CLASS.into(),
        enrolling,
        ..poster()
    }
}

pub(crate) fn timetable(paper: Paper, lessons: u8) -> Timetable {
    let classes = [
        "行书入门",
        "太极拳 24 式",
        "智能手机",
        "合唱",
        "中医养生",
        "国画山水",
        LONG_CLASS,
        "八段锦",
    ];
    let lesson = |at: u8| {
        let starts = [
            time(9, 0, 0, 0),
            time(10, 30, 0, 0),
            time(13, 30, 0, 0),
            time(18, 30, 0, 0),
        ][usize::from(at / 6 % 4)];
        Lesson {
            weekday: at % 6 + 1,
            starts,
            ends: starts.checked_add(jiff::SignedDuration::from_mins(90)).unwrap(),
            class: classes[usize::from(at) % classes.len()].into(),
            place: "幸福里学习点 302 教室".into(),
            teacher: (!at.is_multiple_of(3)).then(|| "李建国".into()),
            note: at.is_multiple_of(5).then(|| "剩 3 个名额".into()),
        }
    };
    Timetable {
        title: "新桥街道 2026年秋季大课表".into(),
        provider: "新桥街道社区学校".into(),
        subtitle: Some("9月7日至12月25日　报名电话 021-5555 0188".into()),
        paper,
        lessons: (0..lessons).map(lesson).collect(),
    }
}

pub(crate) fn roll(learners: usize, sessions: usize) -> Roll {
    let names = ["王秀英", "李建国", "𠅤䶮", "欧阳慧敏", LONG_NAME, "张三"];
    let learner = |at: usize| RollLearner {
        name: names[at % names.len()].into(),
        note: (at % 7 == 2).then(|| "轮椅，坐门边".into()),
    };
    let first = date(2026, 3, 4);
    let day = |week: usize| {
        first
            .checked_add(jiff::Span::new().weeks(i64::try_from(week).unwrap()))
            .unwrap()
    };
    Roll {
        provider: "新桥街道社区学校".into(),
        class: "行书入门（周三上午班）".into(),
        term: "2026年春季学期".into(),
        teacher: "李建国".into(),
        place: "幸福里学习点 302 教室　周三 09:00–10:30".into(),
        sessions: (0..sessions).map(day).collect(),
        learners: (0..learners).map(learner).collect(),
        mask_names: false,
    }
}

pub(crate) fn code_cards(count: usize) -> CodeCards {
    let names = ["王秀英", "李建国", "𠅤䶮", "欧阳慧敏", LONG_NAME];
    let card = |at: usize| CodeCard {
        name: names[at % names.len()].into(),
        text: "3F7K 92QD".into(),
        code: Code::new(format!("XQ1:3F7K92QD{at:04}")),
    };
    CodeCards {
        provider: "新桥街道社区学校".into(),
        phone: Some("021-5555 0188".into()),
        cards: (0..count).map(card).collect(),
    }
}

pub(crate) fn slip(status: SlipStatus) -> Slip {
    Slip {
        provider: "新桥街道社区学校".into(),
        number: "B2026-0317-0042".into(),
        learner: "王秀英".into(),
        class: "行书入门（周三上午班）".into(),
        when: "每周三 09:00–10:30，3月4日开课".into(),
        place: "幸福里学习点 302 教室".into(),
        fee: Some("150 元，未付".into()),
        status,
        at: made(AT),
        clerk: "陈敏".into(),
        next: Some("3月1日前到服务台交费，不交费名额会让给后面的人。".into()),
        undo: "3月4日前打电话、到服务台或在手机上都能取消，已交的学费全退。".into(),
        phone: Some("021-5555 0188".into()),
        page: Some(Code::new("https://xuequan.example.cn/s/B2026-0317-0042")),
    }
}

pub(crate) fn long_slip() -> Slip {
    Slip {
        learner: LONG_NAME.into(),
        class: LONG_CLASS.into(),
        place: LONG_PLACE.into(),
        number: "B2026".repeat(12),
        ..slip(SlipStatus::Waiting { position: 128 })
    }
}

/// A form of so many tables of eight rows with so many columns.
pub(crate) fn stat_form(tables: usize, columns: usize) -> StatForm {
    let row = |number: usize| StatRow {
        label: format!("第 {number} 行，其中六十岁以上的"),
        cells: (0..columns)
            .map(|at| (at != 1).then(|| "1,234,567".to_owned()))
            .collect(),
    };
    let table = |number: usize| StatTable {
        title: format!("T{number} 学员"),
        note: "依据：测试用".into(),
        columns: (0..columns).map(|at| format!("指标 {at}（人次）")).collect(),
        rows: (0..8).map(row).collect(),
    };
    StatForm {
        title: "社区（老年）教育统计表".into(),
        org: LONG_PLACE.into(),
        period: "2026年".into(),
        status: "已审核".into(),
        basis: "推导，不是官方表。依据：测试用".into(),
        filed_by: "王秀英".into(),
        filed_on: Some(date(2026, 11, 22)),
        note: "新开了一个校区。".into(),
        tables: (1..=tables).map(table).collect(),
        reasons: vec!["T5 合计 · 人数：系统 7，填 9。漏了两人。".into()],
    }
}
