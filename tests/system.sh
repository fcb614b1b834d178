#!/bin/sh
# Installs the Debian packages that the tests need: a browser, Redis, and flite, whose voices are more
# human than our own: what listens is tested with them. Running the product needs none.
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v flite >/dev/null || missing="$missing flite"
[ -z "$missing" ] && exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
echo "Installing Debian packages for the tests:$missing"
if ! { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $missing >/dev/null; }; then
    echo "Could not install:$missing. Install them as root, or tests that need them will be reported as NOT RUN."
fi
