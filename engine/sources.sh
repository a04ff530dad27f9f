#!/usr/bin/env bash
# Fetches the libraries as Debian has them, with Debian's patches applied, into
# the folder $1, and says which versions they are.
set -euo pipefail

PACKAGES=(lcms2 libjpeg-turbo libspng libwebp zlib)

. "$(dirname "$(realpath "$0")")/apt_sources.sh"

for package in "${PACKAGES[@]}"; do
  # dpkg-source applies debian/patches, and stops where one does not fit.
  "${apt[@]}" source "$package" > /dev/null
  unpacked=("$package"-*/)
  version=$(dpkg-parsechangelog -l "${unpacked[0]}debian/changelog" -S Version)
  mv "${unpacked[0]}" "$package"
  echo "$package $version"
done
