//! `onhand config`: the settings in force, one per line, secrets masked.
//!
//! Promises: what is shown is what `onhand serve --help` lists, all of it. Must not know any setting but those that are
//! secret.

use clap::{Arg, ArgAction, ArgMatches, CommandFactory as _};

use super::{Cli, say};
use crate::database_url::masked;

pub(super) fn run() {
    let matches = Cli::command().get_matches();
    let of_config = matches.subcommand_matches("config").unwrap_or(&matches);
    settings(of_config).iter().for_each(|(name, value)| say(format!("{name}={value}")));
}

/// Each setting of a server by the name of its variable, with its value, from whichever place it came.
fn settings(matches: &ArgMatches) -> Vec<(String, String)> {
    let mut command = Cli::command();
    command.build();
    let serve = command.find_subcommand("serve").into_iter();
    let named = |arg: &Arg| Some((arg.get_env()?.to_str()?.to_owned(), value(arg, matches)));
    serve.flat_map(clap::Command::get_arguments).filter_map(named).collect()
}

fn value(arg: &Arg, matches: &ArgMatches) -> String {
    let id = arg.get_id().as_str();
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return matches.get_flag(id).to_string();
    }
    let given = matches.get_raw(id).into_iter().flatten();
    let text = given.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join(",");
    match (arg.is_hide_env_values_set(), id) {
        (true, "database") => masked(&text),
        (true, _) if !text.is_empty() => "***".to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{Cli, settings};

    fn shown(arguments: &[&str]) -> Vec<(String, String)> {
        let matches = Cli::command().try_get_matches_from(["onhand", "config"].iter().chain(arguments));
        let matches = matches.expect("the arguments are right");
        settings(matches.subcommand_matches("config").expect("it is the command"))
    }

    /// The flags as a person reads them, so that a setting that is added is shown here, too.
    #[test]
    fn every_flag_of_the_server_is_shown_once() {
        let mut command = Cli::command();
        command.build();
        let help = command.find_subcommand_mut("serve").expect("there is one").render_long_help().to_string();
        let variables = help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next());
        let listed: std::collections::BTreeSet<&str> = variables.collect();
        let rows = shown(&[]);
        let names: std::collections::BTreeSet<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        assert!(listed.len() > 20, "{listed:?}");
        assert_eq!((&names, names.len()), (&listed, rows.len()));
    }

    #[test]
    fn secrets_are_masked_and_the_rest_is_what_is_in_force() {
        let rows =
            shown(&["--admin-password", "hush", "--database", "postgres://a:hush@b/c", "--report-days", "7", "--demo"]);
        let value = |wanted: &str| rows.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        for (name, expected) in [
            ("ONHAND_ADMIN_PASSWORD", "***"),
            ("ONHAND_DATABASE", "postgres://a:***@b/c"),
            ("ONHAND_REPORT_DAYS", "7"),
            ("ONHAND_DEMO", "true"),
            ("ONHAND_LOG_JSON", "false"),
            ("ONHAND_PUBLIC_URL", ""),
        ] {
            assert_eq!(value(name), Some(expected), "{name}");
        }
        assert!(rows.iter().all(|(_, value)| !value.contains("hush")), "{rows:?}");
    }
}
