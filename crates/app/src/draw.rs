//! `xuequan draw verify FILE`: computes a published draw again, without a database and without a network.

use crate::{Done, Trouble, terminal};
use enrollment::draws::algorithm::{verify, verify_seal};
use enrollment::draws::file::DrawFile;
use std::path::Path;

/// More than a draw of a million entrants.
const MOST_BYTES: u64 = 512 << 20;

/// Checks the file and says what was found.
///
/// # Errors
/// When the file cannot be read, is no draw file, or does not hold what it claims.
pub fn run(path: &Path) -> Done {
    let file = read(path)?;
    let differs = |fault: enrollment::draws::algorithm::Fault| Trouble::new(format!("核对不符：{}", fault.0));
    let seal = format!(
        "名单指纹 {}，文件里写的公布时间是 {}。请和公示页上的指纹对一对：一样，才是公布的那份名单。",
        file.seal.hash, file.seal.at
    );
    if file.randomness.is_none() && file.result.is_none() {
        verify_seal(&file).map_err(differs)?;
        terminal::say(format!(
            "名单和指纹一致：{} {}，{} 个回执号。还没有摇号。",
            file.round.org,
            file.round.name,
            file.entrants.len()
        ));
        terminal::say(seal);
        return Ok(());
    }
    let result = verify(&file).map_err(differs)?;
    terminal::say(format!("核对无误：{} {}。", file.round.org, file.round.name));
    terminal::say(seal);
    if let Some(randomness) = &file.randomness {
        terminal::say(format!(
            "随机数“{}”，来自{}。",
            randomness.text, randomness.source
        ));
    }
    let seats: u32 = file
        .entrants
        .iter()
        .filter(|one| result.seated.iter().any(|seat| seat.receipt == one.receipt))
        .map(|one| one.size)
        .sum();
    terminal::say(format!(
        "{} 个回执号参加，{} 个中签，共 {seats} 个名额；排序、中签和候补与文件一字不差。",
        file.entrants.len(),
        result.seated.len()
    ));
    Ok(())
}

fn read(path: &Path) -> Done<DrawFile> {
    let name = path.display();
    let size = std::fs::metadata(path)
        .map_err(|error| Trouble::new(format!("{name} 打不开：{error}。请检查文件名。")))?
        .len();
    if size > MOST_BYTES {
        return Err(Trouble::new(format!("{name} 太大了，不像一份摇号文件。")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| {
        Trouble::new(format!(
            "{name} 读不出来：{error}。摇号文件是 UTF-8 编码的 JSON。"
        ))
    })?;
    serde_json::from_str(&text)
        .map_err(|error| Trouble::new(format!("{name} 不是摇号文件：{error}。请从摇号公示页重新下载。")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../../enrollment/src/draws/sample/draw.json");

    #[test]
    fn a_true_file_passes_and_a_changed_one_does_not() {
        let folder = std::env::temp_dir().join(format!("xuequan-draw-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("draw.json");
        // A list that is sealed and not drawn yet is checked as the page does it.
        let mut sealed: serde_json::Value = serde_json::from_str(SAMPLE).unwrap();
        sealed.as_object_mut().unwrap().remove("randomness");
        let torn = sealed.to_string();
        sealed.as_object_mut().unwrap().remove("result");
        let sealed = sealed.to_string();
        let cases = [
            (SAMPLE.to_owned(), None),
            (sealed.clone(), None),
            (
                sealed.replacen("10000004", "10000008", 1),
                Some("名单和封存时不一样"),
            ),
            (torn, Some("随机数还没有公布")),
            (
                SAMPLE.replacen("10000004", "10000008", 1),
                Some("名单和封存时不一样"),
            ),
            (
                SAMPLE.replace("第 2026138 期", "第 2026139 期"),
                Some("核对不符：第 1 名"),
            ),
            ("{}".into(), Some("不是摇号文件")),
        ];
        for (text, words) in cases {
            std::fs::write(&path, text).unwrap();
            let said = run(&path).err().map(|trouble| trouble.to_string());
            assert_eq!(said.is_some(), words.is_some(), "{said:?}");
            assert!(words.is_none_or(|words| said.unwrap_or_default().contains(words)));
        }
        assert!(run(&folder.join("none.json")).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
