//! Requests made once, with holes for numbers.
//!
//! Promises: `#` is a hole for a number as it is, `####` one for a number of that many digits with leading zeros. A
//! body has wide holes only, so its length, and with it the head, never changes. Must not know what is asked.

/// A request with holes.
pub(crate) struct Template {
    /// Text, and the digits of the hole after it; 0 for a hole of any width.
    pieces: Vec<(Vec<u8>, usize)>,
    tail: Vec<u8>,
}

impl Template {
    /// A request without a body.
    pub(crate) fn get(path: &str, headers: &str) -> Self {
        Self::new(&format!("GET {path} HTTP/1.1\r\n{headers}\r\n"))
    }

    /// A form as a browser sends it.
    pub(crate) fn form(path: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::new(&format!(
            "POST {path} HTTP/1.1\r\n{headers}Sec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    /// A request that makes something of a JSON body.
    pub(crate) fn post(path: &str, headers: &str, body: &str) -> Self {
        Self::with_body("POST", path, headers, body)
    }

    /// A request that changes something by a JSON body.
    pub(crate) fn patch(path: &str, headers: &str, body: &str) -> Self {
        Self::with_body("PATCH", path, headers, body)
    }

    fn with_body(method: &str, path: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::new(&format!(
            "{method} {path} HTTP/1.1\r\n{headers}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find('#') {
            let after = rest[start..].trim_start_matches('#');
            let width = rest.len() - start - after.len();
            pieces.push((rest.as_bytes()[..start].to_vec(), if width == 1 { 0 } else { width }));
            rest = after;
        }
        Self { pieces, tail: rest.as_bytes().to_vec() }
    }

    /// Appends the request with its holes filled, in their order.
    pub(crate) fn fill(&self, numbers: &[u64], out: &mut Vec<u8>) {
        for ((text, width), number) in self.pieces.iter().zip(numbers) {
            out.extend_from_slice(text);
            push_digits(out, *number, *width);
        }
        out.extend_from_slice(&self.tail);
    }
}

fn push_digits(out: &mut Vec<u8>, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 || start == digits.len() {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    let from = if width == 0 { start } else { digits.len() - width };
    out.extend_from_slice(&digits[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_and_the_length_is_right() {
        let template = Template::post("/items/#/map/", "Host: h\r\n", r#"{"sku":"S-####"}"#);
        let mut out = Vec::new();
        template.fill(&[70_256, 12], &mut out);
        let expected = "POST /items/70256/map/ HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n\
                        Content-Length: 16\r\n\r\n{\"sku\":\"S-0012\"}";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
