//! HTML of titles: the list, the form for a new one, one title with its proof.

use super::TitleRow;
use super::actions::{self, Sent};
use super::model::{Holder, Status, TitleDraft, TitleKind, TitleLevel};
use crate::TitleId;
use crate::facts::Basis;
use crate::tree::{OrgBrief, crumbs_of_list, id_in_path};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::{Date, OrgId};
use platform::web::{Posted, Upload, see_other};
use platform::{AppResult, Ctx, Permission};
use ui::{Choice, Crumbs, Field, Form, Lang, Link, Notice, Page, Pairs, Tag};

/// Metrics that speak of what this page shows.
const FIGURES: &[&str] = &["titles.by_kind", "titles.by_level", "titles.share"];

#[derive(Template)]
#[template(path = "titles/list.html")]
struct ListPage {
    page: Page,
    crumbs: Crumbs,
    org: OrgBrief,
    titles: Vec<TitleRow>,
    may_edit: bool,
    today: Date,
    figures: Vec<Link>,
}

#[derive(Template)]
#[template(path = "titles/form.html")]
struct FormPage {
    page: Page,
    crumbs: Crumbs,
    org: OrgBrief,
    form: Form,
}

#[derive(Template)]
#[template(path = "titles/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    title: TitleRow,
    forms: Forms,
    may_edit: bool,
    today: Date,
}

/// The forms on the page of one title.
struct Forms {
    change: Form,
    proof: Form,
    revoke: Form,
}

impl Forms {
    fn blank(title: &TitleRow) -> Self {
        Self {
            change: filled(title),
            proof: Form::blank(proof_fields(), Lang::Zh),
            revoke: Form::blank(revoke_fields(), Lang::Zh),
        }
    }
}

impl TitleRow {
    /// Its status as a word with an icon.
    fn tag(&self, today: &Date) -> Tag {
        match self.status(*today) {
            Status::Active => Tag::good("有效"),
            Status::Expired => Tag::quiet("已过期"),
            Status::Revoked => Tag::bad("已撤销"),
        }
    }

    fn proof_tag(&self) -> Tag {
        if self.proof.is_some() {
            Tag::good("有证明材料")
        } else {
            Tag::warn("还没有证明材料")
        }
    }

    fn until(&self) -> String {
        self.valid_to
            .map_or_else(|| "没有期限".to_owned(), kernel::chinese_date::date_text)
    }

    fn holder_text(&self) -> String {
        match self.holder {
            Holder::Org => self.holder.label().to_owned(),
            Holder::Team => format!("团队：{}", self.holder_name),
            Holder::Course => format!("课程：{}", self.holder_name),
        }
    }

    fn basis_label(&self) -> &'static str {
        self.basis.parse().map_or("来源不明", Basis::label)
    }

    fn proof_text(&self) -> String {
        format!("{}（{} KB）", self.proof_name, (self.proof_size + 1023) / 1024)
    }
}

/// The titles of an organisation.
pub(super) async fn list(
    ctx: Ctx,
    Path(org): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let (org, titles) = actions::list(&ctx, id_in_path(&org)?).await?;
    let page = noticed(ui::desk_page(&ctx, &format!("{}的称号", org.name)), &query);
    Ok(ui::html(&ListPage {
        crumbs: crumbs(&page, &org, None),
        page,
        titles,
        may_edit: ctx.reach(Permission::OrgEdit).contains(&org.path),
        today: ctx.today(),
        figures: crate::metrics::links(&ctx, &org, FIGURES),
        org,
    }))
}

/// The empty form.
pub(super) async fn blank(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let org = actions::home_of_new(&ctx, id_in_path(&org)?).await?;
    let form = Form::blank(new_fields(), Lang::Zh).fill("holder", Holder::Org.as_str());
    Ok(form_page(&ctx, org, form, 200))
}

/// Registers the title.
pub(super) async fn register(ctx: Ctx, Path(org): Path<String>, upload: Upload) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let org = actions::home_of_new(&ctx, id).await?;
    let mut form = Form::from_pairs(new_fields(), Lang::Zh, &upload.fields.0);
    let Some(draft) = draft(&form).filter(|_| form.is_valid()) else {
        if !upload.bytes.is_empty() {
            form.error("file", "上面有要改的地方，材料没有存。改好以后请再选一次文件。");
        }
        return Ok(form_page(&ctx, org, form, 422));
    };
    let had_file = !upload.bytes.is_empty();
    match actions::register(&ctx, id, draft, sent(upload)).await {
        Ok(title) => Ok(see_other(&format!("/desk/titles/{title}?done=registered"))),
        Err(error) => {
            // What is wrong with the file itself takes this sentence's place.
            if had_file {
                form.error("file", "材料没有存。改好以后请再选一次文件。");
            }
            let status = form.take_up(error)?;
            Ok(form_page(&ctx, org, form, status))
        }
    }
}

