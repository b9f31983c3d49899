# The service as people deploy it: docker build --build-arg BUILD_COMMIT="$(git rev-parse HEAD)" .
# Written for the classic builder too: no RUN --mount, no COPY --chmod.

ARG PYTHON_IMAGE=python:3.13.15-slim-trixie

# hadolint ignore=DL3006  # the argument has an exact tag
FROM ${PYTHON_IMAGE} AS build

# Stays in the build stage: only the finished environment leaves it.
COPY requirements.lock /build/
RUN python3 -m venv /opt/venv \
 && /opt/venv/bin/pip install --disable-pip-version-check --no-cache-dir --no-compile \
      --require-hashes --only-binary :all: -r /build/requirements.lock \
 && /opt/venv/bin/pip uninstall --yes pip \
 && rm -rf /opt/venv/lib/python3*/site-packages/setuptools* /opt/venv/bin/pip*

COPY docc2context /srv/docc2context
COPY app /srv/app
# The root will be read-only, so bytecode is written now. Sources are compared by hash, because layers
# may change the files' times.
RUN python3 -m compileall -q --invalidation-mode checked-hash /opt/venv/lib /srv


# hadolint ignore=DL3006
FROM ${PYTHON_IMAGE}

# The base image's installer is removed from what runs. The user has a number that Kubernetes'
# runAsNonRoot can check, and owns /workspace; a new volume takes over that owner.
RUN rm -rf /usr/local/lib/python3*/site-packages/pip* /usr/local/lib/python3*/ensurepip /usr/local/bin/pip* \
 && groupadd --gid 1000 docc2context \
 && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin docc2context \
 && install -d -o 1000 -g 1000 -m 0700 /workspace

COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv /srv

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    WORKSPACE_DIR=/workspace
WORKDIR /srv
USER 1000:1000
EXPOSE 8000
VOLUME /workspace

# Liveness, not readiness: whatever restarts unhealthy containers must not end one that is draining.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python3", "-I", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=4)"]

# uvicorn is process 1 and handles SIGTERM itself. Conversions get SHUTDOWN_GRACE_SECONDS (20), then
# downloads get --timeout-graceful-shutdown (30): give `docker stop` 60.
STOPSIGNAL SIGTERM
CMD ["python3", "-m", "uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--http", "app.http.protocol:BoundedProtocol", "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "30"]

# Last, because the commit changes with each build, and nothing above has to be built again for it.
ARG BUILD_COMMIT=unknown
ENV BUILD_COMMIT=${BUILD_COMMIT}
LABEL org.opencontainers.image.title="docc2context-service" \
      org.opencontainers.image.description="Turns zipped DocC documentation archives into Markdown that people and language models read." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${BUILD_COMMIT}"
