//! Pages of the learner, and the receipt.

use super::actions::{self, Fee};
use super::model::{Kind, Method, Money, receipt_text};
use super::online;
use super::store::PostingRow;
use crate::enrollments::store::EnrollmentRow;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::{Fen, Instant};
use people::{family, persons};
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx};
use ui::respond::html;
use ui::{Page, Tag};

pub(super) fn id<K>(text: &str) -> AppResult<kernel::Id<K>> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// An amount as this page's reader writes it.
pub(crate) fn yuan(page: &Page, fen: i64) -> String {
    page.tn("{} 元", &[&Fen(fen).number_text()])
}

/// How a fee stands, as a tag.
pub(super) fn tag(page: &Page, money: Money) -> Tag {
    let word = page.t(money.label()).to_owned();
    match money {
        Money::Due => Tag::waiting(word),
        Money::Paid | Money::Waived => Tag::good(word),
        Money::None | Money::Carried | Money::PartRefunded | Money::Refunded => Tag::quiet(word),
    }
}

/// How a fee stands for the learner: what they wait for to come back is said beside it.
fn standing(page: &Page, fee: &Fee) -> Tag {
    let owed = fee.refunds.iter().filter(|refund| refund.status == "open");
    match owed.map(|refund| refund.amount_fen).sum() {
        0 => tag(page, fee.row.money),
        fen => Tag::waiting(page.tn("{}，要退 {}", &[&page.t(fee.row.money.label()), &yuan(page, fen)])),
    }
}

struct Item {
    href: String,
    name: String,
    fee: String,
    pay_by: Option<String>,
    tag: Tag,
}

fn item(page: &Page, fee: &Fee) -> Item {
    Item {
        href: format!("/me/fees/{}", fee.row.id),
        name: fee.class.name.clone(),
        fee: yuan(page, fee.row.due_fen),
        pay_by: pay_by(page, &fee.row),
        tag: standing(page, fee),
    }
}

/// Until when a fee that is due must be paid.
pub(crate) fn pay_by(page: &Page, row: &EnrollmentRow) -> Option<String> {
    let until = row.held_until.filter(|_| row.money == Money::Due)?;
    Some(page.tn("请在 {} 前交", &[&page.moment(until)]))
}

/// What would come back to who withdraws now.
pub(crate) fn refund_sentence(page: &Page, fen: i64) -> String {
    if fen == 0 {
        return page.t("现在取消，学费不能退了。").to_owned();
    }
    page.tn("现在取消，退给您 {}。", &[&yuan(page, fen)])
}

#[derive(askama::Template)]
#[template(path = "fees/mine.html")]
struct MinePage {
    page: Page,
    items: Vec<Item>,
    /// Those for whom the reader acts, each with their fees.
    helped: Vec<(String, Vec<Item>)>,
}

/// `GET /me/fees`: what is due and what was paid.
pub(super) async fn mine(ctx: Ctx) -> AppResult<Response> {
    let all = actions::mine(&ctx).await?;
    let page = ui::learner_page(&ctx, "我的学费");
    let items = all.iter().map(|fee| item(&page, fee)).collect();
    let mut helped = Vec::new();
    for one in family::beneficiaries(&ctx).await? {
        let fees = actions::of_helped(&ctx, one.person).await?;
        if !fees.is_empty() {
            let heading = page.tn("{}（{}）的学费", &[&page.t(one.calls), &one.name]);
            helped.push((heading, fees.iter().map(|fee| item(&page, fee)).collect()));
        }
    }
    Ok(html(&MinePage { page, items, helped }))
}

/// A step with money in words.
pub(super) struct Line {
    pub(super) at: String,
    pub(super) what: String,
    pub(super) amount: String,
    /// Address and number of its receipt.
    pub(super) receipt: Option<(String, String)>,
    /// Where it can be undone now.
    pub(super) undo: Option<String>,
}

/// What happened to a fee; `base` is where receipts and undoing are for this reader.
pub(super) fn lines(page: &Page, fee: &Fee, now: Instant, base: &str) -> Vec<Line> {
    let shown = fee.postings.iter().filter(|row| row.kind != Kind::Owed);
    let line = |row: &PostingRow| Line {
        at: page.moment(row.at),
        what: what(page, fee, row),
        amount: yuan(page, row.amount_fen),
        receipt: number(row).map(|number| (format!("{base}/receipts/{}", row.id), number)),
        undo: (fee.can_undo(row, now) && (base == "/desk" || is_own_to_undo(row)))
            .then(|| format!("{base}/fee-postings/{}/undo", row.id)),
    };
    shown.map(line).collect()
}

/// The learner and their family undo what was paid on line; what came back to them is the cashier's.
fn is_own_to_undo(row: &PostingRow) -> bool {
    row.method == Method::Online && row.kind == Kind::Paid
}

fn what(page: &Page, fee: &Fee, row: &PostingRow) -> String {
    let kind = page.t(row.kind.label());
    let refund = fee
        .refunds
        .iter()
        .find(|refund| refund.paid_posting == Some(row.id));
    let reason = refund.and_then(|refund| refund.way_reason.as_ref());
    let payer = fee
        .hands
        .paid
        .get(&row.id)
        .filter(|_| row.method == Method::Online);
    let words = match (row.kind, reason, payer) {
        (Kind::CarriedOut | Kind::CarriedIn, ..) => kind.to_owned(),
        (_, Some(reason), _) => page.tn(
            "{}（{}，不是原路：{}）",
            &[&kind, &page.t(row.method.label()), reason],
        ),
        (Kind::Paid, None, Some(hand)) => page.tn(
            "{}（{}，{}付的）",
            &[&kind, &page.t(row.method.label()), &page.retell(hand.who.clone())],
        ),
        _ => page.tn("{}（{}）", &[&kind, &page.t(row.method.label())]),
    };
    match (row.reversed_by, fee.hands.undone.get(&row.id)) {
        (Some(_), Some(hand)) => page.tn(
            "{}，{}撤销（{}）",
            &[&words, &page.retell(hand.who.clone()), &page.t(hand.way)],
        ),
        (Some(_), None) => page.tn("{}，已撤销", &[&words]),
        (None, _) => words,
    }
}

