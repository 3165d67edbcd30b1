# Runs the tests' PostgreSQL for as long as tests run, whoever of them came first:  sh holder.sh PROGRAM FOLDER
#
# Every test process holds `users` in common; the system lets go of it for them, however they end. Once nobody does,
# the server is stopped, so that nothing lingers; its files stay, and the next run need not make them again.
"$1" database --data-dir "$2/data" >"$2/url" 2>"$2/said" &
server=$!
exec 9>>"$2/users"
while kill -0 "$server" 2>/dev/null; do
    sleep 10
    # Held until this script has ended: who comes now waits, and starts the next one.
    if flock -n -x 9; then kill "$server"; fi
done
