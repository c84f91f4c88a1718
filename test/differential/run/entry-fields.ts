/** Fields of entries in the order in which they are named, an entry in one line. */
export const readFields = `
      fields() {
        local names=$1; shift
        journalctl --sync
        journalctl -q -a -o verbose --output-fields="$names" "$@" | awk -v names="$names" '
          function flush() { if (!seen) return; line = ""; for (i = 1; i <= count; i++) if (name[i] in value) line = line " " name[i] "=" value[name[i]]; print substr(line, 2); delete value; seen = 0 }
          BEGIN { count = split(names, name, ",") }
          /^    [A-Z_]/ { at = index($0, "="); key = substr($0, 5, at - 5); before = key in value ? value[key] "|" : ""; value[key] = before substr($0, at + 1); last = key; next }
          /^ / { value[last] = value[last] "/" $0; next }
          { flush(); seen = 1 } END { flush() }' | LC_ALL=C sed -E 's/\\x01/^A/; s/(INVOCATION_ID|_BOOT_ID|_MACHINE_ID)=[0-9a-f]{32}/\\1=ID/g; s/_STREAM_ID=[0-9a-f]{32}/_STREAM_ID=ID/'
      }
      logged() { until_ok has_line "$@"; }
      has_line() { local word=$1; shift; journalctl -q -o cat "$@" | grep -q -- "$word"; }`;
