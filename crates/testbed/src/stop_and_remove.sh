# The end of a server: $1 is its folder. No process is left to hear of a fault, so what cannot be done is left out.

# All of its processes, initdb's too: their working directory is the folder or the data in it.
processes() {
    find /proc -maxdepth 2 -path '/proc/[1-9]*/cwd' \( -lname "$1" -o -lname "$1/*" \) | cut -d / -f 3
}

# Without the first process the others end by themselves, and initdb is soon done: one that is killed leaves shared
# memory behind. A paused one hears nothing.
tenth=0
while left=$(processes "$1") && [ -n "$left" ] && [ $tenth -lt 300 ]; do
    first=$(head -n 1 "$1/data/postmaster.pid")
    # Not another process that has the number of one long gone.
    ! echo "$left" | grep -qx "$first" || kill -QUIT "$first"
    kill -CONT $left
    sleep 0.1
    tenth=$((tenth + 1))
done
[ -z "$left" ] || kill -KILL $left
rm -rf "$1"
