#!/bin/sh
# Installs the Debian packages that the tests need in addition to Python's; .ci/run calls it.
set -eu

packages='
busybox
chromium-headless-shell
curl
debootstrap
docker-compose
docker.io
jq
prometheus
prometheus-alertmanager
redis-server
'

missing=''
for package in $packages; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        missing="$missing $package"
done
if [ -z "$missing" ] && command -v docker >/dev/null; then exit 0; fi

if [ "$(id -u)" = 0 ]; then sudo=''; else sudo='sudo -n'; fi

# Only the packages' programs are needed; their services must not start and take our ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$sudo rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
    $sudo chmod 755 "$policy"
fi

install() {
    echo "ci-packages: installing $*"
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

$sudo apt-get update -qq
# shellcheck disable=SC2086  # one word per package
[ -z "$missing" ] || install $missing
# Since Debian 13 docker.io is only the engine.
command -v docker >/dev/null || install docker-cli
