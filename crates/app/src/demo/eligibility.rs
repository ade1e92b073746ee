//! The rule of who may enrol that a class of the demo's own school has: an advanced course asks for the one before it.
//! Its learners have all finished that.

use super::classes::Class;
use super::courses::Library;
use super::draw::Draw;
use super::enrollments::Filled;
use super::load::Load;
use platform::AppResult;
use teaching::classes::ClassStatus;

/// Courses that go on, each with the one that comes before.
const BEFORE: [(&str, &str); 12] = [
    ("颜体楷书", "楷书入门"),
    ("欧体楷书", "楷书入门"),
    ("行书《兰亭序》", "楷书入门"),
    ("写意牡丹", "国画花鸟入门"),
    ("工笔花鸟", "国画花鸟入门"),
    ("声乐基础", "声乐入门"),
    ("民歌演唱", "声乐入门"),
    ("钢琴基础", "钢琴入门"),
    ("二胡提高", "二胡入门"),
    ("民族舞提高", "民族舞基础"),
    ("四十二式太极拳", "二十四式太极拳"),
    ("朗诵与配音", "朗诵入门"),
];

/// A class, and the course that is to be finished before, by their places in the lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stricter {
    pub(super) class: usize,
    pub(super) course: usize,
}

/// Chooses a class of the next term, at the demo's own school if there is one.
pub(super) fn choose(home: Option<usize>, library: &Library, classes: &[Class]) -> Option<Stricter> {
    let course_before = |class: &Class| {
        let own = library.courses.get(class.course)?;
        let (_, before) = BEFORE.iter().find(|(name, _)| *name == own.name)?;
        library
            .courses
            .iter()
            .position(|course| course.district == own.district && course.name == *before)
    };
    let fits = |(at, class): (usize, &Class)| {
        let open = class.season == 2 && class.status == ClassStatus::Published;
        let course = course_before(class).filter(|_| open && class.star.is_none() && !class.drawn)?;
        Some(Stricter { class: at, course })
    };
    let mut all = classes.iter().enumerate();
    let at_home = all
        .clone()
        .filter(|(_, class)| Some(class.org) == home)
        .find_map(fits);
    at_home.or_else(|| all.find_map(fits))
}

const COLUMNS: &[&str] = &[
    "id",
    "version",
    "org_id",
    "course_id",
    "class_id",
    "expression",
    "words",
    "door_label",
    "door_href",
    "valid_from",
    "ended_at",
    "actor_person",
    "created_at",
];

/// Writes the rule of that class, which counts from the opening of the season on.
pub(super) async fn write(load: &Load<'_>, filled: &Filled<'_>, stricter: Option<Stricter>) -> AppResult<()> {
    let row = stricter.and_then(|stricter| {
        let class = filled.classes.get(stricter.class)?;
        let before = filled.links.library.courses.get(stricter.course)?;
        let org = filled.links.orgs.all.get(class.org)?;
        let office = filled.links.people.offices.get(&org.run_by);
        let season = filled.links.days.seasons.last()?;
        let mut ids = Draw::new("eligibility").ids(season.opened_on, 1);
        Some(vec![
            ids.take().into(),
            1.into(),
            org.id.into(),
            db::Value::from(None::<i64>),
            class.id.into(),
            format!("\"{}\" in completed", kernel::Id::<()>::from_raw(before.id)).into(),
            format!("要先学完“{}”，有结业记录。", before.name).into(),
            format!("找“{}”的班", before.name).into(),
            format!("/classes?q={}", encoded(&before.name)).into(),
            season.opens.into(),
            db::Value::from(None::<i64>),
            office.map(|office| filled.person(office.registrar)).into(),
            season.opens.into(),
        ])
    });
    load.put("eligibility_rule", COLUMNS, row).await
}

/// A word as it stands in an address.
fn encoded(word: &str) -> String {
    word.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
