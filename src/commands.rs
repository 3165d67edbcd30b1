//! What each command does.

mod account;
mod article;
mod client;
mod database;
mod demo;
mod health;
mod measure;
mod models;
mod screen;
mod serve;
mod terms;

use crate::cli::{AccountCommand, ArticleCommand, Cli, ClientCommand, Command};

/// # Errors
/// A sentence on what is wrong and what to do.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let file = cli.config.as_ref();
    match cli.command {
        Command::Serve { database, serve } => {
            serve::run(database.settle(file)?, serve.settle(file)?).await
        }
        Command::Demo { database, serve } => {
            demo::run(database.settle(file)?, serve.settle(file)?).await
        }
        Command::Article(ArticleCommand::Import {
            source,
            slug,
            format,
            allow_private_address,
            database,
            public_url,
        }) => {
            let import = article::Import {
                source,
                slug,
                format,
                allow_private_address,
                public_url,
            };
            article::import(database.settle(file)?, import).await
        }
        Command::Article(ArticleCommand::Mode {
            slug,
            mode,
            database,
        }) => article::mode(database.settle(file)?, &slug, mode).await,
        Command::Account(AccountCommand::Create {
            name,
            email,
            role,
            password_stdin,
            database,
        }) => {
            let new = account::Create {
                name,
                email,
                role,
                password_stdin,
            };
            account::create(database.settle(file)?, new).await
        }
        Command::Account(AccountCommand::Password { name, database }) => {
            account::renew(database.settle(file)?, &name).await
        }
        Command::Client(ClientCommand::Create {
            name,
            per_second,
            database,
        }) => client::create(database.settle(file)?, &name, per_second).await,
        Command::Client(ClientCommand::List { database }) => {
            client::list(database.settle(file)?).await
        }
        Command::Client(ClientCommand::Revoke { name, database }) => {
            client::revoke(database.settle(file)?, &name).await
        }
        Command::Client(ClientCommand::Suggestions { database }) => {
            client::suggestions(database.settle(file)?).await
        }
        Command::Screen(arguments) => screen::run(&arguments),
        Command::Measure {
            models,
            topic: true,
            unrelated,
            ..
        } => measure::topic(models.as_deref(), !unrelated),
        Command::Measure {
            models, features, ..
        } => measure::run(models.as_deref(), features),
        Command::Terms(arguments) => terms::run(&arguments),
        Command::Database { database } => database::run(database.settle(file)?).await,
        Command::Health { listen } => health::run(listen).await,
    }
}
