//! What is counted: the words around a figure, trimmed to the thing.

use super::dates::When;
use super::numbers;
use super::phrase::{Phrase, Words, list};
use super::verbs::{self, Verb};

/// Words before the thing that are not of it.
static HEADS: Words = Words::new(|| {
    list(
        "累计 上线 争取 的 和 及 与 以及 、 全区 全市 全县 全省 全街道 全镇 全旗 我区 我市 我县 本区 本市 本县 辖区内 \
        区域内 再 把 将 使 让 确保 力争 努力 推动 实现 基本实现 全面实现 按 按照 根据 要求 原则上 各类 \
        一批 使得 保证 其中 包括 对 全面 基本 共 至少 相关 并 要 新增 新建 到 在 于 为 有 拟 计划 须 应 \
        落实 做到 给 向 至少有 至少 每街镇",
    )
});
/// Words after the thing that are not of it.
static TAILS: Words = Words::new(|| {
    list(
        "的基础上 基础上 等 的 建设工作 建设任务 创建工作 培育工作 创建目标 建设目标 建设 创建 培育 打造 任务 目标 数量 \
        总数 总量 共计 累计 总计 合计 总人数 各 分别 约 共 达 数 并 均 都 也 各类 将 可 要 应 须 \
        不 总  要求 力争 规模 ， 、 每 至 到 已 争取 需 全部 普遍 覆盖面 保持 预计 确保",
    )
});
/// Words that end the thing when it stands after the figure.
static STOPS: Words = Words::new(|| {
    list(
        "开设 开办 创办 建有 打造 共同 联合 组织 建立 推进 受益 配送 推荐 输送 投放 提取 配备 列支 于 提供 提质 扩容 开展 建成 创成 达到 参加 参与 进行 完成 通过 申报 纳入 实施 获得 获评 成为 用于 并 供 \
        实现 全覆盖 为 以 投入 对 面向 挂牌 入选 开放 建有 设立 配备 能够 可 均 都 要 应 给予 安排 服务 \
        创建 争创 参评 参训 举办 承办 赴 签订 到 获 入围 承担 负责 能",
    )
});
/// After 个 these are no thing of their own: 公益班10个班次.
pub static COUNTERS: Words = Words::new(|| list("班次 场次 批次 校次 名额 百分点 以上 标准 项目以上"));
/// After the figure these speak of the measure itself, not of the thing: 不少于万分之零点五的比例.
static STANDARDS: Words =
    Words::new(|| list("的比例 的标准 的要求 的额度 的比率 的配比 比例 标准 的规模 的速度 的幅度"));

/// What stands between, trimmed; times in it are left out.
#[must_use]
pub fn between(phrase: &Phrase, from: usize, to: usize, times: &[When]) -> String {
    let (mut from, mut to, whole) = (from, to, to);
    let first = times.partition_point(|when| when.end <= from);
    for when in times.iter().skip(first).take_while(|when| when.start < whole) {
        if when.start < to && when.end > from {
            if when.end >= to && when.start > from {
                to = when.start;
            } else if when.start <= from + 2 || when.end - from < to.saturating_sub(when.start) {
                from = when.end.min(to);
            } else {
                to = when.start;
            }
        }
    }
    // 学员人数较上年增长, 学习团队由120支增加到: what it is compared with is not of the thing.
    let compared = (from..to).rev().take(24).find(|place| {
        let next = phrase.at(place + 1);
        let figure = next.is_ascii_digit()
            || phrase
                .longest(place + 1, &["上年", "去年", "年初", "上一", "前一", "同期"])
                .is_some();
        matches!(phrase.at(*place), '较' | '比' | '由' | '从' | '与') && figure
    });
    let to = compared.unwrap_or(to);
    // 兼职教师按常住人口万分之三配备: by what it is measured is not of the thing.
    let by = (from + 2..to).find(|place| phrase.at(*place) == '按' && phrase.at(place + 1) != '时');
    let to = by.unwrap_or(to);
    // 扶持资金每所不超过10万元
    let each = (from + 2..to)
        .rev()
        .take(4)
        .find(|place| phrase.at(*place) == '每');
    trimmed(phrase, from, each.unwrap_or(to))
}

