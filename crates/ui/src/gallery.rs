//! Renders every component in every view into `target/ui-gallery`, and checks what all pages must keep.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use askama::Template;

use crate::{
    Chart, ChartKind, Choice, Contrast, Crumbs, DeskNav, ErrorSummary, Field, Form, Icon, Lang, Link,
    Listing, NavLink, Notice, Page, Pager, SignedIn, Steps, Tabs, Tag, Task, TaskList, TextSize, View,
};

#[derive(Template)]
#[template(path = "gallery/learner.html")]
struct LearnerGallery {
    page: Page,
    form: Form,
    errors: ErrorSummary,
    crumbs: Crumbs,
    steps: Steps,
    tabs: Tabs,
    pager: Pager,
    classes: Vec<(&'static str, Tag)>,
    chart: Chart,
}

#[derive(Template)]
#[template(path = "gallery/desk.html")]
struct DeskGallery {
    page: Page,
    form: Form,
    list: Listing,
    tasks: TaskList,
    pager: Pager,
    classes: Vec<(&'static str, Tag)>,
    chart: Chart,
    course: Chart,
}

#[derive(Template)]
#[template(path = "gallery/bare.html")]
struct BareGallery {
    page: Page,
    form: Form,
}

#[derive(Template)]
#[template(path = "gallery/print.html")]
struct PrintGallery {
    page: Page,
}

fn page(title: &str, view: View, lang: Lang) -> Page {
    Page {
        title: title.into(),
        lang,
        view,
        path: "/classes?q=书法".into(),
        csrf: "token\"<".into(),
        known: true,
        signed_in: Some(SignedIn {
            name: "王阿姨".into(),
            staff: true,
            learner: true,
        }),
        notice: Some(Notice::done("已取消报名。10 分钟内可以撤回。")),
        demo: true,
        place_name: "闵行区".into(),
        help_phone: "021-12345678".into(),
        desk: Some(DeskNav {
            org_name: "江川路街道社区学校".into(),
            switch_href: "/desk/post".into(),
            waiting: 7,
            links: vec![
                NavLink::new("/desk/classes", Icon::BookOpen, "班级"),
                NavLink::new("/classes", Icon::Users, "学员"),
                NavLink::new("/desk/sites", Icon::Building, "学习点"),
            ],
        }),
    }
}

fn form(lang: Lang) -> Form {
    let levels = vec![
        Choice::new("a", "零基础").hint("从握笔开始"),
        Choice::new("b", "学过一年"),
    ];
    let days = vec![
        Choice::new("1", "周一"),
        Choice::new("2", "周二"),
        Choice::new("3", "周三"),
    ];
    let modes = vec![Choice::new("on", "线上"), Choice::new("off", "线下")];
    let fields = vec![
        Field::text("q", "课名、老师或拼音", 0, 40),
        Field::select("mode", "上课方式", modes).optional(),
        Field::text("name", "姓名", 2, 20)
            .hint("和身份证上一样")
            .autocomplete("name"),
        Field::phone("phone", "手机号").hint("开课、停课会发短信到这个号"),
        Field::number("age", "年龄", 1, 120),
        Field::money("fee", "学费").optional(),
        Field::date("born", "出生日期"),
        Field::radios("level", "您学过吗", levels),
        Field::checkboxes("days", "哪几天有空", days).optional(),
        Field::textarea("note", "原因", 200).hint("学员会看到"),
        Field::tick("agree", "我看过上课须知"),
        Field::code("code", "短信验证码", 6).optional(),
    ];
    let typed = [
        ("name", "王<script>"),
        ("phone", "1380013800"),
        ("age", "66"),
        ("born", "1956-03-05"),
        ("level", "a"),
        ("note", "老师生病"),
    ];
    let pairs: Vec<_> = typed
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Form::from_pairs(fields, lang, &pairs)
}

fn classes() -> Vec<(&'static str, Tag)> {
    vec![
        ("书法入门（周二上午）", Tag::good("有名额")),
        ("智能手机使用", Tag::warn("快满了（剩 3）")),
        ("合唱提高班", Tag::waiting("候补中（第 7 位）")),
        ("太极拳", Tag::quiet("已满")),
        ("摄影", Tag::bad("已停课")),
    ]
}

fn chart() -> Chart {
    let points = [("江川路街道", 4210), ("古美路街道", 3377), ("莘庄镇", 2950)];
    Chart {
        kind: ChartKind::Bars,
        sentence: "到 2026 年 3 月 31 日，江川路街道学习人次最多，4,210 人次。".into(),
        rows: "街镇".into(),
        unit: "人次".into(),
        decimals: 0,
        points: points.map(|(name, value)| (name.to_owned(), value)).into(),
    }
}

fn course() -> Chart {
    let points = [("9 月", 310), ("10 月", 420), ("11 月", 398), ("12 月", 455)];
    Chart {
        kind: ChartKind::Line,
        sentence: "2026 年 9 月到 12 月，每月签到人次。".into(),
        rows: "月份".into(),
        unit: "人次".into(),
        decimals: 0,
        points: points.map(|(name, value)| (name.to_owned(), value)).into(),
    }
}

fn listing() -> Listing {
    Listing::new(
        "/classes",
        vec![("sort".into(), "name".into()), ("cursor".into(), "x".into())],
        Lang::Zh,
    )
}

fn learner(view: View, lang: Lang) -> String {
    let form = form(lang);
    let gallery = LearnerGallery {
        page: page("找课", view, lang),
        errors: form.errors(),
        form,
        crumbs: Crumbs::new(
            &page("", view, lang),
            vec![Link::new("/", "首页"), Link::new("", "找课")],
        ),
        steps: Steps::new(2, &["选班", "核对", "完成"]),
        tabs: Tabs::new("看法", vec![Link::new("", "按星期"), Link::new("/a", "按学习点")]),
        pager: listing().pager(Some("next")),
        classes: classes(),
        chart: chart(),
    };
    gallery.render().unwrap()
}

fn desk(view: View) -> String {
    let task = |text: &str, hint: &str, status| Task {
        href: "/a".into(),
        text: text.into(),
        hint: hint.into(),
        status,
    };
    let gallery = DeskGallery {
        page: page("待办", view, Lang::Zh),
        form: form(Lang::Zh),
        list: listing(),
        tasks: TaskList {
            tasks: vec![
                task("3 个班今天要点名", "今天 12:00 前", Tag::warn("快到时间")),
                task("核对 12 份报名", "3 月 5 日前", Tag::waiting("待办")),
            ],
        },
        pager: listing().pager(Some("next")),
        classes: classes(),
        chart: chart(),
        course: course(),
    };
    gallery.render().unwrap()
}

fn galleries() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for text in [TextSize::Normal, TextSize::Large, TextSize::Largest] {
        for contrast in [Contrast::Auto, Contrast::Dark, Contrast::High] {
            let view = View { text, contrast };
            let name = format!("{}-{}", view.text_code(), view.contrast_code());
            all.push((format!("learner-{name}"), learner(view, Lang::Zh)));
            all.push((format!("desk-{name}"), desk(view)));
        }
    }
    let view = View::default();
    all.push(("learner-en".into(), learner(view, Lang::En)));
    let signed_out = Page {
        signed_in: None,
        ..page("登录", view, Lang::Zh)
    };
    all.push((
        "bare".into(),
        BareGallery {
            page: signed_out,
            form: form(Lang::Zh),
        }
        .render()
        .unwrap(),
    ));
    all.push((
        "print".into(),
        PrintGallery {
            page: page("书法入门", view, Lang::Zh),
        }
        .render()
        .unwrap(),
    ));
    all
}

#[test]
fn the_gallery_is_written_for_looking_at() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/ui-gallery");
    fs::create_dir_all(folder.join("assets")).unwrap();
    for (name, html) in galleries() {
        fs::write(
            folder.join(format!("{name}.html")),
            html.replace("/assets/", "assets/"),
        )
        .unwrap();
    }
    for bundle in [
        crate::Bundle::Style,
        crate::Bundle::Enhance,
        crate::Bundle::Scan,
        crate::Bundle::Mark,
    ] {
        let asset = crate::asset(bundle.url()).unwrap();
        fs::write(folder.join(asset.url.trim_start_matches('/')), asset.bytes).unwrap();
    }
}

