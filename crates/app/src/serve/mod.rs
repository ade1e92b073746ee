//! `xuequan serve`: opens the installation, answers requests, does queued work, and ends without losing a request.
//!
//! 1. The address is bound before anything else, so that two servers never share a node number.
//! 2. Requests are answered only after the tables are at this version.
//! 3. On SIGTERM or Ctrl-C no new connection is taken; running requests have 10 seconds to finish.

mod limits;
mod listener;
mod patience;
mod tls;
mod worker;

use crate::cli::ServeOptions;
use crate::config::Config;
use crate::installation::{Installation, Opening, Shared, host_name};
use crate::{Done, Trouble, demo, demo_data, terminal, wiring};
use platform::{Clock, Platform};
use std::sync::Arc;
use tokio::sync::watch;

/// Serves until it is told to stop.
///
/// # Errors
/// When the address, the data folder, the keys, the certificate or the database cannot be used.
pub async fn run(config: Config, options: ServeOptions) -> Done {
    let tls = tls::acceptor(options.tls_cert.as_deref(), options.tls_key.as_deref())?;
    let listener = listener::bind(options.listen)?;
    let at = listener
        .local_addr()
        .map_err(|error| Trouble::new(error.to_string()))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let here = format!("{scheme}://{at}");
    let holder = format!("{} {at}", host_name());
    let opening = Opening {
        holder,
        public_url: public_url(options.public_url.as_deref(), &here)?,
        help_phone: help_phone(options.help_phone.as_deref(), options.demo)?,
        demo: options.demo,
        clock: Clock::system(),
    };
    let platform = if options.demo {
        demo_data::open(&config, opening, options.today, wiring::fill_demo).await?
    } else {
        demo_data::refuse(&config).await?;
        Installation::open(&config, opening).await?
    };
    let shared = Shared::start(&platform).await?;
    if let Some(missing) = shared.typesetter.missing_fonts() {
        terminal::say(format!("注意：{missing}"));
    }
    limits::raise();
    for warning in limits::warnings() {
        terminal::say(format!("注意：{warning}"));
    }
    let (stop, stopping) = watch::channel(false);
    let worker = tokio::spawn(worker::run(
        Arc::clone(&shared.platform),
        Arc::clone(&shared.metrics),
        stopping.clone(),
    ));
    let router = ui::layers::wrap(wiring::routes(&shared), &shared.platform);
    announce(&shared.platform, &here);
    let serving = tokio::spawn(listener::serve(listener, tls, router, shared.counters, stopping));
    stop_signal().await;
    terminal::say("正在停下：做完手上的请求就退出。");
    let _ = stop.send(true);
    for (task, name) in [(serving, "listener"), (worker, "worker")] {
        if let Err(error) = task.await {
            tracing::error!(%error, name, "ended badly");
        }
    }
    Ok(())
}

fn public_url(given: Option<&str>, here: &str) -> Done<String> {
    let url = given.unwrap_or(here).trim_end_matches('/');
    if url.starts_with("http://") || url.starts_with("https://") {
        Ok(url.to_owned())
    } else {
        Err(Trouble::new(
            "--public-url 要以 https:// 或 http:// 开头，例如 https://xue.example.cn。",
        ))
    }
}

/// Characters of a telephone number as people write it.
const LONGEST_PHONE: usize = 20;

fn help_phone(given: Option<&str>, demo: bool) -> Done<String> {
    let phone = given.unwrap_or(if demo { demo::HELP_PHONE } else { "" }).trim();
    let written = |sign: char| sign.is_ascii_digit() || matches!(sign, '-' | ' ' | '+');
    if phone.chars().all(written) && phone.len() <= LONGEST_PHONE {
        Ok(phone.to_owned())
    } else {
        Err(Trouble::new(
            "--help-phone 只能有数字、空格、加号和短横，最多 20 个字符，例如 021-64120000。",
        ))
    }
}

fn announce(platform: &Platform, here: &str) {
    terminal::say(format!(
        "学圈已启动：{here}/ 　工作台 {here}/desk 　（按 Ctrl-C 停止）"
    ));
    if platform.demo {
        let names: Vec<String> = people::demo_roles()
            .iter()
            .map(|(key, words)| format!("{words} demo-{key}"))
            .collect();
        terminal::say(format!(
            "演示的登录页 {here}/sign-in 上，每个角色有一个按钮。时间可以在 {here}/demo 往后拨。"
        ));
        terminal::say(format!(
            "也可以用账号登录，口令都是 {}：{}",
            demo::DEMO_PASSWORD,
            names.join("、")
        ));
    }
    if platform.public_url != here {
        terminal::say(format!("对外网址：{}", platform.public_url));
    }
    if here.starts_with("http://") && !here.contains("127.0.0.1") && !here.contains("[::1]") {
        terminal::say(
            "注意：这个地址没有加密。请在前面放一个 https 的反向代理，或用 --tls-cert 和 --tls-key。摄像头扫码和离线点名也只在 https 或本机地址上能用。",
        );
    }
    if !platform.notifier.reaches_phones() && !platform.demo {
        terminal::say("注意：没有设置短信网关，验证码和通知只会留在系统里，发不到手机上。");
    }
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        Err(error) => {
            tracing::error!(%error, "SIGTERM cannot be heard");
            let _ = interrupt.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_telephone_for_help_is_a_number() {
        for (given, demo, phone) in [
            (Some("021-64120000"), false, Some("021-64120000")),
            (Some(" 12345 "), true, Some("12345")),
            (None, true, Some(demo::HELP_PHONE)),
            (None, false, Some("")),
            (Some("javascript:alert(1)"), false, None),
            (Some("0123456789 0123456789"), false, None),
        ] {
            assert_eq!(help_phone(given, demo).ok().as_deref(), phone, "{given:?}");
        }
    }

    #[test]
    fn the_public_address_has_no_closing_slash() {
        for (given, url) in [
            (None, Some("http://127.0.0.1:1")),
            (Some("https://xue.example.cn/"), Some("https://xue.example.cn")),
            (Some("xue.example.cn"), None),
            (Some("ftp://xue.example.cn"), None),
        ] {
            assert_eq!(
                public_url(given, "http://127.0.0.1:1").ok().as_deref(),
                url,
                "{given:?}"
            );
        }
    }
}
