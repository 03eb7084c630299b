//! Secrets within free settings: values whose key says that they are one, and addresses with a password in them.
//!
//! Promises: a caller that may not change a record sees a mask in place of each; a mask that is sent back means the
//! stored value, and never that of another position. Must not know resources.

use std::borrow::Cow;

use serde_json::Value;

use crate::auth::{Permission, Role};

/// What is shown in place of a secret.
pub(super) const MASK: &str = "********";

/// Parts of a key, without regard to case and to what stands between its words, that make it one of a secret.
const PARTS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "parola",
    "sifre",
    "secret",
    "token",
    "credential",
    "apikey",
    "bearer",
    "authorization",
];
/// Words of a key that do so, where they stand alone.
const WORDS: [&str; 8] = ["key", "keys", "pass", "pwd", "pin", "pw", "auth", "cookie"];

/// Columns of a resource with free settings.
#[derive(Clone, Copy)]
pub struct Secrets {
    /// The columns.
    pub columns: &'static [&'static str],
    /// Who may do this reads them as they are.
    pub seen_with: Permission,
}

impl Secrets {
    /// Whether a caller reads a column as it is. Without a caller it is masked.
    pub fn shows(&self, column: &str, role: Option<Role>) -> bool {
        !self.columns.contains(&column) || role.is_some_and(|role| role.allows(self.seen_with))
    }
}

/// Settings with a mask in place of each secret.
pub(super) fn masked(json: &str) -> Cow<'_, str> {
    match serde_json::from_str::<Value>(json) {
        Ok(value) => {
            let shown = shown(&value, false);
            if shown == value { json.into() } else { shown.to_string().into() }
        }
        // What is stored is JSON; anything else could not be read by any caller.
        Err(_) => "{}".into(),
    }
}

/// Settings as they are to be stored: the stored secret in place of each mask. `Err` names the position of a mask for
/// which nothing is stored, or more than one thing.
pub(super) fn restored(sent: &str, stored: Option<&str>) -> Result<Option<String>, String> {
    if !sent.contains(MASK) {
        return Ok(None);
    }
    let Ok(mut value) = serde_json::from_str::<Value>(sent) else { return Ok(None) };
    let stored = stored.and_then(|stored| serde_json::from_str::<Value>(stored).ok());
    let mut path = Vec::new();
    restore(&mut value, stored.as_ref(), false, &mut path).map_err(|()| path.join("."))?;
    Ok(Some(value.to_string()))
}

fn shown(value: &Value, is_secret: bool) -> Value {
    match value {
        Value::Object(members) => {
            let members =
                members.iter().map(|(key, value)| (key.clone(), shown(value, is_secret || names_secret(key))));
            Value::Object(members.collect())
        }
        // As a whole: of one of several alike it would be unknown which one was kept.
        Value::Array(elements) if is_secret && !elements.is_empty() => MASK.into(),
        Value::Array(elements) => elements.iter().map(|element| shown(element, is_secret)).collect(),
        Value::String(text) if !text.is_empty() && (is_secret || has_password(text)) => MASK.into(),
        Value::Number(_) if is_secret => MASK.into(),
        other => other.clone(),
    }
}

fn restore(sent: &mut Value, stored: Option<&Value>, is_secret: bool, path: &mut Vec<String>) -> Result<(), ()> {
    match sent {
        Value::String(text) if text == MASK => match stored.filter(|stored| shown(stored, is_secret) == MASK) {
            Some(stored) => sent.clone_from(stored),
            None if is_secret => return Err(()),
            None => {}
        },
        Value::Object(members) => {
            for (key, value) in members {
                path.push(key.clone());
                let below = stored.and_then(|stored| stored.get(key));
                restore(value, below, is_secret || names_secret(key), path)?;
                path.pop();
            }
        }
        Value::Array(elements) => {
            let stored = stored.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            return restore_elements(elements, stored, is_secret, path);
        }
        _ => {}
    }
    Ok(())
}

/// An element with a mask is the stored one that is shown so: its position in the array says nothing.
fn restore_elements(sent: &mut [Value], stored: &[Value], is_secret: bool, path: &mut Vec<String>) -> Result<(), ()> {
    let views: Vec<Value> = stored.iter().map(|stored| shown(stored, is_secret)).collect();
    let is_as_long = sent.len() == stored.len();
    let mut taken = vec![false; stored.len()];
    for (number, element) in sent.iter_mut().enumerate().filter(|(_, element)| has_mask(element)) {
        path.push(number.to_string());
        let mut alike = (0..stored.len()).filter(|place| !taken[*place] && views[*place] == *element);
        let place = alike.next().ok_or(())?;
        if alike.next().is_some() && !is_as_long {
            return Err(());
        }
        taken[place] = true;
        element.clone_from(&stored[place]);
        path.pop();
    }
    Ok(())
}