/// One title with its forms.
pub(super) async fn show(
    ctx: Ctx,
    Path(title): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let (org, title) = actions::get(&ctx, id_in_path(&title)?).await?;
    let forms = Forms::blank(&title);
    Ok(show_page(&ctx, &org, title, forms, &query, 200))
}

/// Saves what was changed.
pub(super) async fn change(ctx: Ctx, Path(title): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: TitleId = id_in_path(&title)?;
    let (org, title) = actions::get(&ctx, id).await?;
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    let status = match draft(&form).filter(|_| form.is_valid()) {
        None => 422,
        Some(draft) => {
            let version = form.number("version").unwrap_or_default();
            match actions::change(&ctx, id, draft, version).await {
                Ok(()) => return Ok(see_other(&format!("/desk/titles/{id}?done=changed"))),
                Err(error) => form.take_up(error)?,
            }
        }
    };
    if status == 409 {
        // The page now shows the newest title above the form: the next save is meant against that one.
        form = form.fill("version", title.version);
    }
    let forms = Forms {
        change: form,
        ..Forms::blank(&title)
    };
    Ok(show_page(&ctx, &org, title, forms, &Pairs::new(), status))
}

/// Puts a proof to the title.
pub(super) async fn prove(ctx: Ctx, Path(title): Path<String>, upload: Upload) -> AppResult<Response> {
    let id: TitleId = id_in_path(&title)?;
    let (org, title) = actions::get(&ctx, id).await?;
    let mut form = Form::from_pairs(proof_fields(), Lang::Zh, &upload.fields.0);
    let version = form.number("version").unwrap_or_default();
    let status = match sent(upload) {
        None => {
            form.error("file", "还没有选文件，或者文件是空的。请选一个 PDF 或图片。");
            422
        }
        Some(sent) => match actions::prove(&ctx, id, sent, version).await {
            Ok(()) => return Ok(see_other(&format!("/desk/titles/{id}?done=proven"))),
            Err(error) => form.take_up(error)?,
        },
    };
    let forms = Forms {
        proof: form,
        ..Forms::blank(&title)
    };
    Ok(show_page(&ctx, &org, title, forms, &Pairs::new(), status))
}

/// Notes that the title was taken back.
pub(super) async fn revoke(ctx: Ctx, Path(title): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: TitleId = id_in_path(&title)?;
    let (org, title) = actions::get(&ctx, id).await?;
    let mut form = Form::from_pairs(revoke_fields(), Lang::Zh, &posted.0);
    let status = match form.date("revoked_on").filter(|_| form.is_valid()) {
        None => 422,
        Some(on) => {
            let version = form.number("version").unwrap_or_default();
            match actions::revoke(&ctx, id, on, form.get("reason"), version).await {
                Ok(()) => return Ok(see_other(&format!("/desk/titles/{id}?done=revoked"))),
                Err(error) => form.take_up(error)?,
            }
        }
    };
    let forms = Forms {
        revoke: form,
        ..Forms::blank(&title)
    };
    Ok(show_page(&ctx, &org, title, forms, &Pairs::new(), status))
}

/// The proof, to be saved.
pub(super) async fn proof(ctx: Ctx, Path(title): Path<String>) -> AppResult<Response> {
    let (title, bytes) = actions::proof(&ctx, id_in_path(&title)?).await?;
    Ok(ui::respond::download(bytes, &title.proof_name, &title.proof_type))
}

fn sent(upload: Upload) -> Option<Sent> {
    (!upload.bytes.is_empty()).then_some(Sent {
        name: upload.name,
        bytes: upload.bytes,
    })
}

fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("registered") => "称号已登记。",
        Some("changed") => "已保存。",
        Some("proven") => "证明材料已存好。",
        Some("revoked") => "已记下撤销，从那一天起不再计入。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

