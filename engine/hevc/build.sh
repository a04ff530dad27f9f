#!/usr/bin/env bash
# Builds the decoder of HEVC from Debian's packages, on Debian 12, as root:
#
#   engine/hevc/build.sh <folder>   leaves hevc.wasm and versions.txt there
#
# The same versions give the same bytes, wherever the folders are.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
folder=$(mkdir -p "$1" && realpath "$1")

if ! command -v em++ > /dev/null || ! command -v dpkg-source > /dev/null; then
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
    --no-install-recommends emscripten dpkg-dev > /dev/null
fi
[ -f "$folder/versions.txt" ] || {
  rm -rf "$folder/sources"
  mkdir -p "$folder/sources"
  "$here/sources.sh" "$folder/sources" > "$folder/versions.part"
  echo "emscripten $(dpkg-query -W -f '${Version}' emscripten)" \
    >> "$folder/versions.part"
  mv "$folder/versions.part" "$folder/versions.txt"
}

objects=$folder/objects
rm -rf "$objects"
mkdir -p "$objects"
cd "$folder/sources/libde265"

# -Os is as fast as -O3 here, whose code takes longer to compile and 20 MB more.
flags=(-Os -msimd128 -DNDEBUG -fno-exceptions -fno-rtti -fvisibility=hidden
  -ffile-prefix-map="$folder=." -ffile-prefix-map="$here=hevc" -I.)
# What it has for SSE4.1 becomes SIMD of wasm. Which of it is used says simd.cc.
libde265=(-Ilibde265 -I"$here/src" -w -DHAVE_ALLOCA_H -msse4.1 -DHAVE_SSE4_1 -D__x86_64__)

compile() {
  xargs -P "${JOBS:-2}" -I{} sh -c '
    file=$1
    shift
    exec em++ -c "$file" -o "'"$objects"'/$(basename "$file" .cc).o" "$@"
  ' sh {} "${flags[@]}" "$@"
}

# All of the library but its threads, and what encodes, prints and measures.
for name in alloc_pool bitstream cabac contextmodel de265 deblock decctx dpb \
  fallback fallback-dct fallback-motion image intrapred md5 motion nal \
  nal-parser pps refpic sao scan sei slice sps transform util vps vui \
  x86/sse-dct; do
  echo "libde265/$name.cc"
done | compile "${libde265[@]}"
find "$here/src" -name '*.cc' ! -name rows.cc | sort |
  compile -std=c++20 -Wall -Wextra -Werror -isystem . -isystem libde265 -D__x86_64__ -msse4.1
# Of the conversion of each pixel, speed.
echo "$here/src/rows.cc" |
  compile -std=c++20 -Wall -Wextra -Werror -isystem . -isystem libde265 -O3

# The limit of memory is more than any picture may take: see costs.ts.
em++ "${flags[@]}" "$objects"/*.o -o "$folder/hevc.wasm" --no-entry \
  -s STANDALONE_WASM=1 -s FILESYSTEM=0 -s ALLOW_MEMORY_GROWTH=1 \
  -s INITIAL_MEMORY=2097152 -s MAXIMUM_MEMORY=67108864 -s TOTAL_STACK=262144
sha256sum "$folder/hevc.wasm"
