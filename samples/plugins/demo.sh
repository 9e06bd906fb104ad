#!/usr/bin/env bash
# Types lines into the host. In the middle a new shout.wasm takes the place of the old one, while greedy runs on.
set -eu
here=$PWD
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cp shout.wasm greedy.wasm "$folder"
cd "$folder"
: >log
mkfifo lines
"$here/plugins" shout.wasm greedy.wasm <lines | tee log &
exec 3>lines

type_lines() { printf '%s\n' "$@" >&3; }
wait_for() { for _ in {1..3000}; do grep -qx "$1" log && return; sleep 0.01; done; echo "no answer" >&2; exit 1; }

type_lines hello spin hello '!start greedy' hoard '!start greedy' 'how are you?' '!list'
wait_for '> !list'
cp "$here/shout-2.wasm" shout.wasm
type_lines '!reload' 'how are you now?' '!list'
wait_for '> how are you now?'
head -c 1000 "$here/shout.wasm" >shout.wasm
type_lines '!reload' 'and now?'
exec 3>&-
wait