fn fields() -> Vec<Field> {
    let levels = TitleLevel::ALL.iter();
    let levels = levels.map(|level| Choice::new(level.as_str(), level.label()));
    let kinds = TitleKind::ALL.iter();
    let kinds = kinds.map(|kind| Choice::new(kind.as_str(), kind.label()));
    let holders = Holder::ALL.iter();
    let holders = holders.map(|holder| Choice::new(holder.as_str(), holder.label()));
    let bases = Basis::ALL.iter();
    let bases = bases.map(|basis| Choice::new(basis.as_str(), basis.label()));
    vec![
        Field::text("name", "称号", 2, 60).hint("照证书或文件上写，例如 街镇社区学校优质校"),
        Field::select("level", "级别", levels.collect()),
        Field::select("kind", "种类", kinds.collect()),
        Field::radios("holder", "称号属于", holders.collect()),
        Field::text("holder_name", "团队或课程名称", 0, 60).hint("属于机构本身的不填"),
        Field::text("granted_by", "授予单位", 2, 60),
        Field::text("document", "文号", 0, 80),
        Field::date("granted_on", "授予日期").hint("例如 2024-12-01"),
        Field::date("valid_to", "有效期到哪一天")
            .hint("没有期限的留空")
            .optional(),
        Field::radios("basis", "数据性质", bases.collect()),
        Field::hidden("version"),
    ]
}

fn new_fields() -> Vec<Field> {
    let mut fields = fields();
    fields.extend(proof_fields().into_iter().take(1).map(Field::optional));
    fields
}

fn proof_fields() -> Vec<Field> {
    vec![
        Field::file("file", "证明材料（PDF 或图片）", ".pdf,.jpg,.jpeg,.png")
            .hint("证书或文件的扫描件、照片。一个文件，最大 20 MB；多页请合成一个 PDF")
            .optional(),
        Field::hidden("version"),
    ]
}

fn revoke_fields() -> Vec<Field> {
    vec![
        Field::date("revoked_on", "从哪一天起撤销"),
        Field::text("reason", "撤销的原因", 2, 200).hint("例如 复查没有通过，某文号"),
        Field::hidden("version"),
    ]
}

fn draft(form: &Form) -> Option<TitleDraft> {
    Some(TitleDraft {
        holder: form.get("holder").parse().ok()?,
        holder_name: form.get("holder_name").to_owned(),
        name: form.get("name").to_owned(),
        level: form.get("level").parse().ok()?,
        kind: form.get("kind").parse().ok()?,
        granted_by: form.get("granted_by").to_owned(),
        document: form.get("document").to_owned(),
        granted_on: form.date("granted_on")?,
        valid_to: form.date("valid_to"),
        basis: form.get("basis").parse().ok()?,
    })
}

fn filled(title: &TitleRow) -> Form {
    let valid_to = title.valid_to.map(|day| day.to_string());
    Form::blank(fields(), Lang::Zh)
        .fill("name", &title.name)
        .fill("level", title.level.as_str())
        .fill("kind", title.kind.as_str())
        .fill("holder", title.holder.as_str())
        .fill("holder_name", &title.holder_name)
        .fill("granted_by", &title.granted_by)
        .fill("document", &title.document)
        .fill("granted_on", title.granted_on)
        .fill("valid_to", valid_to.unwrap_or_default())
        .fill("basis", &title.basis)
        .fill("version", title.version)
}

fn form_page(ctx: &Ctx, org: OrgBrief, form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, "登记称号");
    let template = FormPage {
        crumbs: crumbs(&page, &org, Some("登记称号")),
        page,
        org,
        form,
    };
    ui::respond::html_with(status, &template)
}

fn show_page(
    ctx: &Ctx,
    org: &OrgBrief,
    title: TitleRow,
    forms: Forms,
    query: &Pairs,
    status: u16,
) -> Response {
    let page = noticed(ui::desk_page(ctx, &title.name), query);
    let in_reach = ctx.reach(Permission::OrgEdit).contains(&org.path);
    let template = ShowPage {
        crumbs: crumbs(&page, org, Some(&title.name)),
        page,
        forms: Forms {
            change: forms.change,
            proof: forms.proof.fill("version", title.version),
            revoke: forms.revoke.fill("version", title.version),
        },
        may_edit: in_reach && title.revoked_on.is_none(),
        today: ctx.today(),
        title,
    };
    ui::respond::html_with(status, &template)
}

fn crumbs(page: &Page, org: &OrgBrief, here: Option<&str>) -> Crumbs {
    crumbs_of_list(page, org, ("titles", "称号"), here)
}
