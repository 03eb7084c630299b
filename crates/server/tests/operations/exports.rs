//! `onhand export`: the same file from a server and from its database, and it changes nothing when it comes back.

use std::path::Path;

use onhand_testkit::program::{Ended, new_file};

use crate::ONHAND;

fn export(database: &str, token: Option<&str>, arguments: &[&str]) -> Ended {
    let mut command = ONHAND.command(database, &[&["export"], arguments].concat());
    if let Some(token) = token {
        command.env("ONHAND_TOKEN", token);
    }
    Ended::of(&mut command)
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("a plain path").to_owned()
}

#[test]
fn an_export_is_the_same_from_both_sides_and_comes_back_unchanged() {
    let (folder, database) = new_file();
    let server = ONHAND.start(&database, &["--demo", "--demo-still"]);
    let url = format!("http://{}", server.address);
    let token = ONHAND.done(&database, &["token", "create", "admin"]).trim().to_owned();
    let from_server = |arguments: &[&str]| export(&database, Some(&token), &[&["--server", &url], arguments].concat());
    for arguments in [&["--list", "ST-01"][..], &["--format", "json"]] {
        let (one, other) = (from_server(arguments), export(&database, None, arguments));
        assert_eq!((one.code, one.err.as_str()), (Some(0), ""), "{one:?}");
        assert_eq!(one.out, other.out, "{arguments:?}");
        assert!(one.out.lines().count() == 51 || one.out.starts_with("[{"), "{arguments:?}: {}", one.out);
    }

    let book = path(folder.path(), "stock.xlsx");
    assert_eq!(from_server(&["--list", "WH-01", "--output", &book]).code, Some(0));
    assert!(std::fs::read(&book).expect("it was written").starts_with(b"PK"), "a workbook is packed");
    let back = Ended::of(
        ONHAND.command(&database, &["import", "--server", &url, "--list", "WH-01", &book]).env("ONHAND_TOKEN", &token),
    );
    assert_eq!(back.code, Some(0), "{back:?}");
    assert!(back.out.lines().any(|line| line.split_whitespace().eq(["updated", "0"])), "{back:?}");

    let nowhere = path(folder.path(), "nowhere/stock.csv");
    for (arguments, words) in [
        (&["--list", "WH-01", "--output", &nowhere][..], "cannot write"),
        (&["--list", "nowhere"], "there is no stock list nowhere"),
        (&["--output", &path(folder.path(), "stock.pdf")], "says no format"),
        (&["--output", &path(folder.path(), "stock")], "says no format"),
    ] {
        let told = from_server(arguments);
        assert_eq!((told.code, told.err.lines().count()), (Some(1), 1), "{told:?}");
        assert!(told.err.contains(words), "{told:?}");
    }
    assert!(!folder.path().join("stock.pdf").exists() && !folder.path().join("stock").exists());
    let named = path(folder.path(), "stock.pdf");
    assert_eq!(from_server(&["--format", "csv", "--output", &named]).code, Some(0), "a format that is named is used");
    let kept = path(folder.path(), "kept.csv");
    std::fs::write(&kept, "kept").expect("a file is written");
    let told = export(&database, Some("0123456789"), &["--server", &url, "--output", &kept]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert_eq!(std::fs::read(&kept).expect("it is there"), b"kept", "an export that fails leaves what was there");
}
