//! The draw itself, `xuequan-draw/1`: whole numbers and bytes only, so that every language computes the same.
//!
//! 1. The key is SHA-256 of the randomness text in UTF-8.
//! 2. An entrant holds its number of tickets, numbered from 0. A ticket's value is HMAC-SHA256 of that key over the
//!    receipt number, a newline (0x0A) and the ticket's number in decimal digits. Values are compared as bytes.
//! 3. An entrant's place is decided by its smallest ticket; the smallest of all is first. Equal values (which never
//!    happen by chance) are ordered by receipt number.
//! 4. In that order each entrant gets the first class of its wishes in which one of its pools, in its order, has seats
//!    enough for all its members. Who gets none stands in that order on the waitlist of each class it wished for.
//! 5. An entrant that is too large for the seats left does not stop those behind it.

use super::file::{DrawClass, DrawFile, DrawResult, Entrant, FORMAT, Ranked, Seated, seal_hash};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};

/// Most tickets of one entrant.
pub const MOST_TICKETS: u32 = 100;
/// Most people who enter as one.
pub const MOST_COMPANIONS: u32 = 4;

/// What is wrong with a draw file, in Chinese, for whoever checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);

fn fault<T>(sentence: impl Into<String>) -> Result<T, Fault> {
    Err(Fault(sentence.into()))
}

/// Draws.
#[must_use]
pub fn draw(entrants: &[Entrant], classes: &[DrawClass], randomness: &str) -> DrawResult {
    let key = Sha256::digest(randomness.as_bytes());
    let mut order: Vec<([u8; 32], &Entrant)> = entrants
        .iter()
        .map(|one| (smallest_ticket(&key, one), one))
        .collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.receipt.cmp(&b.1.receipt)));
    let mut left: BTreeMap<&str, BTreeMap<&str, u32>> = classes
        .iter()
        .map(|class| {
            let seats = class.seats.iter().map(|(pool, seats)| (pool.as_str(), *seats));
            (class.id.as_str(), seats.collect())
        })
        .collect();
    let mut result = DrawResult {
        order: Vec::with_capacity(order.len()),
        seated: Vec::new(),
        waitlists: BTreeMap::new(),
    };
    for (rank, (ticket, one)) in (1..).zip(order) {
        result.order.push(Ranked {
            receipt: one.receipt.clone(),
            rank,
            key: data_encoding::HEXLOWER.encode(&ticket),
        });
        match seat(&mut left, one) {
            Some((class, pool)) => result.seated.push(Seated {
                receipt: one.receipt.clone(),
                class,
                pool,
            }),
            None => {
                for wish in &one.wishes {
                    let waiting = result.waitlists.entry(wish.clone()).or_default();
                    waiting.push(one.receipt.clone());
                }
            }
        }
    }
    result
}

/// Takes seats from the first wish and pool that has enough.
fn seat(left: &mut BTreeMap<&str, BTreeMap<&str, u32>>, one: &Entrant) -> Option<(String, String)> {
    for wish in &one.wishes {
        let Some(pools) = left.get_mut(wish.as_str()) else {
            continue;
        };
        for pool in &one.pools {
            if let Some(seats) = pools.get_mut(pool.as_str()).filter(|seats| **seats >= one.size) {
                *seats -= one.size;
                return Some((wish.clone(), pool.clone()));
            }
        }
    }
    None
}

fn smallest_ticket(key: &[u8], one: &Entrant) -> [u8; 32] {
    let value = |ticket: u32| -> [u8; 32] {
        let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
            Ok(mac) => mac,
            // HMAC takes keys of any length.
            Err(_) => return [0xff; 32],
        };
        mac.update(one.receipt.as_bytes());
        mac.update(b"\n");
        mac.update(ticket.to_string().as_bytes());
        mac.finalize().into_bytes().into()
    };
    (0..one.tickets).map(value).min().unwrap_or([0xff; 32])
}

