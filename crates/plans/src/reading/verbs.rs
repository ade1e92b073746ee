//! What is done to the thing that is counted.

use super::phrase::{Phrase, Words, list};

/// Verbs after which a figure is something to be reached.
static STRONG: Words = Words::new(|| {
    list(
        "补贴 发动 给予 补助 奖励 出台 制定 修订 接待 起草 梳理 提炼 挖掘 整治 解决 帮扶 启用 投用 创办 排查 回访 编撰 研制 成功创建 增补 招引 新增 新建 新设 新创 新开 新开设 新办 建设 建成 建立 建好 建强 改建 扩建 改造 升级 修建 培育 \
        培养 打造 创建 争创 创成 创评 完成 实现 开展 举办 承办 召开 培训 轮训 评选 评定 评出 遴选 选树 \
        选出 推选 选拔 认定 命名 授牌 表彰 推出 推荐 推送 开发 研发 开设 开办 开通 开放 设立 设置 扶持 \
        支持 资助 配备 配齐 配足 招聘 引进 聘请 聘任 招募 发展 组建 成立 形成 申报 立项 制作 录制 摄制 \
        编写 编印 编制 出版 发布 投入 安排 落实 拨付 配送 提供 输送 选送 提升 增加 增设 增配 增长 提高 \
        达到 降低 减少 控制 服务 惠及 覆盖 受益 推动 推进 吸引 动员 选派 派出 监测 举行 征集 展示 推广 \
        储备 孵化 布局 建有 拥有 确定 选取 选择 挂牌 入选 获评 获得 评估 验收 更新 补充 扩大 走访 参加 \
        收集 打响 建 开 办 评 设 增 创 配 推 募集 认证 颁发 招收 招生 吸纳 存入 试点 纳入 保持 达 \
        参训 联建 共建 续建 建构 构建 拓展 规划建设 统筹建设 转化 结对 送教 订阅 采购 明确 刊发 编发 \
        印制 签订 签约 报送 撰写 发表 拍摄 邀请 参评 获奖 聘用 招录 慰问 新（改、扩）建 新（扩）建 \
        改（扩）建 新改扩建 改扩建 新建改扩建 评审 压减 压缩 出动 宣传 引入 打通 完善提升 精选 购置 \
        添置 整合 盘活 归集 汇编 推介 编排 开辟 辐射 输出 扩容 提质",
    )
});

/// Verbs that work on what is there; a figure after them counts what exists.
static WEAK: Words = Words::new(|| {
    list(
        "组织 指导 加强 深化 优化 发挥 依托 利用 完善 健全 做好 围绕 聚焦 通过 根据 按照 结合 联合 会同 \
        参与 面向 包括 分为 加大 强化 规范 巩固 落细 统筹 协调 管理 督促 检查 配合 联动 引导 鼓励 研究 \
        关注 服务于 借助 用好 抓好 带动 涵盖 由 以 把 将 对 针对 贯彻 坚持 基于",
    )
});

/// One character is a verb only where a sentence begins with it.
const SHORT_AFTER: &[char] = &[
    '\0', '，', '；', '、', '拟', '将', '要', '新', '再', '共', '应', '须', '可', '内', '年', '均', '每',
    '各', '校', '镇', '道', '村',
];

/// Verbs that are names as well: 培训 before a figure, 培训中心, 服务站.
static NAMES: Words = Words::new(|| {
    list(
        "扶持 培训 轮训 招生 服务 监测 评估 展示 征集 走访 宣传 发展 开放 投入 参训 改造 推广 研发 培养 展演 \
        获奖 建设 创建 申报 评审 验收 评选 招募 立项 结题 开课 授课",
    )
});
/// After such a verb these make it part of a name.
static NAME_TAILS: Words = Words::new(|| {
    list(
        "资金 中心 学院 委员会 办公室 领导小组 处 公司 基金 机构 部门 单位 水平 能力 质量 规划 计划 体系 机制 \
        指南 标准 条件 条例 基地 站 点 员 班 者 经费 专员 活动 项目 课程 案例 成果 对象 材料 品牌 教材 \
        人员 师 所 院 局 队 团 人次 任务 工作 大学 日 规模 总量",
    )
});
/// Weak verbs anywhere; the others are names as well and verbs only at the head of a clause: 养教结合.
static ANYWHERE: Words = Words::new(|| list("根据 按照 通过 围绕 面向 针对 基于 依托 包括 分为 涵盖"));

/// A verb in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verb {
    /// Its word.
    pub word: String,
    /// First character.
    pub start: usize,
    /// The character after it.
    pub end: usize,
    /// A figure after it is something to be reached.
    pub strong: bool,
}

/// The verb that governs what stands before `to`.
#[must_use]
pub fn governing(phrase: &Phrase, from: usize, to: usize) -> Option<Verb> {
    let mut weak: Option<Verb> = None;
    let mut place = from;
    // A name in quotation marks holds no verb of the sentence; a quoted sentence holds its own.
    let inside = to > from && (phrase.is_quoted(to) || phrase.is_quoted(from));
    while place < to {
        if phrase.is_quoted(place) && !inside {
            place += 1;
            continue;
        }
        if phrase.starts(place, "力争") || phrase.starts(place, "争取") {
            place += 2;
            continue;
        }
        let Some(verb) = verb_at(phrase, place, to) else {
            place += 1;
            continue;
        };
        if verb.strong {
            // 推动学校开展活动: what the others are to do counts.
            if matches!(verb.word.as_str(), "推动" | "支持" | "动员")
                && let Some(later) =
                    governing(phrase, verb.end, to).filter(|later| later.strong && !is_name(&later.word))
            {
                return Some(later);
            }
            return Some(chained(phrase, verb, to));
        }
        place = verb.end;
        weak = Some(verb);
    }
    weak
}

