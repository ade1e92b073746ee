//! Meetings through the router: noticed, answered, minuted, decisions become tasks; forbidden; a sibling's; typed work kept.

use crate::plans::tests::{TEXT, uploaded_for};
use crate::testing::{Town, town};
use platform::Role;
use serde_json::Value;
use testkit::Client;
use testkit::html::hidden;

/// An issued plan of the district.
async fn issued(town: &Town) -> String {
    let bureau = town.district(Role::DistrictBureau);
    let plan = uploaded_for(&bureau, &town.world.district.to_string(), TEXT).await;
    let issue = format!("{plan}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    plan
}

const NOTICE: [(&str, &str); 5] = [
    ("title", "联络员第三次会议"),
    ("day", "2026-11-26"),
    ("time", "14:00"),
    ("place", "区社区学院 301"),
    ("words", "请带本季度台账"),
];

/// The notice with another value in one field.
fn notice_with<'a>(field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let changed =
        |(name, old): &(&'static str, &'static str)| (*name, if *name == field { value } else { *old });
    NOTICE.iter().map(changed).collect()
}

/// A meeting that is prepared: its address.
async fn drafted(bureau: &Client, plan: &str) -> String {
    let answer = bureau.post(&format!("{plan}/meetings/new"), &NOTICE).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let location = answer.location();
    location.split('?').next().unwrap().to_owned()
}

/// A meeting whose notice went out to the first school and to an office that is not in the system.
async fn called(town: &Town, plan: &str) -> String {
    let bureau = town.district(Role::DistrictBureau);
    let meeting = drafted(&bureau, plan).await;
    let guests = [("names", "莘庄镇社区学校\n区老龄办")];
    let answer = bureau.post(&format!("{meeting}/guests"), &guests).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let points = [("points", "四季度进度\n数据填报")];
    assert_eq!(
        bureau.post(&format!("{meeting}/points"), &points).await.status,
        303
    );
    assert_eq!(bureau.post(&format!("{meeting}/call"), &[]).await.status, 303);
    meeting
}

/// What the page says its reader has seen, which goes back with what they answer or issue.
async fn seen(who: &Client, page: &str) -> String {
    hidden(&who.get(page).await.body, "seen")
}

/// Issues the minutes from the page as it is now: the status.
async fn close(host: &Client, meeting: &str) -> u16 {
    let page = format!("{meeting}/minutes");
    host.submit(&page, &format!("{meeting}/close"), &[]).await.status
}

/// Titles of what of meetings waits for somebody at the first school.
async fn waits_here(town: &Town, role: Role) -> Vec<String> {
    let school = &town.world.here;
    let actor = testkit::staff(school.registrar, role, school.org, &school.path);
    let all = super::waiting(&town.app.ctx(actor)).await.unwrap();
    all.into_iter().map(|one| one.title).collect()
}

fn after(page: &str, words: &str, end: char) -> String {
    let rest = page.split(words).nth(1).unwrap();
    rest.split(end).next().unwrap().to_owned()
}

