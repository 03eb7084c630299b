# The end of a server: $1 is its folder. Nobody is left to hear of a fault, so what cannot be done is left out.
data=$1/data
pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null)

# Its own process, and not another that got the number later: the server's working directory is its data.
runs() {
    [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$data" ]
}

if runs; then
    kill -QUIT "$pid"
    # A paused one hears nothing.
    kill -CONT "$pid" $(cat "/proc/$pid/task/$pid/children")
    tenth=0
    while runs && [ $tenth -lt 100 ]; do
        sleep 0.1
        tenth=$((tenth + 1))
    done
    ! runs || kill -KILL "$pid"
fi
# initdb may still write where the owner went early.
tenth=0
until rm -rf "$1" || [ $tenth -ge 100 ]; do
    sleep 0.1
    tenth=$((tenth + 1))
done
