#!/usr/bin/env bash
# Fetches the libraries as Debian has them, with Debian's patches applied, into
# the folder $1, and says which versions they are.
#
# The addresses are those of this machine's own package sources, asked for source
# packages too: nothing of the system is changed.
set -euo pipefail

PACKAGES=(lcms2 libjpeg-turbo libspng libwebp zlib)

folder=$(realpath "$1")
mkdir -p "$folder/parts" "$folder/lists/partial"
cd "$folder"

for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  [ -f "$file" ] && grep -q 'debian' "$file" || continue
  sed -E 's/^Types:.*/Types: deb-src/; s/^deb /deb-src /' "$file" \
    > "parts/$(basename "$file")"
done
apt=(apt-get -qq -o APT::Sandbox::User=root -o Dir::Etc::SourceList=/dev/null
  -o Dir::Etc::SourceParts="$folder/parts" -o Dir::State::Lists="$folder/lists")
# A list that is not Debian's cannot be asked for sources, and need not be.
"${apt[@]}" update 2> /dev/null || true

for package in "${PACKAGES[@]}"; do
  # dpkg-source applies debian/patches, and stops where one does not fit.
  "${apt[@]}" source "$package" > /dev/null
  unpacked=("$package"-*/)
  version=$(dpkg-parsechangelog -l "${unpacked[0]}debian/changelog" -S Version)
  mv "${unpacked[0]}" "$package"
  echo "$package $version"
done
