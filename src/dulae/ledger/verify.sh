#!/bin/sh
# Verifies an export of a dulae ledger with coreutils and openssl alone: sh verify.sh [FOLDER]. Exit status 0: intact.
set -eu; cd "${1:-$(dirname "$0")}"; export LC_ALL=C
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
bad() { echo "NOT INTACT: $*" >&2; exit 1; }
split -a 9 -d -l 1 ledger.jsonl "$work/line."
seq=0 size=0 erased=, absent=
while IFS= read -r line || [ -n "$line" ]; do
  case $line in *'"seq":'$seq',"ts":"'*) ;; *) bad "entry $seq is not at its place" ;; esac
  prev=${line#*'"prev":"'} hash=${line#'{"body":"'} body=bodies/$((seq / 10000))/$seq.json
  [ $seq = 0 ] || printf '%s  %s/line.%09d\n' "${prev%%'"'*}" "$work" $((seq - 1)) >&3
  if [ -f "$body" ]; then echo "${hash%%'"'*}  $body" >&3; else absent="$absent $seq"; fi
  case $line in *'"kind":"erase"'*) at=$(cat "$body") at=${at#*'"erased":'}; erased=$erased${at%%,*}, ;; esac
  seq=$((seq + 1))
done <ledger.jsonl 3>"$work/sums"
for one in $absent; do case $erased in *",$one,"*) ;; *) bad "the body of entry $one is gone" ;; esac; done
for note in checkpoints/*.txt; do
  { read -r origin; read -r size; read -r root; read -r word head; } <"$note" || bad "$note is cut off"
  printf '%s  %s/line.%09d\n' "$head" "$work" $((size - 1)) >>"$work/sums"
  head -n 4 "$note" >"$work/text"; tail -n 1 "$note" | cut -d ' ' -f 3 | base64 -d | tail -c 64 >"$work/sign"
  openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in "$work/text" -sigfile "$work/sign" >"$work/said" 2>&1 || bad "$note: its signature is not that of public.pem"
done
sha256sum --quiet --strict -c "$work/sums" || bad "these files (line.N is entry N) are not as they were written"
[ "$size" = $seq ] || bad "the newest checkpoint speaks of $size entries, here are $seq"
echo "intact: $seq entries of ${origin:-}; key $(openssl pkey -pubin -in public.pem -outform DER | sha256sum | cut -c 1-64)"
