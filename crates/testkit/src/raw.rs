//! Answers on plain sockets, for clients that no HTTP library would be.
//!
//! Promises: an answer is whole, by the length that it gives. Must not know what was asked.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// An answer that takes longer never comes.
const ANSWER_MAX: Duration = Duration::from_mins(1);

/// The answer in these bytes; none while it is not whole.
pub fn whole(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    (body.len() >= length.unwrap_or(0)).then(|| text.clone().into_owned())
}

/// The status of an answer.
pub fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("no status in {answer:?}"))
}

/// One answer on a connection that may stay open.
pub async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        if let Some(answer) = whole(&bytes) {
            return answer;
        }
        let read = timeout(ANSWER_MAX, stream.read_buf(&mut bytes)).await.expect("an answer").expect("not reset");
        assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&bytes));
    }
}