/// Leaves out what is not of the thing on both sides.
#[must_use]
pub fn trimmed(phrase: &Phrase, mut from: usize, mut to: usize) -> String {
    loop {
        if from >= to {
            return String::new();
        }
        let whole = to - from;
        if let Some((_, length)) = phrase
            .longest(from, &HEADS)
            .filter(|(_, length)| *length < whole && !phrase.is_quoted(from))
        {
            from += length;
            continue;
        }
        if let Some((_, length)) = phrase
            .longest_before(to, &TAILS)
            .filter(|(_, length)| *length < whole && !phrase.is_quoted(to - 1))
        {
            if keeps(phrase, to, length) {
                break;
            }
            to -= length;
            continue;
        }
        break;
    }
    let mut words = phrase.words(from, to);
    if words.chars().count() == 1 && "的和及与、到在有把将对按且并".contains(&words) {
        words.clear();
    }
    // 累计 and the like alone are no thing.
    if TAILS.contains(&words.as_str()) || ["其中", "全年", "年内", "达到", "各"].contains(&words.as_str())
    {
        words.clear();
    }
    words
        .trim_matches(|letter| matches!(letter, '，' | '、' | '。' | '；' | '：' | ':' | '（' | '('))
        .to_owned()
}

/// A tail that belongs to the thing: 人数, 指数, 高等, 中等.
fn keeps(phrase: &Phrase, to: usize, length: usize) -> bool {
    let before = phrase.before(to - length);
    (phrase.ends(to, "数") && length == 1 && "人指次分函系".contains(before))
        || (phrase.ends(to, "等") && "高中初".contains(before))
        || (phrase.ends(to, "不") && "绝".contains(before))
        || (phrase.ends(to, "要") && "重主纪必".contains(before))
        || (phrase.ends(to, "应") && "响适供反".contains(before))
        || (phrase.ends(to, "可") && "认许".contains(before))
        || (phrase.ends(to, "达") && "到表发传".contains(before))
        || (phrase.ends(to, "总") && "汇".contains(before))
        || (phrase.ends(to, "都") && "首成".contains(before))
        || (phrase.ends(to, "共") && "公".contains(before))
        || (phrase.ends(to, "约") && "预节签".contains(before))
        || (phrase.ends(to, "并") && "合".contains(before))
        || (phrase.ends(to, "建设") && matches!(before, '、'))
}

/// 资金80万元用于…: before these nothing is named behind the figure.
static NOTHING_NAMED: Words = Words::new(|| {
    list("用于 供 并 进行 足额 及时 统一 优先 支持 配备 提取 安排 落实 给予 参加 参与 达到 投入 纳入 以 为")
});

/// The thing after the figure, and where it ends.
#[must_use]
pub fn after(phrase: &Phrase, from: usize, to: usize) -> (String, usize) {
    let mut start = from;
    if phrase.at(start) == '的' && super::verbs::is_strong(phrase, start + 1) {
        // 微视频60集的拍摄制作: what is done with it, not what it is.
        return (String::new(), start);
    }
    if phrase.at(start) == '的' {
        start += 1;
    }
    if phrase.longest(start, &NOTHING_NAMED).is_some() && !joined_noun(phrase, start) {
        return (String::new(), start);
    }
    let end = end_of(phrase, start, to);
    // 12所学校的验收 counts the schools.
    let work = (start + 1..end).rev().find(|place| phrase.at(*place) == '的');
    if let Some(of) = work.filter(|of| super::verbs::is_name(&phrase.plain(of + 1, end))) {
        return (trimmed(phrase, start, of), end);
    }
    (trimmed(phrase, start, end), end)
}