fn has_mask(value: &Value) -> bool {
    match value {
        Value::String(text) => text == MASK,
        Value::Object(members) => members.values().any(has_mask),
        Value::Array(elements) => elements.iter().any(has_mask),
        _ => false,
    }
}

/// Whether a key says that its value is a secret.
fn names_secret(key: &str) -> bool {
    let whole: String = key.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    PARTS.iter().any(|part| whole.contains(part)) || words(key).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// The words of a key, in small letters: parted by signs, or by a capital letter.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for sign in key.chars() {
        if !sign.is_alphanumeric() || (sign.is_uppercase() && was_small) {
            words.push(String::new());
        }
        was_small = sign.is_lowercase() || sign.is_numeric();
        if let Some(word) = words.last_mut().filter(|_| sign.is_alphanumeric()) {
            word.extend(sign.to_lowercase());
        }
    }
    words
}

/// Whether a text is an address with a password: `scheme://user:password@host`.
fn has_password(text: &str) -> bool {
    let place = text.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    place.and_then(|place| place.rsplit_once('@')).is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(sent: &Value, stored: &Value) -> Result<Value, String> {
        let text = restored(&sent.to_string(), Some(&stored.to_string()))?;
        Ok(text.map_or_else(|| sent.clone(), |text| text.parse().unwrap()))
    }

    fn view(value: &Value) -> Value {
        masked(&value.to_string()).parse().unwrap()
    }

    #[test]
    fn keys_of_secrets_are_known() {
        for secret in [
            "password",
            "API_KEY",
            "apiKey",
            "api-key",
            "key",
            "clientSecret",
            "refresh_token",
            "accessKeyId",
            "Sifre",
            "PIN",
            "smtp_pass",
            "dbPassword2",
            "AUTHORIZATION",
            "private_key",
            "credentials",
            "X-Auth",
        ] {
            assert!(names_secret(secret), "{secret}");
        }
        for plain in
            ["WAREHOUSE_CODES", "keyboard", "monkey", "remote_id_attribute", "shipping", "author", "passage", "name"]
        {
            assert!(!names_secret(plain), "{plain}");
        }
    }

    #[test]
    fn secrets_are_masked_and_nothing_else() {
        let stored = json!({
            "remote_id_attribute": "sku", "api": {"key": "k-1", "url": "https://api.example", "pin": 1234},
            "proxy": "http://me:word@proxy:3128/", "token": null, "password": "", "use_token": true,
            "credentials": {"user": "me", "list": ["a", "b"]}, "accounts": [{"name": "one", "secret": "s"}],
        });
        let expected = json!({
            "remote_id_attribute": "sku", "api": {"key": MASK, "url": "https://api.example", "pin": MASK},
            "proxy": MASK, "token": null, "password": "", "use_token": true,
            "credentials": {"user": MASK, "list": MASK}, "accounts": [{"name": "one", "secret": MASK}],
        });
        assert_eq!(view(&stored), expected);
        assert_eq!(kept(&expected, &stored), Ok(stored.clone()), "what was read and is sent back changes nothing");
        let mut changed = expected;
        changed["api"]["key"] = "k-2".into();
        changed["remote_id_attribute"] = MASK.into();
        let kept = kept(&changed, &stored).unwrap();
        assert_eq!(
            (&kept["api"], &kept["proxy"]),
            (&json!({"key": "k-2", "url": "https://api.example", "pin": 1234}), &stored["proxy"])
        );
        assert_eq!(kept["remote_id_attribute"], MASK, "nothing was hidden there");
        assert!(matches!(masked(r#"{"a":1.50}"#), Cow::Borrowed(_)), "what has no secret stays as it was written");
    }

    #[test]
    fn a_mask_never_takes_the_secret_of_another_place() {
        let stored = json!({"accounts": [{"name": "one", "key": "1"}, {"name": "two", "key": "2"}]});
        let sent = |names: &[&str]| {
            let accounts: Vec<_> = names.iter().map(|name| json!({"name": name, "key": MASK})).collect();
            json!({ "accounts": accounts })
        };
        let turned = json!({"accounts": [{"name": "two", "key": "2"}, {"name": "one", "key": "1"}]});
        assert_eq!(kept(&sent(&["two", "one"]), &stored), Ok(turned));
        assert_eq!(kept(&sent(&["two"]), &stored), Ok(json!({"accounts": [{"name": "two", "key": "2"}]})));
        assert_eq!(kept(&sent(&["one", "new"]), &stored), Err("accounts.1".to_owned()));
        assert_eq!(kept(&json!({"other": {"password": MASK}}), &stored), Err("other.password".to_owned()));
        let alike = json!({"accounts": [{"key": "1"}, {"key": "2"}]});
        assert_eq!(kept(&view(&alike), &alike), Ok(alike.clone()));
        assert_eq!(kept(&json!({"accounts": [{"key": MASK}]}), &alike), Err("accounts.0".to_owned()), "which one?");
    }
}
