//! Load for the bench: starts the product and a bare axum server as processes, fires at both, and prints ratios.
//!
//! `load bench` runs the parts in order; `load hello` is the baseline that it starts. Everything stays on loopback.
#![expect(clippy::print_stdout, reason = "the figures are this program's output")]

mod bench;
mod client;
mod desk;
mod figures;
mod kill;
mod locks;
mod rush;
mod server;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

#[derive(Parser)]
#[command(name = "load", about = "Load for the bench")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves "hello" at every address, as the baseline.
    Hello {
        /// Address to listen at.
        #[arg(long)]
        listen: String,
    },
    /// Half of the people of the opening minute.
    People {
        /// The server.
        address: String,
        /// A file with a bearer token a line.
        tokens: PathBuf,
        /// A file with the id of a class a line.
        classes: PathBuf,
    },
    /// Measures the product beside the baseline and prints ratios.
    Bench(BenchOptions),
}

#[derive(clap::Args)]
struct BenchOptions {
    /// Parts to run; all when none is named.
    parts: Vec<Part>,
    /// The product.
    #[arg(long, default_value = "target/production/xuequan")]
    program: PathBuf,
    /// Connections held open.
    #[arg(long, default_value_t = 512)]
    connections: usize,
    /// An empty PostgreSQL database for the opening minute; without it that part is left out.
    #[arg(long)]
    database: Option<String>,
    /// How much of the made-up city of the figures to make, in percent.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(i64).range(1..=100))]
    city_percent: i64,
    /// Folder for data that is removed at the end; it should lie on a real disk.
    #[arg(long, default_value = "run")]
    within: PathBuf,
}

/// A part of the bench.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Making the demonstration, and starting on it again.
    Start,
    /// The public list of classes.
    Catalogue,
    /// Durable decisions of the seat desk.
    Seats,
    /// Kills under load, and what is left.
    Kill,
    /// The opening minute on two processes; needs `--database`.
    Rush,
    /// Figures, recounts and cockpits of a made-up city.
    Figures,
}

/// Open files asked for.
const FILES: u64 = 100_000;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    // The opening minute holds two files for each person; what the system does not give shows as broken connections.
    if rlimit::Resource::NOFILE.set(FILES, FILES).is_err() {
        // Only root may go above the hard bound.
        let _ = rlimit::increase_nofile_limit(FILES);
    }
    let done = match Arguments::parse().command {
        Command::Hello { listen } => hello(&listen).await,
        Command::People {
            address,
            tokens,
            classes,
        } => rush::people(&address, &tokens, &classes).await,
        Command::Bench(options) => bench::run(&options).await,
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(why) => {
            println!("error: {why}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn hello(listen: &str) -> Result<(), String> {
    let routes = axum::Router::new().fallback(async || "hello");
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| format!("{listen}: {error}"))?;
    axum::serve(listener, routes)
        .await
        .map_err(|error| error.to_string())
}