fn number(row: &PostingRow) -> Option<String> {
    let (year, number) = row.receipt_year.zip(row.receipt_number)?;
    Some(receipt_text(year, number))
}

/// What goes back, in words.
pub(super) fn refunds(page: &Page, fee: &Fee) -> Vec<String> {
    let sentence = |refund: &super::RefundRow| {
        let cause = page.t(refund.cause.label());
        let fen = yuan(page, refund.amount_fen);
        match refund.status.as_str() {
            "paid" => match &refund.way_reason {
                Some(reason) => page.tn("{}：退了 {}，没有原路退：{}", &[&cause, &fen, reason]),
                None => page.tn("{}：退了 {}", &[&cause, &fen]),
            },
            "open" => page.tn("{}：要退 {}，请等学校办理", &[&cause, &fen]),
            _ => page.tn("{}：按退费办法，没有可以退的钱", &[&cause]),
        }
    };
    fee.refunds.iter().map(sentence).collect()
}

#[derive(askama::Template)]
#[template(path = "fees/one.html")]
struct OnePage {
    page: Page,
    fee: Fee,
    amount: String,
    pay_by: Option<String>,
    tag: Tag,
    lines: Vec<Line>,
    refunds: Vec<String>,
    online: bool,
    /// Who learns, where it is somebody for whom the reader acts.
    helped: Option<String>,
}

/// `GET /me/fees/{id}`: one fee, how to pay it, and what happened.
pub(super) async fn one(
    ctx: Ctx,
    Path(text): Path<String>,
    Query(query): Query<ui::Pairs>,
) -> AppResult<Response> {
    let fee = actions::show_own(&ctx, id(&text)?).await?;
    let mut page = ui::learner_page(&ctx, "学费");
    if query
        .iter()
        .any(|(name, value)| name == "done" && value == "undone")
    {
        let text = page.t("这次付款撤销了，付的钱会原路退回。名额还留着，要上课请在期限前交费。");
        page = page.clone().noticed(ui::Notice::done(text));
    }
    let helped = match ctx.actor.person == Some(fee.row.person_id) {
        true => None,
        false => Some(persons::find(ctx.db(), fee.row.person_id).await?.name),
    };
    Ok(html(&OnePage {
        amount: yuan(&page, fee.row.due_fen),
        pay_by: pay_by(&page, &fee.row),
        tag: standing(&page, &fee),
        lines: lines(&page, &fee, ctx.now(), "/me"),
        refunds: refunds(&page, &fee),
        online: online::is_offered(&ctx),
        helped,
        page,
        fee,
    }))
}

/// `POST /me/fees/{id}/pay`: on to the provider's page.
pub(super) async fn pay(ctx: Ctx, Path(text): Path<String>, _: Posted) -> AppResult<Response> {
    let href = online::begin(&ctx, id(&text)?).await?;
    if href.starts_with('/') {
        return Ok(see_other(&href));
    }
    // Browsers do not follow a form to another site: the person goes by a link.
    let page = ui::learner_page(&ctx, "去支付页面");
    let back = format!("/me/fees/{text}");
    Ok(html(&GoPage { page, href, back }))
}

#[derive(askama::Template)]
#[template(path = "fees/go.html")]
struct GoPage {
    page: Page,
    href: String,
    back: String,
}

/// `POST /me/fee-postings/{id}/undo`
pub(super) async fn undo(ctx: Ctx, Path(text): Path<String>, _: Posted) -> AppResult<Response> {
    let enrollment = actions::undo(&ctx, id(&text)?).await?;
    Ok(see_other(&format!("/me/fees/{enrollment}?done=undone")))
}

#[derive(askama::Template)]
#[template(path = "fees/receipt.html")]
struct ReceiptPage {
    page: Page,
    number: String,
    org: String,
    holder: String,
    class: String,
    amount: String,
    method: String,
    at: String,
    undone: bool,
    /// What went back of it, or will.
    refunds: Vec<String>,
    back: String,
}

/// `GET /me/receipts/{id}` and `GET /desk/receipts/{id}`: a receipt to print.
pub(super) async fn receipt(ctx: Ctx, Path(text): Path<String>) -> AppResult<Response> {
    let (row, fee, holder) = actions::receipt(&ctx, id(&text)?).await?;
    let page = ui::learner_page(&ctx, "学费收据");
    let own = actions::acts_for(&ctx, ctx.person()?, fee.row.person_id).await?;
    let org = orgs::tree::find(ctx.db(), row.org_id).await?;
    Ok(html(&ReceiptPage {
        number: number(&row).unwrap_or_default(),
        org: org.name,
        holder: holder.name,
        class: fee.class.name.clone(),
        amount: yuan(&page, row.amount_fen),
        method: page.t(row.method.label()).to_owned(),
        at: page.moment(row.at),
        undone: row.reversed_by.is_some(),
        refunds: refunds(&page, &fee),
        back: format!("{}/fees/{}", if own { "/me" } else { "/desk" }, fee.row.id),
        page,
    }))
}
