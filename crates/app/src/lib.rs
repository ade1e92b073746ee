//! The program `xuequan`: commands, configuration, the route table of all domains, the listener and the worker.
//!
//! Start reading at [`run`]: [`cli`] says what can be asked for, [`config`] where things lie, [`wiring`] lists
//! every domain once, [`serve`] is the running server, the other modules are one command each.

pub mod backup;
pub mod check;
pub mod cli;
pub mod config;
pub mod demo;
pub mod demo_control;
pub mod demo_data;
pub mod desk;
pub mod draw;
pub mod file_place;
pub mod import;
pub mod installation;
mod keepers;
pub mod restore;
pub mod serve;
mod terminal;
#[cfg(test)]
mod tests;
mod trouble;
pub mod web;
pub mod wiring;

pub use trouble::{Done, Trouble};

use clap::Parser;
use cli::{AuditCommand, Cli, Command, DemoCommand, DrawCommand};
use config::Config;
use installation::{Installation, Use};
use std::process::ExitCode;

/// Reads the command line, does what it asks, and gives the code to leave with: 0 done, 1 not done.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = Config::read(&cli.place).and_then(|config| {
        config::start_logging(&config);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Trouble::new(format!("程序没有启动：{error}")))?;
        runtime.block_on(command(cli.command, config))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            terminal::complain(&trouble);
            ExitCode::FAILURE
        }
    }
}

async fn command(command: Command, config: Config) -> Done {
    match command {
        Command::Serve(options) => serve::run(config, options).await,
        Command::Migrate => migrate(&config).await,
        Command::Import(command) => import::run(&config, command).await,
        Command::Check => check::run(&config).await,
        Command::Backup { file, with_key } => backup::run(&config, &file, with_key).await,
        Command::Restore { file } => restore::run(&config, &file).await,
        Command::Draw(DrawCommand::Verify { file }) => draw::run(&file),
        Command::Demo(DemoCommand::Tokens { learners }) => demo_tokens(&config, learners).await,
        Command::Audit(AuditCommand::Verify) => audit_verify(&config).await,
    }
}

async fn migrate(config: &Config) -> Done {
    let applied = Installation::migrate(config).await?;
    if applied.is_empty() {
        terminal::say("数据库已经是最新的，没有要做的。");
    }
    for step in applied {
        terminal::say(format!("已执行 {step}"));
    }
    Ok(())
}

async fn audit_verify(config: &Config) -> Done {
    let db = Installation::open_db(config, Use::Existing).await?;
    let verdict = platform::audit::verify(&db).await?;
    terminal::say(format!(
        "核对了 {} 条链、{} 条记录。",
        verdict.chains, verdict.events
    ));
    if verdict.faults.is_empty() {
        terminal::say("没有发现改动。");
        return Ok(());
    }
    for fault in &verdict.faults {
        terminal::say(format!("发现问题：{fault}"));
    }
    Err(Trouble::new(format!(
        "审计记录有 {} 处不对。请保留现场，不要再写入数据，并与最近的备份核对。",
        verdict.faults.len()
    )))
}

async fn demo_tokens(config: &Config, learners: usize) -> Done {
    let platform = Installation::open(config, demo_data::beside(config, "demo").await?).await?;
    demo_control::resume(&platform).await?;
    for (person, token) in demo::tokens(&platform, learners).await? {
        terminal::say(format!("{person}\t{token}"));
    }
    Ok(())
}
