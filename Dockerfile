# The service alone; docker-compose.yml adds the database.

# Pinned to the minor version that CI uses; Debian's release is the same below and above.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /build
COPY . .
# The very command for a release; the queries are checked against .sqlx, so no database is needed.
RUN cargo build --release --locked --bin belowline

FROM debian:12.12-slim AS run
# A fixed number, so that a volume keeps its owner over rebuilds. No home, no shell to log in with.
RUN groupadd --system --gid 10001 belowline \
    && useradd --system --uid 10001 --gid belowline --no-create-home --shell /usr/sbin/nologin belowline \
    && install --directory --owner=belowline --group=belowline --mode=0750 /var/lib/belowline
COPY --from=build /build/target/release/belowline /usr/local/bin/belowline
USER 10001:10001
ENV BELOWLINE_LISTEN=0.0.0.0:8080 \
    BELOWLINE_DATA_DIR=/var/lib/belowline
VOLUME /var/lib/belowline
EXPOSE 8080
# The binary asks itself: the image has no curl. Ready means that the database answers and the schema is right.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["belowline", "health"]
ENTRYPOINT ["belowline"]
CMD ["serve"]
