//! Staff pages of persons. Chinese only.

use super::actions::{self, Revealed};
use super::import::{self, HEADER, How, Report};
use super::model::{Need, PersonDraft};
use super::store::{PersonBrief, PersonRow};
use crate::sign_in::put;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::PersonId;
use platform::web::{Posted, Upload, see_other};
use platform::{AppError, AppResult, Ctx, Door, Permission};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Notice, Page, desk_page};

const PAGE: i64 = 50;
/// Letters of what is looked for.
const MOST_LETTERS: usize = 60;

#[derive(askama::Template)]
#[template(path = "persons/list.html")]
struct ListPage {
    page: Page,
    form: Form,
    q: String,
    people: Vec<PersonBrief>,
    /// Where the next page starts.
    next: Option<String>,
    may_edit: bool,
    may_erase: bool,
}

#[derive(askama::Template)]
#[template(path = "persons/form.html")]
struct FormPage {
    page: Page,
    form: Form,
    action: String,
    button: &'static str,
    known_numbers: String,
    /// People alike who are there already: what the link says, and where it leads.
    alike: Vec<Door>,
}

#[derive(askama::Template)]
#[template(path = "persons/show.html")]
struct ShowPage {
    page: Page,
    row: PersonRow,
    needs: String,
    revealed: Option<Revealed>,
    reveal_form: Form,
    may_edit: bool,
    may_reveal: bool,
}

#[derive(askama::Template)]
#[template(path = "persons/import.html")]
struct ImportPage {
    page: Page,
    form: Form,
    header: String,
    report: Option<Report>,
}

fn zh(mut page: Page) -> Page {
    page.lang = Lang::Zh;
    page
}

/// Query of the list.
pub(super) type Pairs = Query<Vec<(String, String)>>;

/// `GET /desk/people`: the first of all.
pub(super) async fn list(ctx: Ctx) -> AppResult<Response> {
    found(&ctx, "", "").await
}

/// `POST /desk/people/search`: posted, because what is looked for may be a telephone or an identity number.
pub(super) async fn search(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    found(&ctx, posted.get("q"), posted.get("cursor")).await
}

async fn found(ctx: &Ctx, q: &str, cursor: &str) -> AppResult<Response> {
    let q: String = q.chars().take(MOST_LETTERS).collect();
    let found = actions::search(ctx, &q, cursor, PAGE).await?;
    let hint = "姓名、拼音、学员号、手机号或后四位、身份证号";
    let field = Field::text("q", "找学员", 0, MOST_LETTERS).hint(hint);
    Ok(ui::html(&ListPage {
        page: zh(desk_page(ctx, "学员")),
        form: Form::blank(vec![field.value(&q)], Lang::Zh),
        q,
        people: found.people,
        next: found.next,
        may_edit: ctx.can(Permission::PersonEdit),
        may_erase: ctx.can(Permission::PersonErase),
    }))
}

fn orgs(ctx: &Ctx) -> Vec<Choice> {
    let able = ctx
        .actor
        .posts
        .iter()
        .filter(|post| post.role.permissions().contains(&Permission::PersonEdit));
    able.map(|post| Choice::new(post.org.to_string(), post.org_name.clone()))
        .collect()
}

async fn fields(ctx: &Ctx) -> AppResult<Vec<Field>> {
    let path = ctx.actor.posts.first().map(|post| post.org_path.clone());
    let homes = actions::neighborhoods(ctx, &path.unwrap_or_default()).await?;
    let homes = homes
        .into_iter()
        .map(|org| Choice::new(org.id.to_string(), org.name))
        .collect();
    let needs = Need::ALL
        .iter()
        .map(|need| Choice::new(need.as_str(), need.label()))
        .collect();
    let sexes = vec![Choice::new("female", "女"), Choice::new("male", "男")];
    Ok(vec![
        Field::text("name", "姓名", 1, 40).hint("和身份证上一样"),
        Field::text("id_number", "身份证号", 0, 20).hint("填了身份证号，性别和出生日期可以不填"),
        Field::radios("sex", "性别", sexes).optional(),
        Field::date("birth", "出生日期").optional(),
        Field::phone("phone", "手机号")
            .optional()
            .hint("没有手机可以不填，登记后给他打印一张学习卡"),
        Field::select("home", "住在哪个居委", homes).optional(),
        Field::checkboxes("needs", "需要照顾的地方", needs).optional(),
        Field::text("contact", "紧急联系人", 0, 60).hint("姓名和电话"),
    ])
}

