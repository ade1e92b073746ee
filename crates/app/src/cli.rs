//! What can be asked for on the command line.

use clap::{Args, Parser, Subcommand};
use kernel::Date;
use std::net::SocketAddr;
use std::path::PathBuf;

/// 学圈：办一座学习型城市的程序。
#[derive(Debug, Parser)]
#[command(name = "xuequan", version, about, propagate_version = true)]
pub struct Cli {
    /// Where the installation's things lie.
    #[command(flatten)]
    pub place: Place,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the installation's things lie; every command takes these.
#[derive(Debug, Clone, Default, Args)]
pub struct Place {
    /// 数据文件夹：内置数据库、文件和密钥都在里面
    #[arg(long, global = true, default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// 用 PostgreSQL 代替内置数据库，如 postgres://user@host/name
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// 上传文件放在哪里：一个文件夹，或对象存储 s3://存储桶/前缀（不写就放在数据文件夹里）。
    /// 对象存储的地址和密钥用环境变量 XUEQUAN_S3_ENDPOINT、XUEQUAN_S3_KEY_FILE、XUEQUAN_S3_SECRET_FILE 等给出
    #[arg(long, global = true, value_name = "DIR|s3://…")]
    pub files: Option<String>,
    /// 密钥文件（不写就放在数据文件夹里；第一次启动时生成）
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// One command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 启动服务
    Serve(ServeOptions),
    /// 把数据库的表升级到这个版本
    Migrate,
    /// 检查数据库、审计记录、名额、账本、文件存储和字体
    Check,
    /// 备份到一个文件；服务不用停
    Backup {
        /// 备份文件
        file: PathBuf,
        /// 把密钥也放进备份（请像保管密钥一样保管这个文件）
        #[arg(long)]
        with_key: bool,
    },
    /// 从备份文件恢复到一个空的数据文件夹
    Restore {
        /// 备份文件
        file: PathBuf,
    },
    /// 从文件导入
    #[command(subcommand)]
    Import(ImportCommand),
    /// 审计记录
    #[command(subcommand)]
    Audit(AuditCommand),
    /// 摇号
    #[command(subcommand)]
    Draw(DrawCommand),
    /// 演示数据
    #[command(subcommand)]
    Demo(DemoCommand),
}

/// What can be done with a draw.
#[derive(Debug, Subcommand)]
pub enum DrawCommand {
    /// 重新计算一份公布的摇号文件，看名单、随机数和结果对不对；不用联网，也不用数据库
    Verify {
        /// 摇号文件（JSON）
        file: PathBuf,
    },
}

/// What can be loaded from a file.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// 行政区划（CSV，列见 data/README.md）；可以重复导入，只报告不同之处
    Regions {
        /// 文件
        file: PathBuf,
        /// 只看会改什么，不写入
        #[arg(long)]
        dry_run: bool,
    },
    /// 学员（CSV）
    People {
        /// 文件
        file: PathBuf,
        /// 登记在哪个机构（机构编号，机构页的网址里有）
        #[arg(long, value_name = "ORG")]
        org: String,
        /// 只看会改什么，不写入
        #[arg(long)]
        dry_run: bool,
        /// 有错的行跳过，其余照常写入（不写这一项时，有一行错就全部不写）
        #[arg(long)]
        good_rows: bool,
        /// 和已登记的人姓名、出生日期、性别都一样的行，是另外的人，也要登记（不写这一项时，这些行不登记，只列出来）
        #[arg(long)]
        another: bool,
    },
    /// 统计报表（TOML 或 XLSX）：成为一份草稿，在网页上核对以后发布
    Dataset {
        /// 文件
        file: PathBuf,
        /// 由哪个市或区发布（机构编号，机构页的网址里有；不写就由最上面的一级发布）
        #[arg(long, value_name = "ORG")]
        org: Option<String>,
        /// 只看会成为什么样，不写入
        #[arg(long)]
        dry_run: bool,
    },
    /// 工作计划：从要点、意见、方案、指南、规划的正文（TXT、DOCX）读出条目、任务和指标值，存成草稿
    Plan {
        /// 文件
        file: PathBuf,
        /// 哪个机构的计划（机构编号，机构页的网址里有）；只看不写入时可以不写
        #[arg(long, value_name = "ORG", required_unless_present = "dry_run")]
        org: Option<String>,
        /// 只看读出了什么，不写入
        #[arg(long)]
        dry_run: bool,
        /// 输出 JSON（要和 --dry-run 一起用）
        #[arg(long, requires = "dry_run")]
        json: bool,
    },
}

/// What can be done with a demonstration.
#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// 给若干学员发接口令牌，一行一个：学员编号、制表符、令牌
    Tokens {
        /// 几个学员
        #[arg(long, value_name = "N")]
        learners: usize,
    },
}

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// 从头核对每一条审计记录有没有被改动
    Verify,
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub struct ServeOptions {
    /// 演示：用编造的人和真实的区划做一套数据
    #[arg(long)]
    pub demo: bool,
    /// 演示里的“今天”，如 2026-11-22
    #[arg(long, requires = "demo", value_name = "YYYY-MM-DD")]
    pub today: Option<Date>,
    /// 监听的地址和端口
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// 居民从外面打开本站的网址，如 https://xue.example.cn
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// 每一页上的求助电话，如 021-64120000
    #[arg(long, value_name = "NUMBER")]
    pub help_phone: Option<String>,
    /// 证书链文件（PEM）；要和 --tls-key 一起给
    #[arg(long, requires = "tls_key", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// 证书私钥文件（PEM）
    #[arg(long, requires = "tls_cert", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_taken_and_what_is_refused() {
        for (line, taken) in [
            ("serve", true),
            ("serve --demo --today 2026-11-22 --listen 127.0.0.1:9000", true),
            (
                "serve --data run/demo --database postgres://u@h/d --files f --key-file k",
                true,
            ),
            ("serve --files s3://bucket/a/b", true),
            ("serve --today 2026-11-22", false),
            ("serve --demo --today 2026-02-30", false),
            ("serve --help-phone 021-64120000", true),
            ("serve --listen nowhere", false),
            ("serve --tls-cert c", false),
            ("serve --tls-key k", false),
            ("serve --tls-cert c --tls-key k", true),
            ("migrate --data d", true),
            ("check", true),
            ("backup b.tar --with-key", true),
            ("backup", false),
            ("restore b.tar", true),
            ("audit verify", true),
            ("audit", false),
            ("demo tokens --learners 10 --data d", true),
            ("draw verify draw.json", true),
            ("draw", false),
            ("demo tokens", false),
            ("import dataset d.toml --dry-run", true),
            ("import dataset", false),
            ("import plan f.docx --dry-run --json", true),
            ("import plan f.txt --dry-run", true),
            ("import plan f.txt", false),
            ("import plan f.txt --org 0123456789abc", true),
            ("import plan f.txt --json --org 0123456789abc", false),
            ("import outcomes f.csv", false),
            ("", false),
        ] {
            let words = std::iter::once("xuequan").chain(line.split_whitespace());
            assert_eq!(Cli::try_parse_from(words).is_ok(), taken, "{line}");
        }
    }
}
