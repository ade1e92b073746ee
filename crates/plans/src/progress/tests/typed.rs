//! What was typed is not lost: replies, notes, new figures; and evidence is saved, never shown in the browser.

use super::{NEXT, after, issued, slip};
use crate::plans::tests::uploaded_for;
use crate::testing::town;
use platform::Role;

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_not_taken_comes_back_and_a_second_stands_behind_the_first() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    slip(&town, &task).await;
    let head = town.here(Role::SchoolHead);
    let slip = after(&head.get(&task).await.body, "/slips/", '/');
    let path = format!("{plan}/slips/{slip}");
    let reply = format!("{path}/reply");
    // The box takes what the action takes.
    assert!(
        head.get(&task)
            .await
            .body
            .contains("name=\"reply\" rows=\"4\" maxlength=\"2000\"")
    );
    let long = "场".repeat(2_001);
    let answer = head.post(&reply, &[("reply", &long)]).await;
    assert!(
        answer.status == 422 && answer.body.contains(&long),
        "{}",
        answer.status
    );
    for words in ["场地刚装修好", "场地刚装修好", "下周开班"] {
        assert_eq!(
            head.post(&reply, &[("reply", words)]).await.status,
            303,
            "{words}"
        );
    }
    let page = head.get(&task).await;
    assert_eq!(page.body.matches("场地刚装修好").count(), 1, "{}", page.body);
    assert!(
        page.shows("2026-11-22 补充：") && page.shows("下周开班"),
        "{}",
        page.body
    );
    assert_eq!(bureau.post(&format!("{path}/close"), &[]).await.status, 303);
    let late = head.post(&reply, &[("reply", "还有一句没说完")]).await;
    assert!(
        late.status == 409 && late.shows("已经办结") && late.body.contains("还有一句没说完"),
        "{}",
        late.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_is_not_taken_comes_back() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let head = town.here(Role::SchoolHead);
    let form = [("change_due", "2026-12-20"), ("reason", "场地被征用了")];
    assert_eq!(head.post(&format!("{task}/change"), &form).await.status, 303);
    let bureau = town.district(Role::DistrictBureau);
    let page = bureau.get(&task).await;
    assert!(
        page.body.contains("name=\"note\" rows=\"3\" maxlength=\"500\""),
        "{}",
        page.body
    );
    let path = format!("{plan}/changes/{}", after(&page.body, "/changes/", '"'));
    let long = "意".repeat(501);
    for (verdict, note) in [
        ("refused", "长"),
        ("refused", long.as_str()),
        ("", "没有选就提交"),
    ] {
        let answer = bureau.post(&path, &[("verdict", verdict), ("note", note)]).await;
        assert!(
            answer.status == 422 && answer.body.contains(note),
            "{}",
            answer.body
        );
    }
    assert_eq!(bureau.post(&path, &[("verdict", "approved")]).await.status, 303);
    let late = bureau
        .post(&path, &[("verdict", "refused"), ("note", "我不同意")])
        .await;
    assert!(
        late.status == 409 && late.body.contains("我不同意"),
        "{}",
        late.body
    );
    let sibling = town.there(Role::SchoolHead);
    assert_eq!(sibling.post(&path, &[("verdict", "approved")]).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_figure_of_no_target_is_told() {
    let town = town().await;
    let (_, task) = issued(&town).await;
    let head = town.here(Role::SchoolHead);
    let form = [
        ("change_target", ""),
        ("change_value", "47"),
        ("change_due", "2026-12-20"),
        ("reason", "场地被征用了"),
    ];
    let answer = head.post(&format!("{task}/change"), &form).await;
    assert!(
        answer.status == 422 && answer.shows("是哪个指标值的") && answer.body.contains("value=\"47\""),
        "{}",
        answer.body
    );
    assert!(town.events("plan.change_asked").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_saved_and_never_shown_in_the_browser() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let head = town.here(Role::SchoolHead);
    let fields = [("words", "已新增 57 个学习点")];
    let answer = head
        .upload(&format!("{task}/report"), &fields, "证明.txt", "名单".as_bytes())
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let evidence = after(&head.get(&task).await.body, "/evidence/", '"');
    let kept = head.get(&format!("{plan}/evidence/{evidence}")).await;
    let header = |name: &str| kept.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_would_be_hidden_by_now_comes_back_with_what_was_typed() {
    let town = town().await;
    let (_, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    // The lead is taken away while somebody writes a slip to it.
    let lead = town.world.here.org.to_string();
    let gone = [("org", lead.as_str()), ("part", "")];
    assert_eq!(bureau.post(&format!("{task}/duty"), &gone).await.status, 303);
    assert!(!bureau.get(&task).await.body.contains("slip_words"));
    let form = [
        ("org", lead.as_str()),
        ("slip_words", "请说明滞后的原因"),
        ("slip_due", "2026-11-30"),
    ];
    let answer = bureau.post(&format!("{task}/slip"), &form).await;
    assert!(
        answer.status == 422 && answer.body.contains("请说明滞后的原因</textarea>"),
        "{}",
        answer.body
    );
    // The task is done by the time a milestone with a wrong day arrives.
    let done = [("state", "done")];
    assert_eq!(bureau.post(&format!("{task}/done"), &done).await.status, 303);
    assert!(!bureau.get(&task).await.body.contains("milestone_due"));
    let form = [("title", "完成选点"), ("milestone_due", "下个月")];
    let answer = bureau.post(&format!("{task}/milestone"), &form).await;
    assert!(
        answer.status == 422 && answer.body.contains("value=\"完成选点\""),
        "{}",
        answer.body
    );
    // So does what was reported or asked for meanwhile, and nothing of it is kept.
    for (what, form) in [
        (
            "milestone",
            [("title", "完成选点"), ("milestone_due", "2026-12-01")],
        ),
        (
            "change",
            [("change_due", "2026-12-31"), ("reason", "选点还差两处")],
        ),
    ] {
        let answer = bureau.post(&format!("{task}/{what}"), &form).await;
        let typed = form[usize::from(what == "change")].1;
        assert!(
            answer.status == 409 && answer.shows("这项任务已经完成") && answer.body.contains(typed),
            "{what}: {}",
            answer.body
        );
    }
    let form = [("words", "选点还差两处"), ("percent", "50")];
    let report = format!("{task}/report");
    let answer = bureau.upload(&report, &form, "选点.txt", b"1").await;
    assert!(
        answer.status == 409 && answer.body.contains("选点还差两处"),
        "{}",
        answer.body
    );
    let written = ["plan.task_reported", "plan.milestone_added", "plan.change_asked"];
    for kind in written {
        assert!(town.events(kind).await.is_empty(), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_ticked_to_be_carried_over_is_kept_where_the_draft_is_none() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    uploaded_for(&bureau, &town.world.district.to_string(), NEXT).await;
    let task = task.rsplit('/').next().unwrap();
    let carry = format!("{plan}/carry");
    let wrong = bureau.post(&carry, &[("into", task), ("task", task)]).await;
    assert!(
        wrong.status == 422 && wrong.body.contains(&format!("value=\"{task}\" checked")),
        "{}",
        wrong.body
    );
}