fn draft(form: &Form) -> AppResult<PersonDraft> {
    let org = |name: &str| {
        form.some(name)
            .map(str::parse)
            .transpose()
            .map_err(|_| AppError::NotFound)
    };
    Ok(PersonDraft {
        name: form.get("name").to_owned(),
        sex: form.get("sex").to_owned(),
        birth: form.date("birth"),
        id_number: form.get("id_number").to_owned(),
        phone: form.get("phone").to_owned(),
        home: org("home")?,
        needs: form.all("needs").into_iter().map(str::to_owned).collect(),
        contact: form.get("contact").to_owned(),
        org: org("org")?,
        another: false,
    })
}

async fn new_fields(ctx: &Ctx) -> AppResult<Vec<Field>> {
    let mut all = fields(ctx).await?;
    let choices = orgs(ctx);
    let mut field = Field::select("org", "在哪里登记", choices.clone());
    if let [only] = choices.as_slice() {
        field = field.value(&only.value);
    }
    all.insert(0, field);
    Ok(all)
}

fn new_page(ctx: &Ctx, form: Form, alike: Vec<Door>, status: u16) -> Response {
    let view = FormPage {
        page: zh(desk_page(ctx, "登记新学员")),
        form,
        action: "/desk/people".into(),
        button: "登记这位学员",
        known_numbers: String::new(),
        alike,
    };
    html_with(status, &view)
}

/// `GET /desk/people/new`
pub(super) async fn new(ctx: Ctx) -> AppResult<Response> {
    ctx.may(Permission::PersonEdit)?;
    let form = Form::blank(new_fields(&ctx).await?, Lang::Zh);
    Ok(new_page(&ctx, form, Vec::new(), 200))
}

/// `POST /desk/people`
pub(super) async fn create(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    ctx.may(Permission::PersonEdit)?;
    let mut form = Form::from_pairs(new_fields(&ctx).await?, Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(new_page(&ctx, form, Vec::new(), 422));
    }
    let typed = PersonDraft {
        another: posted.get("another") == "yes",
        ..draft(&form)?
    };
    match actions::register(&ctx, typed).await {
        Ok(id) => Ok(see_other(&format!("/desk/people/{id}?done=registered"))),
        Err(AppError::Refused {
            code: "person_alike",
            sentence,
            doors,
            ..
        }) => {
            form.refuse(sentence);
            Ok(new_page(&ctx, form, doors, 409))
        }
        Err(error) => {
            let status = put(&mut form, error)?;
            Ok(new_page(&ctx, form, Vec::new(), status))
        }
    }
}

fn reveal_fields() -> Vec<Field> {
    vec![Field::text("reason", "为什么要看", 4, 200).hint("例如：缴费核对身份。会记进审计日志。")]
}

async fn show_page(
    ctx: &Ctx,
    id: PersonId,
    revealed: Option<Revealed>,
    form: Option<Form>,
    notice: Option<Notice>,
    status: u16,
) -> AppResult<Response> {
    let row = actions::show(ctx, id).await?;
    let labels = row.needs.split(',').filter_map(|need| need.parse::<Need>().ok());
    let needs: Vec<&str> = labels.map(Need::label).collect();
    let mut page = zh(desk_page(ctx, &row.name));
    page.notice = notice;
    let view = ShowPage {
        page,
        needs: needs.join("、"),
        // Nothing is left to change or to reveal of somebody who was erased.
        may_edit: row.erased_at.is_none() && ctx.can(Permission::PersonEdit),
        may_reveal: row.erased_at.is_none() && ctx.can(Permission::PersonReveal),
        row,
        revealed,
        reveal_form: form.unwrap_or_else(|| Form::blank(reveal_fields(), Lang::Zh)),
    };
    Ok(html_with(status, &view))
}

