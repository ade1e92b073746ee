//! Which figures are to be reached, and which only count, order or report.

use super::dates::When;
use super::numbers::Figure;
use super::phrase::{Phrase, Words, list};
use super::targets::{Around, Candidate, Carried, NEAR, Sentence, before};

/// Units of what is never to be reached: ages, ordinals, parts of a list.
static NEVER: Words = Words::new(|| {
    list("岁 周岁 届 批 轮 级 大 步 层 章 号 页 星 月 日 周 分钟 年 个月 方面 环节 类 档 条件")
});
/// Units of time are figures only with a bound: 开放不少于200天.
const TIMES: &[&str] = &["小时", "天", "分"];
/// Units of what happens: after 组织 they are to be reached.
static EVENTS: Words = Words::new(|| list("场 次 场次 期 人次 门 门次 课时 学时 讲 节 堂 期次"));
/// After a small figure these count the parts of a thought.
static PARTS: Words = Words::new(|| {
    list(
        "改革 举措 重点任务 重点工作 方面 层面 维度 环节 阶段 步骤 确立 意识 自信 维护 坚持 统筹 抓手 结合 关键 重大 必须 更加 原则 \
        要素 转变 特点 文明 全面 面向 重点 基本 层次 一批 体系 板块 梯队 区级 为先 优先",
    )
});
/// Before a figure these say that the things are there.
static EXISTING: Words = Words::new(|| {
    list(
        "全区 全市 全县 全省 全街 全镇 全街道 辖区 所有 现有 原有 已有 上述 其余 其他 这 该 本市 本区 \
        我区 我市 区内 市内 全国 辖区内 下辖 所辖 现",
    )
});
/// Words of a report on what was done.
static PAST: Words = Words::new(|| {
    list(
        "已建成 已有 已建 已达 已完成 已实现 已 目前 现有 截至 截止 此前 过去 曾 历年 上年末 去年 共有 \
        五年来 三年来 以来 累计建成了 建成了 完成了 举办了 实现了 获得了 开展了",
    )
});
/// A new beginning after words of a report.
static ANEW: Words = Words::new(|| list("新增 新建 再 力争 计划 拟 将 基础上 确保 到 提高到 增加到"));

/// The figure belongs to a report of what was, or is compared with.
pub fn is_report(
    phrase: &Phrase,
    clause: (usize, usize),
    at: usize,
    times: &[When],
    around: &Around<'_>,
) -> bool {
    // A time rules its own clause; at the head of the sentence it rules them all.
    let rules =
        |when: &&When| when.start >= clause.0 || (when.start <= 2 && "，\0".contains(phrase.at(when.end)));
    let when = before(times, at)
        .filter(|when| when.to.is_some() && !when.baseline)
        .find(rules);
    let old = match (when.and_then(|when| when.to), around.begin) {
        (Some(to), Some(begin)) => to.year.is_some() && to < begin,
        _ => false,
    };
    let past = (clause.0..at).rev().take(NEAR).find_map(|place| {
        phrase
            .longest(place, &PAST)
            .map(|(_, length)| place + length)
            .filter(|end| *end <= at + 2)
    });
    old || past.is_some_and(|end| !phrase.holds(end, at, &ANEW))
}

/// Whether the figure is a target, and how sure that is.
pub fn judged(sentence: Sentence<'_>, candidate: &Candidate<'_>, carried: &Carried) -> Option<f64> {
    let phrase = sentence.phrase;
    let Candidate {
        figure,
        meant,
        from,
        verb,
        listed,
        ..
    } = candidate;
    let bound = meant.comparison.is_some() || meant.reach.is_some();
    let share = is_share(&figure.unit);
    if is_none(sentence, candidate, bound) || is_existing(phrase, candidate) || is_slogan(phrase, figure) {
        return None;
    }
    let each =
        phrase.holds(*from, figure.start, &["每"]) && !phrase.holds(*from, figure.start, &["每天", "每人每"]);
    let article =
        figure.chinese && (figure.value - 1.0).abs() < f64::EPSILON && figure.to.is_none() && !share;
    if article && !bound && !each && !is_single(phrase, candidate) {
        return None;
    }
    let strong = verb.as_ref().is_some_and(|verb| verb.strong);
    // 现有教职工9人，校舍1800平方米: what follows a report without a verb is a report too.
    if carried.report && !bound && !strong {
        return None;
    }
    let base = if share || bound {
        0.95
    } else if strong {
        if article { 0.7 } else { 0.95 }
    } else if *listed {
        0.9
    } else if verb.is_none() && carried.accepted && carried.verb.is_some() {
        0.85
    } else if figure.unit.starts_with('元') {
        // 每人每年6元: money is named to be spent.
        0.8
    } else if is_chosen(phrase, candidate) {
        0.75
    } else if phrase.holds(
        figure.end,
        candidate.clause.1.min(figure.end + 20),
        &[
            "参加", "参与", "受益", "参训", "完成", "建成", "创成", "达标", "通过", "入选", "获评",
        ],
    ) {
        0.6
    } else if verb.is_some() && EVENTS.contains(&figure.unit.as_str()) {
        0.7
    } else if each || (verb.is_none() && (stands_last(phrase, candidate) || stands_first(phrase, candidate)))
    {
        0.6
    } else {
        return None;
    };
    Some(if meant.loose { base - 0.2 } else { base })
}

/// Units that say how the figure relates to another.
fn is_share(unit: &str) -> bool {
    matches!(unit, "%" | "‰" | "‱" | "ratio" | "百分点" | "倍")
}