/// Checks a list: receipt numbers once each, sizes, tickets and pools in bounds, wishes for classes that exist.
///
/// # Errors
/// The first [`Fault`].
pub fn check_list(entrants: &[Entrant], classes: &[DrawClass]) -> Result<(), Fault> {
    let plain = |text: &str| !text.is_empty() && !text.contains(['\t', '\n', '\r', ',', '=']);
    let mut ids = HashSet::new();
    for class in classes {
        if !plain(&class.id) || class.seats.keys().any(|pool| !plain(pool)) {
            return fault(format!("班级编号“{}”或它的名额池里有不许用的字符。", class.id));
        }
        if !ids.insert(class.id.as_str()) {
            return fault(format!("班级 {} 出现了两次。", class.id));
        }
    }
    let mut receipts = HashSet::new();
    for one in entrants {
        let receipt = &one.receipt;
        if !plain(receipt) || one.pools.iter().any(|pool| !plain(pool)) {
            return fault(format!("回执号“{receipt}”或它的名额池里有不许用的字符。"));
        }
        if !receipts.insert(receipt.as_str()) {
            return fault(format!("回执号 {receipt} 出现了两次。"));
        }
        if !(1..=MOST_TICKETS).contains(&one.tickets) {
            return fault(format!(
                "回执号 {receipt} 的签数是 {}，应在 1 到 {MOST_TICKETS} 之间。",
                one.tickets
            ));
        }
        if !(1..=MOST_COMPANIONS).contains(&one.size) {
            return fault(format!(
                "回执号 {receipt} 的人数是 {}，应在 1 到 {MOST_COMPANIONS} 之间。",
                one.size
            ));
        }
        if let Some(wish) = one.wishes.iter().find(|wish| !ids.contains(wish.as_str())) {
            return fault(format!("回执号 {receipt} 的志愿里有不存在的班级 {wish}。"));
        }
    }
    Ok(())
}

/// Checks what is sealed: the list is in order, and the seal is of this list.
///
/// # Errors
/// The first [`Fault`].
pub fn verify_seal(file: &DrawFile) -> Result<(), Fault> {
    if file.format != FORMAT {
        return fault(format!("文件格式是“{}”，这里只认识 {FORMAT}。", file.format));
    }
    check_list(&file.entrants, &file.classes)?;
    let hash = seal_hash(&file.entrants, &file.classes);
    if hash != file.seal.hash {
        return fault(format!(
            "名单和封存时不一样：封存的指纹是 {}，现在算出来是 {hash}。",
            file.seal.hash
        ));
    }
    Ok(())
}

/// Checks a whole file: what is sealed, and that the result is what the randomness gives.
///
/// # Errors
/// The first [`Fault`].
pub fn verify(file: &DrawFile) -> Result<DrawResult, Fault> {
    verify_seal(file)?;
    let Some(randomness) = &file.randomness else {
        return fault("名单已封存，随机数还没有公布，还没有摇号。");
    };
    let computed = draw(&file.entrants, &file.classes, &randomness.text);
    match &file.result {
        None => fault("文件里没有摇号结果。"),
        Some(result) => match difference(result, &computed) {
            None => Ok(computed),
            Some(words) => fault(words),
        },
    }
}

/// The first place in which a claimed result differs from the computed one.
fn difference(claimed: &DrawResult, computed: &DrawResult) -> Option<String> {
    let order = claimed.order.iter().zip(&computed.order).find(|(a, b)| a != b);
    if let Some((claim, own)) = order {
        return Some(format!(
            "第 {} 名：文件里是 {}，算出来是 {}。",
            own.rank, claim.receipt, own.receipt
        ));
    }
    if claimed.order.len() != computed.order.len() {
        return Some(format!(
            "排序里有 {} 个回执号，算出来是 {} 个。",
            claimed.order.len(),
            computed.order.len()
        ));
    }
    let places = |result: &DrawResult| -> BTreeMap<String, String> {
        result
            .seated
            .iter()
            .map(|seat| (seat.receipt.clone(), format!("{} {}", seat.class, seat.pool)))
            .collect()
    };
    let (claim, own) = (places(claimed), places(computed));
    let receipts: Vec<&String> = claim.keys().chain(own.keys()).collect();
    if let Some(receipt) = receipts
        .into_iter()
        .find(|receipt| claim.get(*receipt) != own.get(*receipt))
    {
        let text =
            |map: &BTreeMap<String, String>| map.get(receipt).cloned().unwrap_or_else(|| "没有中签".into());
        return Some(format!(
            "回执号 {receipt}：文件里是 {}，算出来是 {}。",
            text(&claim),
            text(&own)
        ));
    }
    // A receipt that stands there twice, or a list in another order.
    if claimed.seated.len() != computed.seated.len() {
        return Some(format!(
            "中签名单里有 {} 个名额，算出来是 {} 个。",
            claimed.seated.len(),
            computed.seated.len()
        ));
    }
    if claimed.seated != computed.seated {
        return Some("中签名单的次序和算出来的不一样。".into());
    }
    let list = computed.waitlists.keys().chain(claimed.waitlists.keys());
    let mut list = list.filter(|class| claimed.waitlists.get(*class) != computed.waitlists.get(*class));
    list.next()
        .map(|class| format!("班级 {class} 的候补名单和算出来的不一样。"))
}