fn person_id(text: &str) -> AppResult<PersonId> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// `GET /desk/people/{id}`
pub(super) async fn show(ctx: Ctx, Path(id): Path<String>, Query(pairs): Pairs) -> AppResult<Response> {
    let done = pairs.iter().find(|(name, _)| name == "done");
    let notice = done.and_then(|(_, what)| match what.as_str() {
        "registered" => Some(Notice::done(
            "登记好了。可以给他报名；没有手机的话，打印一张学习卡。",
        )),
        "changed" => Some(Notice::done("改好了。")),
        "code" => Some(Notice::done("学习码换好了，旧的已经作废。")),
        "erasure_asked" => Some(crate::erasure::asked_notice()),
        _ => None,
    });
    show_page(&ctx, person_id(&id)?, None, None, notice, 200).await
}

/// `POST /desk/people/{id}/reveal`
pub(super) async fn reveal(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let id = person_id(&id)?;
    let mut form = Form::from_pairs(reveal_fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        ctx.may(Permission::PersonReveal)?;
        return show_page(&ctx, id, None, Some(form), None, 422).await;
    }
    match actions::reveal(&ctx, id, form.get("reason")).await {
        Ok(revealed) => show_page(&ctx, id, Some(revealed), None, None, 200).await,
        Err(error) => {
            let status = put(&mut form, error)?;
            show_page(&ctx, id, None, Some(form), None, status).await
        }
    }
}

/// `POST /desk/people/{id}/code`
pub(super) async fn reissue(ctx: Ctx, Path(id): Path<String>, _: Posted) -> AppResult<Response> {
    let id = person_id(&id)?;
    actions::reissue_code(&ctx, id).await?;
    Ok(see_other(&format!("/desk/people/{id}?done=code")))
}

async fn edit_fields(ctx: &Ctx, row: &PersonRow) -> AppResult<Vec<Field>> {
    let mut all = fields(ctx).await?;
    // Somebody from another street keeps their neighbourhood.
    if let (Some(home), Some(name)) = (row.home_org_id, &row.home_name) {
        let path = ctx.actor.posts.first().map(|post| post.org_path.clone());
        let mut homes: Vec<Choice> = actions::neighborhoods(ctx, &path.unwrap_or_default())
            .await?
            .into_iter()
            .map(|org| Choice::new(org.id.to_string(), org.name))
            .collect();
        if !homes.iter().any(|choice| choice.value == home.to_string()) {
            homes.push(Choice::new(home.to_string(), name.clone()));
        }
        if let Some(field) = all.get_mut(5) {
            *field = Field::select("home", "住在哪个居委", homes).optional();
        }
    }
    all.push(Field::tick("forget_phone", "去掉现在的手机号").optional());
    all.push(Field::hidden("version"));
    Ok(all)
}

fn edit_page(ctx: &Ctx, row: &PersonRow, form: Form, status: u16) -> Response {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "没有".into());
    let view = FormPage {
        page: zh(desk_page(ctx, &format!("修改{}的资料", row.name))),
        form,
        action: format!("/desk/people/{}", row.id),
        button: "保存修改",
        known_numbers: format!(
            "现在的身份证号：{}；手机号：{}。不改就空着。",
            shown(&row.id_masked),
            shown(&row.phone_masked)
        ),
        alike: Vec::new(),
    };
    html_with(status, &view)
}