/// A meeting that was held, and a decision to put to it.
async fn held<'a>(town: &Town, plan: &str, lead: &'a str) -> (String, [(&'static str, &'a str); 3]) {
    let meeting = called(town, plan).await;
    town.app.platform.clock.advance(4 * 86_400 + 7 * 3_600);
    let decision = [
        ("decision", "年底前新增3个老年教育社会学习点"),
        ("lead", lead),
        ("due", "2026-12-20"),
    ];
    let bureau = town.district(Role::DistrictBureau);
    let answer = bureau.post(&format!("{meeting}/decisions"), &decision).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    (meeting, decision)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_meeting_decides_becomes_a_task_of_its_lead() {
    let town = town().await;
    let plan = issued(&town).await;
    let lead = town.world.here.org.to_string();
    let (meeting, _) = held(&town, &plan, &lead).await;
    let (bureau, head) = (town.district(Role::DistrictBureau), town.here(Role::SchoolHead));
    let page = bureau.get(&format!("{meeting}/minutes")).await;
    assert!(
        page.shows("读出的指标值：老年教育社会学习点 3 个"),
        "{}",
        page.body
    );
    assert_eq!(close(&bureau, &meeting).await, 303);
    // The school reads the decision and reports on the task.
    let page = head.get(&meeting).await;
    assert!(page.shows("年底前新增3个老年教育社会学习点"), "{}", page.body);
    let task = format!("{plan}/tasks/{}", after(&page.body, "/tasks/", '"'));
    let shown = head.get(&task).await;
    assert!(
        shown.shows("填报这次进展")
            && shown.shows("2026-12-20")
            && shown.shows("联络员第三次会议（2026-11-26）"),
        "{}",
        shown.body
    );
    assert!(
        shown.body.contains("/targets/"),
        "the figure in the decision is a target: {}",
        shown.body
    );
    assert_eq!(
        town.events("plan.meeting_").await,
        [
            "plan.meeting_drafted",
            "plan.meeting_changed",
            "plan.meeting_changed",
            "plan.meeting_called",
            "plan.meeting_decided",
            "plan.meeting_closed"
        ]
    );
    // Who aligns to the plan is not asked to take up what has its lead already.
    let office = town.street(Role::StreetOffice);
    let lower = uploaded_for(&office, &town.world.here.street.to_string(), TEXT).await;
    let lower = lower.replace("/desk/", "/api/v1/");
    let view = format!("{lower}/alignment/{}", plan.rsplit('/').next().unwrap());
    let view = office.call(200, "GET", &view, &Value::Null).await;
    let missing = view["not_taken_up"].as_array().unwrap();
    assert_eq!(missing.len(), 2, "the two items of the document: {missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_unseen_is_not_issued() {
    let town = town().await;
    let plan = issued(&town).await;
    let lead = town.world.here.org.to_string();
    let (meeting, decision) = held(&town, &plan, &lead).await;
    let bureau = town.district(Role::DistrictBureau);
    let (minutes, close) = (format!("{meeting}/minutes"), format!("{meeting}/close"));
    let decisions = format!("{meeting}/decisions");
    let old = seen(&bureau, &minutes).await;
    let more = [("decision", "数据填报到每周一次"), decision[1], decision[2]];
    assert_eq!(bureau.post(&decisions, &more).await.status, 303);
    let unseen = bureau.post(&close, &[("seen", old.as_str())]).await;
    assert_eq!(unseen.status, 409, "{}", unseen.body);
    let now = seen(&bureau, &minutes).await;
    for (status, why) in [(303, "seen"), (409, "issued once")] {
        let answer = bureau.post(&close, &[("seen", now.as_str())]).await;
        assert_eq!(answer.status, status, "{why}: {}", answer.body);
    }
    // A decision that was typed meanwhile is not lost.
    let late = [("decision", "写到一半的议定事项"), decision[1], decision[2]];
    let late = bureau.post(&decisions, &late).await;
    assert!(
        late.status == 409 && late.body.contains("写到一半的议定事项"),
        "{}",
        late.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_are_written_from_the_hour_on_and_read_when_issued() {
    let town = town().await;
    let plan = issued(&town).await;
    let meeting = called(&town, &plan).await;
    let (bureau, head) = (town.district(Role::DistrictBureau), town.here(Role::SchoolHead));
    let early = [("version", "2"), ("minutes", "会前写的")];
    let early = bureau.post(&format!("{meeting}/minutes"), &early).await;
    assert!(
        early.status == 409 && early.body.contains("会前写的"),
        "{}",
        early.body
    );
    assert!(town.events("plan.meeting_minuted").await.is_empty());
    town.app.platform.clock.advance(4 * 86_400 + 7 * 3_600);
    let form = bureau.get(&format!("{meeting}/minutes")).await;
    let version = hidden(&form.body, "version");
    let point = format!("point-{}", after(&form.body, "name=\"point-", '"'));
    let written = [
        ("version", version.as_str()),
        (point.as_str(), "各街镇年底前完成"),
        ("minutes", "会议由常务副校长主持"),
    ];
    assert_eq!(close(&bureau, &meeting).await, 409, "nothing was written yet");
    let answer = bureau.post(&format!("{meeting}/minutes"), &written).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    // Who wrote from an older page does not overwrite, sees what is kept, and keeps what was typed.
    let other = [written[0], written[1], ("minutes", "会议由办公室主任主持")];
    let late = bureau.post(&format!("{meeting}/minutes"), &other).await;
    assert!(
        late.status == 409 && late.body.contains("办公室主任") && late.body.contains("常务副校长"),
        "{}",
        late.body
    );
    let newer = hidden(&late.body, "version");
    assert_ne!(newer, version, "a second try goes over what was shown");
    assert!(!head.get(&meeting).await.shows("常务副校长"), "not issued yet");
    assert_eq!(close(&bureau, &meeting).await, 303);
    let page = head.get(&meeting).await;
    assert!(
        page.shows("各街镇年底前完成") && page.shows("会议由常务副校长主持"),
        "{}",
        page.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_answers_its_own_notice() {
    let town = town().await;
    let plan = issued(&town).await;
    let meeting = called(&town, &plan).await;
    let (bureau, head) = (town.district(Role::DistrictBureau), town.here(Role::SchoolHead));
    let page = head.get(&meeting).await;
    assert!(
        page.shows("提交回执") && page.shows("四季度进度"),
        "{}",
        page.body
    );
    assert!(!page.shows("区老龄办"), "a guest sees its own row only");
    assert_eq!(
        waits_here(&town, Role::SchoolHead).await,
        ["回复会议通知：联络员第三次会议"]
    );
    let guest = after(&page.body, "/guests/", '/');
    let action = format!("{meeting}/guests/{guest}/answer");
    let seen = seen(&head, &format!("{meeting}?guest={guest}")).await;
    let comes = [
        ("answer", "comes"),
        ("note", "校长 王芳"),
        ("seen", seen.as_str()),
    ];
    let answer = head.post(&action, &comes).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(waits_here(&town, Role::SchoolHead).await.is_empty());
    // From the same page once more: somebody answered since, so it asks.
    let again = [("answer", "absent"), ("note", "有别的会"), comes[2]];
    let again = head.post(&action, &again).await;
    assert!(
        again.status == 409 && again.body.contains("有别的会"),
        "{}",
        again.body
    );
    let newer = hidden(&again.body, "seen");
    assert_ne!(newer, seen);
    let page = bureau.get(&meeting).await;
    assert!(
        page.shows("校长 王芳") && page.shows("参加 1，请假 0，还没有回执 1"),
        "{}",
        page.body
    );
    town.app.platform.clock.advance(4 * 86_400 + 7 * 3_600);
    let late = [
        ("answer", "absent"),
        ("note", "有别的会"),
        ("seen", newer.as_str()),
    ];
    let late = head.post(&action, &late).await;
    assert!(late.status == 409, "{}", late.body);
    assert!(
        bureau.get(&meeting).await.shows("参加 1，请假 0，还没有回执 1"),
        "as it was"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lagging_tasks_are_proposed_for_the_agenda() {
    let town = town().await;
    let plan = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let meeting = drafted(&bureau, &plan).await;
    let page = bureau.get(&meeting).await;
    assert!(page.shows("红牌：严重滞后"), "{}", page.body);
    let task = hidden(&page.body, "tasks");
    let points = [("tasks", task.as_str()), ("points", "其他")];
    assert_eq!(
        bureau.post(&format!("{meeting}/points"), &points).await.status,
        303
    );
    let page = bureau.get(&meeting).await;
    assert!(page.body.contains(&format!("/tasks/{task}\"")), "{}", page.body);
    assert!(
        !page.body.contains(&format!("name=\"tasks\" value=\"{task}\"")),
        "what is on the agenda is not proposed again"
    );
    // The second point moves up.
    let up = page.body.split("/up\"").next().unwrap();
    let point = up.rsplit('/').next().unwrap();
    assert_eq!(
        bureau
            .post(&format!("{meeting}/points/{point}/up"), &[])
            .await
            .status,
        303
    );
    let page = bureau.get(&meeting).await;
    let agenda = after(&page.body, "id=\"agenda\"", '~');
    assert!(agenda.find("其他").unwrap() < agenda.find(&format!("/tasks/{task}")).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_hosts_call_and_only_guests_answer() {
    let town = town().await;
    let plan = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let meeting = drafted(&bureau, &plan).await;
    let (head, sibling) = (town.here(Role::SchoolHead), town.there(Role::SchoolHead));
    assert_eq!(head.get(&meeting).await.status, 404, "a draft is not for guests");
    assert_eq!(head.get(&format!("{plan}/meetings/new")).await.status, 403);
    assert_eq!(head.post(&format!("{meeting}/call"), &[]).await.status, 403);
    // Without guests or agenda no notice goes out.
    assert_eq!(bureau.post(&format!("{meeting}/call"), &[]).await.status, 409);
    let meeting = called(&town, &plan).await;
    assert_eq!(sibling.get(&meeting).await.status, 404, "not asked");
    let list = format!("{plan}/meetings");
    assert!(!sibling.get(&list).await.shows("联络员第三次会议"));
    assert!(head.get(&list).await.shows("联络员第三次会议"));
}

/// A program of a guest reads its own row only.
async fn assert_one_guest(guest: &Client, meeting: &str) {
    let path = meeting.replace("/desk/", "/api/v1/");
    let json = guest.call(200, "GET", &path, &Value::Null).await;
    assert_eq!(json["meeting"]["status"], "called");
    assert_eq!(json["guests"].as_array().unwrap().len(), 1);
}

/// Moves the meeting to the next day; who began from the same page sees what is kept now beside what they typed.
async fn move_by_a_day(bureau: &Client, meeting: &str) {
    let edit = format!("{meeting}/edit");
    let version = hidden(&bureau.get(&edit).await.body, "version");
    let version = ("version", version.as_str());
    let mut moved = notice_with("day", "2026-11-27");
    moved.push(version);
    assert_eq!(bureau.post(&edit, &moved).await.status, 303);
    let mut typed = notice_with("words", "请带全年台账");
    typed.push(version);
    let again = bureau.post(&edit, &typed).await;
    assert!(
        again.status == 409 && again.body.contains("请带全年台账") && again.body.contains("请带本季度台账"),
        "{}",
        again.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_writes_down_what_it_heard_and_asks_again_when_the_hour_moves() {
    let town = town().await;
    let plan = issued(&town).await;
    let meeting = called(&town, &plan).await;
    let bureau = town.district(Role::DistrictBureau);
    let (head, sibling) = (town.here(Role::SchoolHead), town.there(Role::SchoolHead));
    let page = bureau.get(&meeting).await;
    let own = page.body.split("?guest=").skip(1);
    let guests: Vec<&str> = own.filter_map(|rest| rest.split('#').next()).collect();
    assert_eq!(guests.len(), 2, "the host may write both answers down");
    for guest in &guests {
        let path = format!("{meeting}/guests/{guest}/answer");
        assert_eq!(
            sibling
                .post(&path, &[("answer", "comes"), ("note", "王芳")])
                .await
                .status,
            404
        );
        let seen = seen(&bureau, &format!("{meeting}?guest={guest}")).await;
        let empty = bureau.post(&path, &[("answer", "absent"), ("note", "")]).await;
        assert_eq!(empty.status, 422, "{}", empty.body);
        let absent = [("answer", "absent"), ("note", "值班"), ("seen", seen.as_str())];
        assert_eq!(bureau.post(&path, &absent).await.status, 303);
    }
    let page = bureau.get(&meeting).await;
    assert!(page.shows("请假 2") && page.shows("代登记"), "{}", page.body);
    // Another time asks everybody again.
    move_by_a_day(&bureau, &meeting).await;
    assert!(bureau.get(&meeting).await.shows("还没有回执 2"));
    assert_one_guest(&head, &meeting).await;
    // Called off, the guests read why.
    let reason = [("reason", "改为书面汇报")];
    assert_eq!(
        bureau.post(&format!("{meeting}/cancel"), &reason).await.status,
        303
    );
    assert!(head.get(&meeting).await.shows("改为书面汇报"));
    assert_eq!(
        waits_here(&town, Role::SchoolHead).await,
        ["会议已取消：联络员第三次会议"]
    );
    town.app.platform.clock.advance(6 * 86_400);
    assert!(waits_here(&town, Role::SchoolHead).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_come_back_with_what_was_typed() {
    let town = town().await;
    let plan = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let past = notice_with("day", "2026-11-01");
    let answer = bureau.post(&format!("{plan}/meetings/new"), &past).await;
    assert!(
        answer.status == 422 && answer.shows("会议时间已经过了") && answer.body.contains("请带本季度台账"),
        "{}",
        answer.body
    );
    let meeting = drafted(&bureau, &plan).await;
    let long = "长".repeat(201);
    let answer = bureau
        .post(&format!("{meeting}/points"), &[("points", long.as_str())])
        .await;
    assert!(
        answer.status == 422 && answer.body.contains(&long),
        "{}",
        answer.body
    );
    let answer = bureau.post(&format!("{meeting}/guests"), &[("names", "")]).await;
    assert!(
        answer.status == 422 && answer.shows("没有新的单位"),
        "{}",
        answer.body
    );
}
