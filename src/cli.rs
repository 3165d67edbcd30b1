//! The command line, as `--help` shows it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::account::Role;
use crate::article::Mode;
use crate::config::{DatabaseArgs, ServeArgs};

#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub struct Cli {
    /// A settings file (TOML): the flags' names without dashes in front, e.g. public-url = "https://…"
    #[arg(long, global = true, env = "BELOWLINE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve articles, threads and the desk, and screen what comes in
    Serve {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        serve: ServeArgs,
    },
    /// The same with a site to try: articles, a thread of comments, and accounts
    Demo {
        #[command(flatten)]
        database: DatabaseArgs,
        #[command(flatten)]
        serve: ServeArgs,
    },
    /// Articles
    #[command(subcommand)]
    Article(ArticleCommand),
    /// Accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Other programs that ask for scores in the manner of the Perspective API
    #[command(subcommand)]
    Client(ClientCommand),
    /// Screen comments from standard input, one JSON object a line, without database or network
    Screen(ScreenArgs),
    /// Print what the model measures in texts, one JSON object a line, for training and calibration
    Measure {
        /// A folder with other weights than those that ship
        #[arg(long, value_name = "DIR")]
        models: Option<PathBuf>,
        /// List the features of the first stage instead
        #[arg(long)]
        features: bool,
        /// Print what the topic phase measures instead; lines are those of `screen`
        #[arg(long, conflicts_with = "features")]
        topic: bool,
        /// With --topic: as in `screen`
        #[arg(long, requires = "topic")]
        unrelated: bool,
    },
    /// Turn somebody else's list of terms into a ruleset (JSON): one a line, a table with commas, or JSON
    Terms(TermsArgs),
    /// Run the private database alone and print its address
    Database {
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Ask a running service whether it is ready; for container health checks
    Health {
        /// The service's address
        #[arg(
            long,
            env = "BELOWLINE_LISTEN",
            default_value = "127.0.0.1:8080",
            value_name = "IP:PORT"
        )]
        listen: std::net::SocketAddr,
    },
}

#[derive(Debug, Subcommand)]
pub enum ArticleCommand {
    /// Read an article from a file, an address, or standard input (-), and print where it is served
    Import {
        /// Plain text, Markdown, or HTML
        source: String,
        /// The last part of its address [default: from the headline]
        #[arg(long)]
        slug: Option<String>,
        /// What the source is, if its name and content do not tell
        #[arg(long, value_parser = ["text", "markdown", "html"])]
        format: Option<String>,
        /// Let the address be one of a private network
        #[arg(long)]
        allow_private_address: bool,
        #[command(flatten)]
        database: DatabaseArgs,
        /// How readers reach the service, for the address that is printed
        #[arg(
            long,
            env = "BELOWLINE_PUBLIC_URL",
            default_value = "http://localhost:8080",
            value_name = "URL"
        )]
        public_url: String,
    },
    /// Choose how comments under an article are treated
    Mode {
        /// The last part of the article's address
        slug: String,
        mode: Mode,
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account; prints a random password unless one is given on standard input
    Create {
        name: String,
        #[arg(long)]
        email: String,
        #[arg(long, default_value = "reader")]
        role: Role,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Give somebody who has forgotten theirs a new random password, and end their sessions
    Password {
        name: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Make a key for a program, and print it: it is shown this once
    Create {
        /// What to call the program, e.g. coral
        name: String,
        /// How many requests a second it may send, in the long run
        #[arg(long, default_value = "10", value_name = "N", value_parser = clap::value_parser!(i32).range(1..=1000))]
        per_second: i32,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// List the programs that have a key or had one
    List {
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// End a program's key
    Revoke {
        name: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Print the scores that moderators elsewhere suggested, beside the measured ones: one JSON object a line
    Suggestions {
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

#[derive(Args, Debug)]
pub struct ScreenArgs {
    /// A ruleset (JSON); - for the first line of the input [default: what ships]
    #[arg(long, value_name = "FILE")]
    pub ruleset: Option<String>,
    /// A folder with other weights than those that ship: models.json, fast.safetensors, encoder.safetensors
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// The lines are not all of one site: the articles of the lines above are no stories to compare with
    #[arg(long)]
    pub unrelated: bool,
    /// How many comments at a time [default: the number of cores]
    #[arg(long)]
    pub threads: Option<usize>,
    /// Stop rather than use more memory than this
    #[arg(long, value_name = "MIB")]
    pub memory_mib: Option<u64>,
}

#[derive(Args, Debug)]
pub struct TermsArgs {
    /// The list; - for standard input
    pub file: String,
    /// What the terms are, where the list does not say
    #[arg(long, default_value = "profanity", value_parser = ["profanity", "insult", "slur", "threat", "sexual", "spam"])]
    pub kind: String,
    /// How grave they are, where the list does not say
    #[arg(long, default_value = "strong", value_parser = ["mild", "strong", "severe"])]
    pub severity: String,
}