/// An ordinal, an age, a name, a report, a part of a thought: no target whatever stands around it.
fn is_none(sentence: Sentence<'_>, candidate: &Candidate<'_>, bound: bool) -> bool {
    let Sentence {
        phrase,
        times,
        around,
    } = sentence;
    let Candidate {
        figure,
        meant,
        clause,
        ..
    } = candidate;
    let unit = figure.unit.as_str();
    let ordinal = matches!(phrase.before(figure.start), '第' | '前' | '后' | '某' | '同')
        && meant.start == figure.start;
    // A figure in a name is none; a quoted demand (“不少于…”) is one.
    let named = phrase.is_quoted(figure.start) && meant.comparison.is_none();
    let years = unit == "年"
        && meant.reach.is_some()
        && phrase.longest_before(meant.start, &["年限", "寿命"]).is_some();
    let never = NEVER.contains(&unit) && !(bound && unit == "类") && !years;
    let time = TIMES.contains(&unit) && (!bound || phrase.longest(figure.end, &["内", "以内"]).is_some());
    let part = figure.value <= 12.0
        && !bound
        && phrase.longest(figure.end, &PARTS).is_some()
        && !matches!(unit, "所" | "家" | "场" | "门");
    // 由120支增加到150支: the first figure is where it stands now.
    let from_here = matches!(phrase.before(meant.start), '由' | '从' | '较' | '比')
        && phrase.holds(
            figure.end,
            clause.1.min(figure.end + 8),
            &[
                "增", "提", "扩", "升", "降", "减", "达", "发展", "缩", "上升", "下降",
            ],
        );
    // 16个城市参加了论坛: it is told, not asked for.
    let told = (figure.end..clause.1.min(figure.end + 12))
        .any(|place| phrase.at(place) == '了' && phrase.at(place + 1) != '解');
    // 每5000名常住人口: what it is measured by.
    let by = phrase.before(figure.start) == '每';
    ordinal
        || named
        || by
        || told
        || from_here
        || never
        || time
        || part
        || is_report(phrase, *clause, figure.start, times, around)
}

/// 全区14个街镇: what is there already.
fn is_existing(phrase: &Phrase, candidate: &Candidate<'_>) -> bool {
    let Candidate { figure, meant, .. } = candidate;
    let follows = !ends_here(phrase, meant.end);
    let counted = !is_share(&figure.unit) && !matches!(figure.unit.as_str(), "元" | "平方米");
    let known = phrase.longest_before(meant.start, &EXISTING).is_some();
    counted && follows && known && meant.comparison.is_none() && !meant.each
}

/// 一校一品, 一人一策.
fn is_slogan(phrase: &Phrase, figure: &Figure) -> bool {
    figure.chinese
        && figure.to.is_none()
        && figure.value <= 9.0
        && (phrase.at(figure.end) == '一'
            || (phrase.before(figure.start) != '\0' && phrase.at(figure.end) == '对'))
        || (phrase.starts(figure.start, "一次性")
            || phrase.starts(figure.start, "一条龙")
            || phrase.starts(figure.start, "一站式"))
}

/// 建成一所老年大学 counts, 建设一支队伍 does not.
fn is_single(phrase: &Phrase, candidate: &Candidate<'_>) -> bool {
    let Candidate { figure, verb, .. } = candidate;
    matches!(
        figure.unit.as_str(),
        "所" | "家" | "座" | "处" | "场" | "次" | "门" | "间"
    ) && verb
        .as_ref()
        .is_some_and(|verb| verb.strong && verb.end + 2 >= figure.start)
        || phrase.longest_before(figure.start, &["至少", "不少于"]).is_some()
}

/// 对5个区开展监测: chosen ones.
pub fn is_chosen(phrase: &Phrase, candidate: &Candidate<'_>) -> bool {
    let Candidate {
        figure,
        meant,
        clause,
        ..
    } = candidate;
    let chosen = [
        "对", "在", "选取", "选择", "确定", "选定", "择优", "与", "同", "分", "从", "为",
    ];
    (phrase.longest_before(figure.start, &chosen).is_some()
        || phrase.longest_before(meant.start, &chosen).is_some())
        && phrase.holds(
            figure.end,
            clause.1.min(figure.end + NEAR),
            &[
                "开展", "进行", "实施", "试点", "推广", "命名", "表彰", "给予", "先行", "签订", "签约",
                "提供", "结对", "合作", "共建", "组织", "举办", "创建", "建设",
            ],
        )
}

pub fn ends_here(phrase: &Phrase, at: usize) -> bool {
    "，、；。）:！\0".contains(phrase.at(at))
        || phrase.longest(at, &["和", "及", "与", "以及", "并"]).is_some()
        || phrase.starts(at, "--")
}

/// 改善5所学校条件: an unknown word of two or so before the figure is taken for a verb.
fn stands_first(phrase: &Phrase, candidate: &Candidate<'_>) -> bool {
    let Candidate {
        figure, meant, from, ..
    } = candidate;
    (2..=4).contains(&meant.start.saturating_sub(*from))
        && !figure.chinese
        && !ends_here(phrase, meant.end)
        && !phrase.holds(
            *from,
            meant.start,
            &[
                "有", "共", "在", "是", "的", "等", "了", "其中", "其他", "全", "另", "为", "从",
            ],
        )
}

/// 学习点20个。: nothing but the thing and its figure.
fn stands_last(phrase: &Phrase, candidate: &Candidate<'_>) -> bool {
    let Candidate {
        figure,
        meant,
        from,
        clause,
        ..
    } = candidate;
    let thing = meant.start.saturating_sub(*from);
    (2..=24).contains(&thing)
        && (meant.end >= clause.1 || phrase.at(meant.end) == '、')
        && !figure.chinese
        && !phrase.holds(*from, meant.start, &["的", "在", "对", "了", "是", "从", "等"])
}
