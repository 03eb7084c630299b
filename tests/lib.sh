# What tests/clients/run and tests/screens/run have in common: a Python environment, Debian's packages, and a server with
# a demonstration of its own. Sourced by them in the repository's root, with `suite` as the name of their folder.
#
# Promises: nothing outside of the target folder and a temporary folder changes, and the server ends with its script.

target=${CARGO_TARGET_DIR:-target}
venv=$target/$suite-venv
requirements=tests/$suite/requirements.txt
start_seconds=60
stop_seconds=40
server=
work=

fail() {
    printf 'tests/%s: %s\n' "$suite" "$*" >&2
    exit 1
}

# Installs packages of Debian, where that is possible.
from_debian() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "install $*, then try again"
    # What is a service is not wanted as one: the tests start their own on a port of theirs.
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq "$@" >/dev/null
}

# A program, by the package that has the same name or the second argument's.
find_program() {
    command -v "$1" >/dev/null && return
    echo "installing ${2:-$1}"
    from_debian "${2:-$1}"
}

# The environment stays in the target folder until the requirements change.
make_venv() {
    command -v python3 >/dev/null || fail "python3 is missing; install it (Debian: apt-get install python3 python3-venv)"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || fail "python3 must be 3.10 or newer"
    cmp -s "$requirements" "$venv/requirements.txt" && "$venv/bin/python" -c '' 2>/dev/null && return
    python3 -c 'import ensurepip, venv' 2>/dev/null || from_debian python3-venv
    echo "installing the packages of $requirements into $venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input -r "$requirements"
    # Written last: a broken installation is made anew.
    cp "$requirements" "$venv/requirements.txt"
}

# Builds the server, with the features that the whole workspace wants, as the tests have built it: nothing is compiled twice.
build_server() {
    cargo build --quiet --workspace --bin onhand
    export ONHAND_BINARY=$PWD/$target/debug/onhand
    [ "${target#/}" = "$target" ] || ONHAND_BINARY=$target/debug/onhand
}

# Starts it on a free port with a database of its own. Arguments are further flags of `serve`.
start_server() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/onhand-$suite.XXXXXX")
    trap clean_up EXIT
    export ONHAND_DATABASE=sqlite:$work/onhand.db ONHAND_ADMIN_PASSWORD=the-tests-own-password
    export ONHAND_LOG=warn,onhand::http::auth=error
    # There before the server is, since it is read at once.
    : >"$work/out"
    # It sells nothing by itself, which would change what a test compares.
    "$ONHAND_BINARY" serve --demo --demo-still --listen 127.0.0.1:0 "$@" >"$work/out" 2>"$work/err" &
    server=$!
    await_address
    export ONHAND_URL=$address PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$PWD/tests
}

# The server's address, once it has printed it.
await_address() {
    local tenth
    for ((tenth = 0; tenth < start_seconds * 10; tenth++)); do
        address=$(sed -n 's/^Onhand .* listens on //p' "$work/out")
        [ -n "$address" ] && return
        kill -0 "$server" 2>/dev/null || fail "the server did not start: $(cat "$work/err")"
        sleep 0.1
    done
    fail "the server printed no address within $start_seconds seconds"
}

# SIGTERM must end it, with 0 and in time, and its books must add up.
stop_server() {
    local status=0 tenth
    kill -TERM "$server"
    for ((tenth = 0; tenth < stop_seconds * 10; tenth++)); do
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    ! kill -0 "$server" 2>/dev/null || fail "the server still ran $stop_seconds seconds after SIGTERM"
    wait "$server" || status=$?
    server=
    [ "$status" = 0 ] || fail "the server left with $status after SIGTERM: $(tail -n 5 "$work/err")"
    "$ONHAND_BINARY" verify
    echo "the server stopped cleanly and its books add up"
}

clean_up() {
    local status=$?
    [ -z "$server" ] || { kill -KILL "$server" && wait "$server"; } 2>/dev/null || true
    [ "$status" = 0 ] || ! [ -s "$work/err" ] || { echo "-- the server's last words:"; tail -n 20 "$work/err"; } >&2
    rm -rf "$work"
}