#[test]
fn every_page_keeps_the_strict_content_policy() {
    for (name, html) in galleries() {
        assert!(
            !html.contains(" style=\"") && !html.contains("<style"),
            "{name}: inline style"
        );
        assert!(
            html.split("<script")
                .skip(1)
                .all(|tag| tag.starts_with(" src=\"/assets/")),
            "{name}: inline script"
        );
        assert!(
            !html.contains("onclick=") && !html.contains("javascript:"),
            "{name}: handler"
        );
    }
}

#[test]
fn every_page_has_its_landmarks_once() {
    for (name, html) in galleries() {
        for mark in [
            "<main id=\"main\"",
            "<title>",
            "class=\"skip\" href=\"#main\"",
            "<html lang=\"",
        ] {
            assert_eq!(html.matches(mark).count(), 1, "{name}: {mark}");
        }
        assert!(
            name == "print" || html.contains("/view?set="),
            "{name}: no view switch"
        );
        assert!(
            name == "print" || html.contains("tel:021-12345678"),
            "{name}: no telephone"
        );
    }
}

#[test]
fn ids_are_unique_and_posted_forms_carry_the_token() {
    for (name, html) in galleries() {
        let mut ids = HashSet::new();
        for id in html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(ids.insert(id), "{name}: id {id} twice");
        }
        for form in html.split("<form method=\"post\"").skip(1) {
            let body = form.split("</form>").next().unwrap_or_default();
            assert!(
                body.contains("name=\"csrf\" value=\"token&#34;&#60;\""),
                "{name}: {body}"
            );
        }
    }
}

#[test]
fn a_learner_page_is_light() {
    let html = learner(View::default(), Lang::Zh);
    assert!(html.len() < 40_000, "{} bytes before compression", html.len());
}
