# One image for web, workers and `prepare`; docker-compose.yml says which is which. No secret goes into it.
FROM python:3.11-slim-bookworm AS build
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
# The models that find faces, into /opt/venv/share: photo and video replicas need them.
COPY twins/__init__.py twins/
COPY twins/landmarks twins/landmarks
RUN python -m twins.landmarks.install
COPY . .
RUN DATA_DIR=/tmp/build STATIC_ROOT=/app/collected python manage.py collectstatic --noinput -v0 \
    && python -m compileall -q avatarsite twins videos conversations \
    && rm -rf /tmp/build

FROM python:3.11-slim-bookworm
# libegl1 and libgl1: skia's wheel, which draws the stock faces, is linked to them. Speech, FFmpeg and the rest come in
# wheels. EXTRA_PACKAGES=chromium adds the browser for pages behind people (400 MB).
ARG EXTRA_PACKAGES=""
RUN apt-get update \
    && apt-get install -y --no-install-recommends libegl1 libgl1 $EXTRA_PACKAGES \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin avatarsite \
    && install -d -o avatarsite -g avatarsite /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data STATIC_ROOT=/app/collected ENV_FILE=/dev/null UVICORN_HOST=0.0.0.0 UVICORN_PORT=8000
USER avatarsite
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["uvicorn", "avatarsite.asgi:application", "--workers", "2", "--no-access-log", "--no-server-header", \
     "--no-proxy-headers", "--timeout-graceful-shutdown", "25", "--log-level", "warning"]
