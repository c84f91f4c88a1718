/** What `--help` prints. */
export const logsHelp = `journalctl [OPTIONS...] [MATCHES...]

Show what the services and the manager have logged.

Which entries
  -u --unit=UNIT|PATTERN     Of the unit, and the manager's messages about it
     --user-unit=UNIT        The same for a unit of the user
  -t --identifier=NAME       With this syslog identifier
  -p --priority=LEVEL        Of this level and all more important ones, or of LEVEL..LEVEL
     --facility=NAME,...     Of these syslog facilities
  -S --since=TIME            Not older
  -U --until=TIME            Not newer
  -b --boot[=ID|NUMBER]      Of the present boot or another one
  -k --dmesg                 Of the kernel
  -g --grep=PATTERN          Whose message matches the pattern
     --case-sensitive[=BOOL] Whether the pattern's case counts; it does if there is a capital in it
  -c --cursor=CURSOR         From this place on
     --after-cursor=CURSOR   After this place
     --cursor-file=FILE      After the place in the file, which is brought up to date
     --namespace=NAME        Of units with this LogNamespace=; +NAME: beside the rest; *: all
  FIELD=VALUE                With this field; + between words means "or"

How they are shown
  -n --lines[=NUMBER|all]    The last ones only (10); +NUMBER: the first ones
  -r --reverse               The newest first
  -f --follow                Wait for more
     --no-tail               With --follow, begin with all that there is
  -o --output=FORMAT         short, short-full, short-iso, short-iso-precise, short-precise,
                             short-monotonic, short-delta, short-unix, verbose, export, json,
                             json-pretty, json-sse, json-seq, cat or with-unit
     --output-fields=LIST    Only these fields, where the format shows fields
  -x --catalog               Explain messages, below them
     --no-full               Cut long lines, and messages of more than three; --full, -l: do not
  -a --all                   Long and binary values too
     --utc                   Times in UTC
     --no-hostname           Without the name of the host
     --show-cursor           Print the place of the last entry after it
  -q --quiet                 Entries and nothing else
  -e --pager-end             The last 1000
     --no-pager              Not in a pager

Which journal
     --system, --user        Of the machine's tysd, or of the user's
  -D --directory=DIR         Read the journal of this directory
     --file=FILE             Read this journal
     --root=ROOT             Of the machine with this root directory

Other tasks
  -N --fields                List the names of all fields
  -F --field=FIELD           List all values of a field
     --list-boots            List the boots
     --disk-usage            Show how much space the journal takes
     --header                Show what is known of the journal's file
     --verify                Look for damage in it
     --vacuum-size=BYTES     Delete the oldest entries until the journal is smaller
     --vacuum-time=TIME      Delete entries that are older
     --vacuum-files=NUMBER   Nothing to do: the journal is one file
     --rotate, --flush       Nothing to do: it has one place, and is shortened as it grows
     --sync                  Wait until all that was said is stored, as each call does
     --list-catalog [ID...]  List the messages that --catalog explains
     --dump-catalog [ID...]  Show the explanations
     --update-catalog        Check the files that they are in
     --new-id128             Make an id for messages of a new kind
  -h --help                  Show this
     --version               Show the version
`;
