//! Being asked to stop from outside.

/// Returns when the program is asked to end: by Ctrl-C; on Unix also by a hang-up or a termination; on Windows also by Ctrl-Break, by
/// closing the window, logging off and shutting down, after which Windows gives some 5 seconds [mem].
pub async fn stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::SignalKind;
        use tokio::signal::unix::signal;
        let (Ok(mut hangup), Ok(mut terminate)) = (signal(SignalKind::hangup()), signal(SignalKind::terminate())) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = hangup.recv() => {}
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(windows)]
    {
        use tokio::signal::windows;
        let told = (windows::ctrl_break(), windows::ctrl_close(), windows::ctrl_logoff(), windows::ctrl_shutdown());
        let (Ok(mut broken), Ok(mut closed), Ok(mut logoff), Ok(mut shutdown)) = told else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = broken.recv() => {}
            _ = closed.recv() => {}
            _ = logoff.recv() => {}
            _ = shutdown.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
}
