# What scripts that fetch Debian's sources have in common: `apt`, a command that
# asks this machine's own package sources for source packages too. Nothing of the
# system is changed. To be read by a script whose folder is $1.

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
