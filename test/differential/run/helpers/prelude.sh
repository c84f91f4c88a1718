#!/bin/bash
# What every script of both.ts begins with.
[ -d /opt/tysd ] && PATH=/opt/tysd:$PATH
mkdir -p -m 1777 /run/t /run/answers
cd /
# Runs a command and tells its exit status.
run() { echo "\$ $*"; "$@" 2>&1 </dev/null; echo "-> $?"; }
# The same without its output: for what prints differently each time.
quiet() { echo "\$ $*"; "$@" >/dev/null 2>&1 </dev/null; echo "-> $?"; }
# Waits until a command succeeds; says so when it never does.
until_ok() { for _ in $(seq 150); do "$@" >/dev/null 2>&1 && return 0; sleep 0.04; done; echo "gave up: $*"; return 1; }
property() { [ "$(systemctl show -p "$2" --value "$1")" = "$3" ]; }
# One line for each unit: its name and the values of these properties.
table() {
  local names=$1; shift
  systemctl show -p "Id,$names" "$@" | awk -v names="$names" 'BEGIN { RS = ""; FS = "\\n"; count = split(names, name, ",") }
    { for (i = 1; i <= NF; i++) { at = index($i, "="); value[substr($i, 1, at - 1)] = substr($i, at + 1) }
      line = value["Id"] ":"; for (i = 1; i <= count; i++) line = line " " name[i] "=" value[name[i]]; print line; delete value }'
}
state() { table ActiveState,SubState,Result,ExecMainCode,ExecMainStatus,NRestarts "$@"; }
show() { table ActiveState,SubState "$@"; }
# Waits until units are where they stay: dead, or the same for a while.
settle() {
  local before= now same=0
  for _ in $(seq 60); do
    now=$(table ActiveState,SubState,NRestarts "$@")
    case $now in *=activating*|*=deactivating*|*=reloading*) same=0;; *) [ "$now" = "$before" ] && same=$((same + 1)) || same=0;; esac
    case $now in *=active\ *) [ $same -ge 2 ] && return;; *) [ $same -ge 1 ] && return;; esac
    before=$now
    sleep 0.1
  done
  echo "gave up: $now"
}
# Starts and stops services, each with its own systemctl, and tells what became of them.
drive() {
  local unit
  for unit; do run systemctl start "$unit" >"/run/answers/$unit.start" & done
  wait
  for unit; do cat "/run/answers/$unit.start"; done
  settle "$@"
  state "${@/%/.service}"
  for unit; do run systemctl stop "$unit" >"/run/answers/$unit.stop" & done
  wait
  for unit; do cat "/run/answers/$unit.stop"; done
  settle "$@"
  state "${@/%/.service}"
  notes "$@"
}
# Waits until a unit is in one of those sub states.
sub() { local unit=$1 now; shift; for _ in $(seq 150); do now=$(systemctl show -p SubState --value "$unit"); case " $* " in *" $now "*) return 0;; esac; sleep 0.04; done; echo "gave up: $unit is $now, not $*"; }
get() { local unit=$1 name; shift; for name; do echo "$unit: $(systemctl show -p "$name" "$unit")"; done; }
notes() { local name; for name; do echo "notes of $name:"; cat "/run/t/$name" 2>/dev/null; done; }
noted() { grep -q -- "$2" "/run/t/$1" 2>/dev/null; }
# Waits until a unit has noted something.
heard() { until_ok noted "$@"; }
# How many processes with this word in their command line are left.
left() { echo "left of $1: $(grep -lasz -- "[${1:0:1}]${1:1}" /proc/[0-9]*/cmdline | wc -l)"; }
# Waits until these units have no job and are on no way, twice in a row, then tells their states, but of those that are off.
calm() {
  local before= now same=0
  for _ in $(seq 120); do
    now=$(systemctl show -p Id,ActiveState,SubState,Result,Job "$@")
    case $now in *=activating*|*=deactivating*|*=reloading*|*Job=[1-9]*) same=0;; *) [ "$now" = "$before" ] && same=$((same + 1)) || same=0;; esac
    [ $same -ge 1 ] && break
    before=$now
    sleep 0.05
  done
  [ $same -ge 1 ] || echo "not calm"
  awk 'BEGIN { RS = ""; FS = "\n" } { delete value; for (i = 1; i <= NF; i++) { at = index($i, "="); value[substr($i, 1, at - 1)] = substr($i, at + 1) }
    if (value["SubState"] != "dead") print value["Id"], value["ActiveState"], value["SubState"], value["Result"] }' <<<"$now"
}
# Tells what was noted in a file since the last time, in one line.
began() { echo "began: $(cat "/run/t/$1" 2>/dev/null | tr '\n' ' ')"; rm -f "/run/t/$1"; }
# All relations of units, one to a line.
relations() {
  local unit
  for unit; do
    echo "relations of $unit:"
    systemctl show -p "Requires,Requisite,Wants,BindsTo,PartOf,Upholds,RequiredBy,RequisiteOf,WantedBy,BoundBy,UpheldBy,ConsistsOf,Conflicts,ConflictedBy,Before,After,OnSuccess,OnSuccessOf,OnFailure,OnFailureOf,Triggers,TriggeredBy,PropagatesReloadTo,ReloadPropagatedFrom,PropagatesStopTo,StopPropagatedFrom,JoinsNamespaceOf,SliceOf,Slice,RequiresMountsFor,WantsMountsFor" -- "$unit" |
      awk -F= '{ count = split($2, word, " "); for (i = 1; i <= count; i++) print $1 "=" word[i] }' | LC_ALL=C sort
  done
}
# Runs a command beside the rest of the case; `said NAME` waits for it and tells what it printed. $me is the number of the case.
beside() { local name=$1; shift; { run "$@" >"/run/answers/beside-$me-$name" 2>&1; } & eval "beside_${name//[^a-z0-9]/_}=\$!"; }
said() { eval "wait \$beside_${1//[^a-z0-9]/_}"; cat "/run/answers/beside-$me-$1"; }
# Lets processes end that wait for it (`until /run/t/NAME.go`).
go() { local name; for name; do : >"/run/t/$name.go"; done; }
# The jobs of units of this prefix, without their numbers.
jobs_of() { systemctl list-jobs --no-legend --plain | awk '{ print $2, $3, $4 }' | grep "^$1" | LC_ALL=C sort; }
waits_to() { jobs_of "$2" | grep -qx "$2 $1 waiting"; }
# Waits until a unit has a job.
queued() { local unit=$1; until_ok has_job "$unit"; }
has_job() { case $(systemctl show -p Job --value "$1") in [1-9]*) return 0;; esac; return 1; }