/// Where the thing ends that begins there.
fn end_of(phrase: &Phrase, start: usize, to: usize) -> usize {
    let mut end = start;
    let mut depth = 0;
    let mut quotes = 0;
    while end < to {
        let letter = phrase.at(end);
        match letter {
            '“' => quotes += 1,
            '”' if quotes == 0 => break,
            '”' => quotes -= 1,
            _ => {}
        }
        if letter == '（' {
            // （老年） belongs to a name, a longer bracket is a remark.
            let close = (end..(end + 8).min(to)).find(|place| phrase.at(*place) == '）');
            if close.is_none() || digit_inside(phrase, end, close.unwrap_or(end)) {
                break;
            }
            depth += 1;
        } else if letter == '）' {
            if depth == 0 {
                break;
            }
            depth -= 1;
        }
        if !phrase.is_quoted(end) {
            if "，、；。:".contains(letter) {
                break;
            }
            if end > start && phrase.longest(end, &STOPS).is_some() && !joined_noun(phrase, end) {
                break;
            }
            if matches!(letter, '和' | '及' | '与') || phrase.starts(end, "以及") {
                let step = if phrase.starts(end, "以及") { 2 } else { 1 };
                let figure = (0..6).any(|more| numbers::figure(phrase, end + step + more).is_some());
                if figure {
                    break;
                }
            }
        }
        end += 1;
    }
    end
}

fn digit_inside(phrase: &Phrase, from: usize, to: usize) -> bool {
    (from..to).any(|place| phrase.at(place).is_ascii_digit())
}

/// 服务点, 开放大学, 创建单位: a stop word inside a name.
fn joined_noun(phrase: &Phrase, place: usize) -> bool {
    static NAMES: Words = Words::new(|| {
        list(
            "服务点 服务站 服务中心 服务队 服务项目 服务基地 服务平台 服务品牌 服务团队 开放大学 开放学院 \
            以上 以下 以内 创建单位 实施方案 服务岗 服务岗位 为老 为民 可视 对口 以赛 参与率 参与度 完成率 \
            通过率 配备率 开放率 创建率 建成率 服务员 服务志愿 并蒂 要素 应用 服务圈 服务区 都市 安排表 \
            投入率 应急 供应 开放日 共同体 组织者 组织员 推荐人 参与者 开放式 开放型 服务型 组织能力 为先 建成区",
        )
    });
    phrase.longest(place, &NAMES).is_some()
}

/// Only where it is: 每个街道, 全区; the thing was named before.
#[must_use]
pub fn is_scope(object: &str) -> bool {
    object.chars().count() <= 10
        && object.starts_with(['每', '各', '全'])
        && [
            "街道", "街镇", "中心", "次", "场", "门", "镇街", "镇", "社区", "村", "校", "班", "区", "市",
            "县", "单位", "人", "站", "年", "期", "所", "院", "家", "居委", "户", "乡镇", "道）", "省",
            "机构", "部门",
        ]
        .iter()
        .any(|word| object.ends_with(word))
}

/// The standard that follows the figure: 的比例配备专职社区教育工作者.
#[must_use]
pub fn by_standard(phrase: &Phrase, from: usize, to: usize) -> Option<(Option<Verb>, String, usize)> {
    let (_, length) = phrase.longest(from, &STANDARDS)?;
    let start = from + length;
    let verb = verbs::governing(phrase, start, to).filter(|verb| verb.start <= start + 3);
    let (object, end) = match &verb {
        Some(verb) => after(phrase, verb.end, to),
        None => (String::new(), start),
    };
    Some((verb, object, end))
}

/// The members of a list before 各 or 分别, each with the verb it brings along.
#[must_use]
pub fn members(phrase: &Phrase, from: usize, to: usize) -> Vec<(Option<Verb>, String)> {
    let mut cuts = vec![from];
    let mut depth = 0i32;
    for place in from..to {
        match phrase.at(place) {
            '（' => depth += 1,
            '）' => depth -= 1,
            '、' | '和' | '及' | '与' if depth == 0 && !phrase.is_quoted(place) && place > from => {
                cuts.push(place + 1);
            }
            _ => {}
        }
    }
    cuts.push(to + 1);
    let mut found = Vec::new();
    for pair in cuts.windows(2) {
        let [start, next] = pair else { continue };
        let end = next - 1;
        let verb =
            verbs::governing(phrase, *start, end).filter(|verb| verb.strong && verb.start <= start + 8);
        let object = trimmed(phrase, verb.as_ref().map_or(*start, |verb| verb.end), end);
        if !object.is_empty() {
            found.push((verb, object));
        }
    }
    found
}
