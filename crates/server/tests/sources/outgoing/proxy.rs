//! A proxy between two servers that can be told to be unreliable.
//!
//! Promises: it forwards bytes or loses them, and changes none; where it leads can be changed, so that a server that was
//! started again is found under the same address. Must not know HTTP.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onhand_testkit::chance::Chance;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What becomes of connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Weather {
    /// Everything is forwarded.
    Calm,
    /// Requests arrive, and their answers are lost.
    NoAnswers,
    /// No connection leads anywhere.
    Away,
    /// Connections are accepted, and nothing is said.
    Hang,
    /// Connections are cut before or after a request has arrived, are slow, or are accepted and never answered.
    Storm,
}

/// A running proxy; it ends when it is dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
    running: JoinHandle<()>,
}

struct State {
    target: SocketAddr,
    weather: Weather,
    chance: Chance,
    /// Goes up with each change of the weather: connections of another one are closed.
    epoch: u64,
}

/// What is done with one connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Forward,
    /// After so many pieces of answers.
    CutAnswers(usize),
    CutRequest,
    Slow(Duration),
    Hang,
}

impl Proxy {
    pub(crate) async fn to(target: SocketAddr, seed: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let state = State { target, weather: Weather::Calm, chance: Chance(seed), epoch: 0 };
        let state = Arc::new(Mutex::new(state));
        let running = tokio::spawn(accept(listener, state.clone()));
        Self { address, state, running }
    }

    pub(crate) fn lead_to(&self, target: SocketAddr) {
        self.state.lock().expect("no panic").target = target;
    }

    /// Connections that there are end.
    pub(crate) fn set(&self, weather: Weather) {
        let mut state = self.state.lock().expect("no panic");
        state.weather = weather;
        state.epoch += 1;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(serve(client, state.clone()));
        while connections.try_join_next().is_some() {}
    }
}

impl State {
    fn fate(&mut self) -> Fate {
        match self.weather {
            Weather::Calm => Fate::Forward,
            Weather::NoAnswers => Fate::CutAnswers(0),
            Weather::Away => Fate::CutRequest,
            Weather::Hang => Fate::Hang,
            Weather::Storm => match self.chance.below(10) {
                0..=3 => Fate::CutAnswers(self.chance.below(6)),
                4 => Fate::CutRequest,
                5 | 6 => Fate::Slow(Duration::from_millis(self.chance.below(200) as u64)),
                7 => Fate::Hang,
                _ => Fate::Forward,
            },
        }
    }
}

async fn serve(client: TcpStream, state: Arc<Mutex<State>>) {
    let (fate, target, epoch) = {
        let mut state = state.lock().expect("no panic");
        (state.fate(), state.target, state.epoch)
    };
    let other_weather = async {
        while state.lock().expect("no panic").epoch == epoch {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = other_weather => {}
        () = forward(client, target, fate) => {}
    }
}

async fn forward(mut client: TcpStream, target: SocketAddr, fate: Fate) {
    let mut first = [0_u8; 16 * 1_024];
    match fate {
        Fate::CutRequest => return,
        // Whoever asks waits until it gives up.
        Fate::Hang => while client.read(&mut first).await.is_ok_and(|count| count > 0) {},
        Fate::Forward | Fate::CutAnswers(_) | Fate::Slow(_) => {}
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = async move {
        let mut piece = [0_u8; 16 * 1_024];
        while let Ok(count @ 1..) = from_client.read(&mut piece).await {
            if let Fate::Slow(delay) = fate {
                tokio::time::sleep(delay).await;
            }
            if to_server.write_all(&piece[..count]).await.is_err() {
                break;
            }
        }
    };
    let answers = async move {
        let mut pieces = 0;
        while let Ok(count @ 1..) = from_server.read(&mut first).await {
            if let Fate::CutAnswers(most) = fate
                && pieces >= most
            {
                break;
            }
            pieces += 1;
            if let Fate::Slow(delay) = fate {
                tokio::time::sleep(delay).await;
            }
            if to_client.write_all(&first[..count]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = requests => {}
        () = answers => {}
    }
}