/// Before a figure this verb is the thing itself: 农民培训800人次.
#[must_use]
pub fn is_name(word: &str) -> bool {
    NAMES.contains(&word)
}

/// A strong verb of two characters or more stands there.
#[must_use]
pub fn is_strong(phrase: &Phrase, place: usize) -> bool {
    phrase
        .longest(place, &STRONG)
        .is_some_and(|(_, length)| length > 1)
}

/// The strong verb that ends right before, at most three characters long.
#[must_use]
pub fn ending(phrase: &Phrase, at: usize) -> Option<(&'static str, usize)> {
    phrase.longest_before(at, &STRONG)
}

/// The verb that stands there.
#[must_use]
pub fn verb_at(phrase: &Phrase, place: usize, to: usize) -> Option<Verb> {
    let strong = phrase.longest(place, &STRONG);
    let weak = phrase.longest(place, &WEAK);
    let (word, length, is_strong) = match (strong, weak) {
        (Some((word, length)), Some((_, other))) if length >= other => (word, length, true),
        (_, Some((word, length))) => (word, length, false),
        (Some((word, length)), None) => (word, length, true),
        (None, None) => return None,
    };
    let end = place + length;
    if end > to {
        return None;
    }
    if length == 1 && !one_letter(phrase, place, is_strong) {
        return None;
    }
    let named = NAMES.contains(&word) && phrase.longest(end, &NAME_TAILS).is_some();
    let head = place == 0 || "，；。、:要应拟将并续极步化善真别--由会好间".contains(phrase.before(place));
    let weak_name = !is_strong && length > 1 && !head && !ANYWHERE.contains(&word);
    let possessive = phrase.at(end) == '的' && is_strong;
    // 的建设, 区域发展: a noun, not something done.
    let noun = phrase.before(place) == '的' && place > 0;
    let rate = matches!(phrase.at(end), '率' | '度' | '面' | '量' | '数')
        && phrase
            .longest(end, &["数字", "数据", "数码", "面向", "面对", "量化", "度假"])
            .is_none();
    if named || weak_name || possessive || noun || rate {
        return None;
    }
    Some(Verb {
        word: word.to_owned(),
        start: place,
        end,
        strong: is_strong,
    })
}

/// 建2个学习点: one character counts as a verb at the head of a clause and before a figure.
fn one_letter(phrase: &Phrase, place: usize, strong: bool) -> bool {
    let head = SHORT_AFTER.contains(&phrase.before(place));
    if !strong {
        return head;
    }
    if phrase.at(place) == '设' && head && !"施备计置立".contains(phrase.at(place + 1)) {
        return true;
    }
    let figure =
        phrase.at(place + 1).is_ascii_digit() || "一二两三四五六七八九十".contains(phrase.at(place + 1));
    if phrase.at(place) == '达' {
        return figure;
    }
    head && figure
}

/// 组织开展, 扶持并打造: the last of verbs that follow each other.
fn chained(phrase: &Phrase, mut verb: Verb, to: usize) -> Verb {
    loop {
        let mut next = verb.end;
        if let Some((_, length)) = phrase.longest(next, &["并", "和", "与", "及", "、", "或"]) {
            next += length;
        }
        match verb_at(phrase, next, to) {
            Some(further) if further.strong && further.end - further.start > 1 && next < to => verb = further,
            _ => return verb,
        }
    }
}

/// Begins with such a verb: what it makes is there when it is done.
static DELIVERED: Words = Words::new(|| {
    list(
        "完成 出台 印发 制定 制订 拟定 编制 编写 编印 编撰 发布 举办 召开 承办 开展 举行 组织申报 申报 \
        遴选 认定 评选 成立 组建 建成 开通 上线 启动 推出 修订 形成 设立 建立 创建 命名 表彰 征集 出版 \
        上报 报送 验收 评审 参评 汇编 研制 建设 打造 新建 新增 做好 办好 推送 排出",
    )
});

/// Something stands there that can be delivered.
#[must_use]
pub fn delivers(phrase: &Phrase) -> bool {
    (0..phrase.len()).any(|place| {
        let head = place == 0
            || "，；、".contains(phrase.before(place))
            || phrase
                .longest_before(
                    place,
                    &[
                        "要", "拟", "将", "应", "负责", "继续", "重点", "统一", "组织", "联合", "年", "月",
                        "季度", "牵头", "会同", "内", "底",
                    ],
                )
                .is_some();
        head && !phrase.is_quoted(place)
            && phrase.longest(place, &DELIVERED).is_some_and(|(word, length)| {
                // 做好 and 开展 deliver something only when it is a named thing.
                !matches!(word, "做好" | "开展" | "建立" | "形成" | "建设" | "打造" | "启动")
                    || phrase.holds(
                        place + length,
                        (place + length + 30).min(phrase.len()),
                        &[
                            "大赛",
                            "评选",
                            "评估",
                            "考核",
                            "验收",
                            "统计",
                            "活动周",
                            "艺术节",
                            "嘉年华",
                            "评审",
                            "申报",
                            "遴选",
                            "试点",
                            "监测",
                            "会议",
                            "论坛",
                            "展演",
                            "比赛",
                            "竞赛",
                            "检查",
                            "调研",
                            "平台",
                            "制度",
                        ],
                    )
            })
    })
}
