//! `belowline serve`

use tokio::signal::unix::{SignalKind, signal};

use super::database::Server;
use crate::app::{self, Running, Start};
use crate::config::{Config, Database};
use crate::screener::ScreenerCommand;
use crate::screening::Settings;
use crate::telemetry;

pub(super) async fn run(database: Database, config: Config) -> anyhow::Result<()> {
    serve(database, config, async |running| {
        eprintln!("Serving {} at {}", running.site.name, running.public_url);
        Ok(())
    })
    .await
}

/// Serves until SIGINT or SIGTERM; `started` is called once everything runs.
pub(super) async fn serve(
    database: Database,
    config: Config,
    started: impl AsyncFnOnce(&Running) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    telemetry::start_log();
    app::can_listen(&config)?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut database = Server::start(database).await?;
    let start = Start {
        database_url: database.url(),
        config,
        screener: ScreenerCommand::own()?,
        screening: Settings::default(),
        metrics: Some(telemetry::start_metrics()?),
    };
    let running = match Running::start(start).await {
        Ok(running) => running,
        Err(error) => {
            database.stop().await?;
            return Err(error);
        }
    };
    let result = match started(&running).await {
        Ok(()) => tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
            error = database.ended() => Err(error.into()),
        },
        Err(error) => Err(error),
    };
    tracing::info!("stopping");
    running.stop().await;
    database.stop().await?;
    result
}
