//! Answers to what is no HTTP request: headers that are too large, an address that is none. The HTTP library answers
//! those by itself, with a status and nothing else; here they get the body that every other error has.
//!
//! Promises: an answer of the server's own passes unchanged. Must not know routes.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the library's own answers begin with.
const BEGINS: &[u8] = b"HTTP/1.1 4";
/// What they say of their body. No answer of ours has status 400 or more and no body.
const EMPTY: &[u8] = b"content-length: 0\r\n";
/// The most bytes of such an answer: a status line and three headers.
const BYTES_MAX: usize = 512;

/// A connection on whose way out answers without a body get one.
pub(super) struct ProtocolErrors<T> {
    inner: T,
    /// An answer on its way: its bytes, how many of them are written, how many the library wanted to write.
    answer: Option<(Vec<u8>, usize, usize)>,
}

impl<T> ProtocolErrors<T> {
    /// On this connection.
    pub(super) fn new(inner: T) -> Self {
        Self { inner, answer: None }
    }
}

/// The answer in place of these bytes, if they end with one that explains nothing.
fn explained(bytes: &[u8]) -> Option<Vec<u8>> {
    let tail = &bytes[bytes.len().saturating_sub(BYTES_MAX)..];
    if !tail.ends_with(b"\r\n\r\n") {
        return None;
    }
    let from = tail.windows(BEGINS.len()).rposition(|window| window == BEGINS)?;
    let head = &tail[from..];
    if !head.windows(EMPTY.len()).any(|window| window.eq_ignore_ascii_case(EMPTY)) {
        return None;
    }
    let status = std::str::from_utf8(head.get(9..12)?).ok()?;
    let (reason, detail) = match status {
        "400" => ("Bad Request", "This is no HTTP request that can be read."),
        "414" => ("URI Too Long", "The address is too long."),
        "431" => ("Request Header Fields Too Large", "The address and the headers are too large."),
        _ => return None,
    };
    let body = json!({"detail": detail}).to_string();
    let mut answer = bytes[..bytes.len() - head.len()].to_vec();
    answer.extend_from_slice(
        format!(
            "HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    );
    Some(answer)
}

impl<T: AsyncWrite + Unpin> ProtocolErrors<T> {
    /// Writes what is left of an answer; how many bytes the library has written by it.
    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Option<usize>>> {
        let Some((bytes, written, wanted)) = &mut self.answer else { return Poll::Ready(Ok(None)) };
        while *written < bytes.len() {
            let count = ready!(Pin::new(&mut self.inner).poll_write(context, &bytes[*written..]))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *written += count;
        }
        let wanted = *wanted;
        self.answer = None;
        Poll::Ready(Ok(Some(wanted)))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for ProtocolErrors<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.answer.is_none()
            && let Some(answer) = explained(bytes)
        {
            this.answer = Some((answer, 0, bytes.len()));
        }
        match ready!(this.poll_answer(context))? {
            Some(written) => Poll::Ready(Ok(written)),
            None => Pin::new(&mut this.inner).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        // The library's own answer is all there is left to write, and has no body in a slice of its own.
        let mut filled = slices.iter().filter(|slice| !slice.is_empty());
        if let (Some(only), None) = (filled.next(), filled.next()) {
            return Pin::new(this).poll_write(context, only);
        }
        Pin::new(&mut this.inner).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for ProtocolErrors<T> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_that_explain_nothing_are_explained() {
        let bare = "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\
                    date: Sun, 01 Mar 2026 08:00:00 GMT\r\n\r\n";
        let before = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        let text = |bytes: &str| explained(bytes.as_bytes()).map(|answer| String::from_utf8(answer).expect("text"));
        let answer = text(bare).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        assert_eq!(body, r#"{"detail":"The address and the headers are too large."}"#);
        assert_eq!(text(&format!("{before}{bare}")), Some(format!("{before}{answer}")));
        for own in [
            before,
            "HTTP/1.1 404 Not Found\r\ncontent-length: 23\r\n\r\n{\"detail\":\"Not found.\"}",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "",
        ] {
            assert_eq!(text(own), None, "{own}");
        }
    }
}
