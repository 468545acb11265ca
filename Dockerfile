# Warmlijn in a container: an ordinary user, a read-only root file system, one process tree under tini.
#   docker build -t warmlijn .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --stop-timeout 30 \
#     -v warmlijn-data:/var/lib/warmlijn --env-file var/secrets.env -e WARMLIJN_PUBLIC_URL=https://... -p 127.0.0.1:8000:8000 warmlijn
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock /build/
RUN python -m venv /venv \
 && /venv/bin/pip install --require-hashes --no-deps --only-binary :all: -r /build/requirements.lock \
 && /venv/bin/pip check \
 && /venv/bin/pip uninstall -y pip

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini espeak-ng sox \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --home-dir /var/lib/warmlijn --shell /usr/sbin/nologin warmlijn \
 && install -d -m 0711 -o warmlijn -g warmlijn /var/lib/warmlijn \
 && install -d -m 0755 -o warmlijn -g warmlijn /var/lib/warmlijn/sounds
COPY --from=build /venv /venv
COPY LICENSE /srv/warmlijn/
COPY app /srv/warmlijn/app
COPY config /srv/warmlijn/config
COPY migrations /srv/warmlijn/migrations
WORKDIR /srv/warmlijn
ENV PATH=/venv/bin:$PATH PYTHONPATH=/srv/warmlijn PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    WARMLIJN_HOST=0.0.0.0 WARMLIJN_PORT=8000 WARMLIJN_DATA_DIR=/var/lib/warmlijn/database
USER warmlijn
VOLUME /var/lib/warmlijn
EXPOSE 8000
# A stop may take the service 29 s, its own database included; an image cannot say so, hence --stop-timeout above.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
ENTRYPOINT ["tini", "--", "python", "-m", "app"]
CMD ["serve"]