/// `GET /desk/people/{id}/edit`
pub(super) async fn edit(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let (row, contact) = actions::open_for_change(&ctx, person_id(&id)?).await?;
    let text = |value: Option<String>| value.unwrap_or_default();
    let form = Form::blank(edit_fields(&ctx, &row).await?, Lang::Zh)
        .fill("name", &row.name)
        .fill("sex", row.sex.map_or("", super::Sex::as_str))
        .fill("birth", text(row.birth.map(|day| day.to_string())))
        .fill("home", text(row.home_org_id.map(|org| org.to_string())))
        .fill("contact", contact)
        .fill_all("needs", row.needs.split(',').map(str::to_owned).collect())
        .fill("version", row.version);
    Ok(edit_page(&ctx, &row, form, 200))
}

/// `POST /desk/people/{id}`
pub(super) async fn change(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let id = person_id(&id)?;
    let (row, _) = actions::open_for_change(&ctx, id).await?;
    let mut form = Form::from_pairs(edit_fields(&ctx, &row).await?, Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(edit_page(&ctx, &row, form, 422));
    }
    let version = form.number("version").unwrap_or_default();
    let forget = form.ticked("forget_phone");
    match actions::change(&ctx, id, draft(&form)?, forget, version).await {
        Ok(()) => Ok(see_other(&format!("/desk/people/{id}?done=changed"))),
        Err(AppError::Refused { sentence, .. }) => {
            form.refuse(sentence);
            // Shown again with the version of now: saving once more is a decision made with open eyes.
            Ok(edit_page(&ctx, &row, form.fill("version", row.version), 409))
        }
        Err(error) => {
            let status = put(&mut form, error)?;
            Ok(edit_page(&ctx, &row, form, status))
        }
    }
}

fn import_fields(ctx: &Ctx) -> Vec<Field> {
    vec![
        Field::select("org", "在哪里登记", orgs(ctx)),
        Field::file("file", "名单（CSV 文件）", ".csv").hint("UTF-8 编码，最多 20 MB、50,000 行"),
        Field::radios(
            "how",
            "怎样导入",
            vec![
                Choice::new("try", "先试一遍，不写入"),
                Choice::new("all", "全部没有错才写入"),
                Choice::new("good", "写入没有错的行，有错的行跳过"),
            ],
        )
        .value("try"),
        Field::tick("another", "核对过了：看起来登记过的人，是另外的人，也要登记").optional(),
    ]
}

fn import_page(ctx: &Ctx, form: Form, report: Option<Report>, status: u16) -> Response {
    let view = ImportPage {
        page: zh(desk_page(ctx, "导入学员名单")),
        form,
        header: HEADER.join(","),
        report,
    };
    html_with(status, &view)
}

/// `GET /desk/people/import`
pub(super) async fn import_form(ctx: Ctx) -> AppResult<Response> {
    ctx.may(Permission::PersonEdit)?;
    let form = Form::blank(import_fields(&ctx), Lang::Zh);
    Ok(import_page(&ctx, form, None, 200))
}

/// `POST /desk/people/import`
pub(super) async fn import_file(ctx: Ctx, upload: Upload) -> AppResult<Response> {
    ctx.may(Permission::PersonEdit)?;
    let mut form = Form::from_pairs(import_fields(&ctx), Lang::Zh, &upload.fields.0);
    if upload.bytes.is_empty() {
        form.error("file", "请选一个文件；选好的文件不能是空的。");
    }
    if !form.is_valid() {
        return Ok(import_page(&ctx, form, None, 422));
    }
    let org = form.get("org").parse().map_err(|_| AppError::NotFound)?;
    let how = match form.get("how") {
        "all" => How::AllOrNothing,
        "good" => How::GoodRows,
        _ => How::DryRun,
    };
    match import::import(&ctx, &upload.bytes, org, how, form.ticked("another")).await {
        Ok(report) => Ok(import_page(&ctx, form, Some(report), 200)),
        Err(error) => {
            let status = put(&mut form, error)?;
            Ok(import_page(&ctx, form, None, status))
        }
    }
}
