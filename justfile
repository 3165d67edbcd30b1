# What is run here is what CI runs.

# every check and test
check:
    ./check

# the tests alone; `just test local_pg` runs one room's
test *filter:
    cargo test {{filter}}

# the service on a database of its own
run *arguments:
    cargo run -- serve {{arguments}}

# forgets the database that `just run` made
[confirm("Delete everything in ./data?")]
reset-db:
    rm -rf data

# writes .sqlx anew after a change to a query or a migration
sqlx:
    scripts/sqlx

# long runs of the tests that kill and cut
soak cycles="300":
    BELOWLINE_CYCLES={{cycles}} cargo test --test it faults -- --nocapture

# what a comment costs on one core
bench:
    cargo run --profile fast --example speed
