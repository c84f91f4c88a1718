import { type Case, compareManagers, type Difference } from './both.ts';
import { conditionFiles, inputs } from './condition-inputs.ts';
import { net, works } from './net.ts';

/** One unit for each input of a kind, all started at once; what became of each condition. */
function judged(kind: string, values: readonly string[]): Case {
  const prefix = `cond-${kind.toLowerCase()}`;
  const name = (index: number): string => `${prefix}-${index}.service`;
  const units = values.map((value, index) => [
    name(index),
    `[Unit]\nDefaultDependencies=no\nDescription=${kind}=${value.replaceAll('%', '%%')}\nCondition${kind}=${value}\n[Service]\nType=oneshot\nExecStart=/act exit 0\nRemainAfterExit=yes\n`,
  ]);
  const all = values.map((_, index) => name(index)).join(' ');
  return {
    units: Object.fromEntries(units),
    script: `
    systemctl start ${all} 2>&1
    systemctl show -p Description,ConditionResult ${all} | awk 'BEGIN { RS = ""; FS = "\\n" } { print $1, $2 }'`,
  };
}

/** Some units for each kind of assertion, all started at once: which of them are up. */
function asserted(): Case {
  const lines = Object.entries(inputs).flatMap(([kind, values]) => values.slice(0, 3).map((value) => `${kind}=${value}`));
  const names = lines.map((_, index) => `assert-each-${index}.service`);
  const units = lines.map((line, index) => [
    names[index],
    `[Unit]\nDefaultDependencies=no\nDescription=${line.replaceAll('%', '%%')}\nAssert${line}\n[Service]\nType=oneshot\nExecStart=/act exit 0\nRemainAfterExit=yes\n`,
  ]);
  const all = names.join(' ');
  return {
    units: Object.fromEntries(units),
    script: `${ready}
    quiet systemctl start ${all} | tail -n 1
    systemctl show -p Description,AssertResult,ActiveState ${all} | awk 'BEGIN { RS = ""; FS = "\\n" } { print $1, $2, $3 }'`,
  };
}

/** Where tysd follows what later releases say. */
const differences: Readonly<Record<string, readonly Difference[]>> = {
  Host: [
    {
      systemd: 'Description=Host=%b ConditionResult=no',
      tysd: 'Description=Host=%b ConditionResult=yes',
      why: 'newer releases compare with the id of the boot as well',
    },
  ],
};

/** Files that one case makes and all others need. */
const ready = `
  if mkdir /run/cond-lock 2>/dev/null; then
    mkdir -p /run/cond
    ${conditionFiles}
    : >/run/cond-ready
  else until_ok test -e /run/cond-ready
  fi`;

compareManagers('conditions', {
  ...Object.fromEntries(
    Object.entries(inputs).map(([kind, values]) => {
      const one = judged(kind, values);
      return [`Condition${kind}=`, { ...one, differs: differences[kind] ?? [], script: `${ready}\n${one.script}` }];
    }),
  ),
  'each Assert*=': asserted(),
  'conditions with | and !, and how they are shown': net(
    'condshow',
    {
      a: ['ConditionPathExists=/act\nConditionPathExists=!/nonexistent', works],
      b: ['ConditionPathExists=|/nonexistent\nConditionPathExists=|/act\nConditionPathIsDirectory=/run', works],
      c: ['ConditionPathExists=|/nonexistent\nConditionPathExists=|!/act', works],
      d: ['ConditionPathExists=|/act\nConditionPathExists=/nonexistent', works],
      e: ['ConditionPathExists=/nonexistent\nConditionPathExists=\nConditionPathExists=/act', works],
      f: ['ConditionPathExists=/nonexistent\nAssertPathExists=/nonexistent', works],
      g: ['AssertPathExists=|/nonexistent\nAssertPathExists=|/act\nAssertPathExists=!/nonexistent', works],
      h: ['AssertPathExists=/act\nAssertPathIsDirectory=/act\nAssertUser=root', works],
      i: ['ConditionNoSuchThing=x\nConditionPathExists=relative\nConditionCapability=CAP_NONSENSE', works],
      j: ['', works],
    },
    `
    for unit in a b c d e f g h i j; do run systemctl start condshow-$unit; done
    table ActiveState,SubState,Result,ConditionResult,AssertResult @a @b @c @d @e @f @g @h @i @j
    for unit in c d f h; do systemctl status -n0 condshow-$unit | grep -A9 -i 'condition\\|assert' | sed 's/ at .*//'; done
    for unit in a b c d e f g h; do get condshow-$unit.service ConditionTimestampMonotonic AssertTimestampMonotonic | sed 's/=[1-9][0-9]*$/=set/'; done`,
  ),
  'the order in which conditions and asserts are judged': net(
    'condorder',
    {
      a: ['ConditionPathExists=/nonexistent\nConditionPathExists=/nonexistent2', works],
      b: ['ConditionPathExists=/nonexistent\nConditionPathExists=/act\nConditionPathExists=|/none3\nConditionPathExists=|/none4', works],
      c: ['ConditionPathExists=|/none3\nConditionPathExists=|/none4\nConditionPathExists=|/none5', works],
      d: ['AssertPathExists=/nonexistent\nAssertPathExists=/nonexistent2', works],
      e: ['AssertPathExists=|/nonexistent\nAssertPathExists=|/nonexistent2', works],
      f: ['ConditionPathExists=/nonexistent\nConditionPathExists=|/act\nConditionPathExists=|/none4', works],
      g: ['ConditionPathExists=|/none4\nConditionPathExists=|/act', works],
      h: ['ConditionPathExists=/nonexistent\nConditionFoo=x\nConditionPathExists=| ! /act', works],
      i: ['ConditionPathExists=| ! /nonexistent\nConditionPathExists=! /nonexistent', works],
      j: ['ConditionPathExists=! | /nonexistent\nConditionPathExists=||/nonexistent', works],
      k: ['ConditionPathExists=!!/nonexistent\nConditionPathExists=|\t!\t/nonexistent', works],
      l: ['AssertPathExists=!/act\nAssertPathExists=|/nonexistent2', works],
      // Keeps the others loaded.
      z: ['After=@a @b @c @d @e @f @g @h @i @j @k @l', works],
    },
    `
    run systemctl start @z
    for unit in a b c d e f g h i j k l; do run systemctl start condorder-$unit; done
    table ActiveState,ConditionResult,AssertResult @a @b @c @d @e @f @g @h @i @j @k @l
    for unit in a b c d e f g h i j k l; do
      systemctl status -n0 condorder-$unit | grep -A9 -i 'start \\(condition\\|assertion\\)' | sed 's/ at .*//'
    done`,
  ),
  'conditions are judged at each start': net(
    'condagain',
    {
      a: ['ConditionPathExists=/run/t/condagain', works],
      b: ['AssertPathExists=/run/t/condagain', works],
      c: ['ConditionPathExists=!/run/t/condagain', works],
      d: ['Requires=@a\nAfter=@a', works],
      e: ['Requires=@b\nAfter=@b', works],
    },
    `
    for unit in d e c; do run systemctl start condagain-$unit; done
    show @a @b @c @d @e
    : >/run/t/condagain
    run systemctl start @a @b
    run systemctl restart @c
    run systemctl try-restart @c
    show @a @b @c
    table ConditionResult,AssertResult @a @b @c
    rm /run/t/condagain
    run systemctl restart @a @b
    show @a @b @d @e
    run systemctl stop @c @d`,
  ),
  'a reload and a stop ask no conditions': {
    units: {
      'condreload.service':
        '[Unit]\nDefaultDependencies=no\nConditionPathExists=!/run/t/condreload\n[Service]\nExecStart=/act wait\nExecReload=/act to /run/t/condreload note reloaded\n',
      'condsock.socket': '[Unit]\nDefaultDependencies=no\nConditionPathExists=/nonexistent\n[Socket]\nListenStream=/run/condsock\n',
      'condsock.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait\n',
      'condtarget.target': '[Unit]\nDefaultDependencies=no\nAssertPathExists=/nonexistent\nWants=condsock.service\n',
      'condslice.slice': '[Unit]\nDefaultDependencies=no\nConditionPathExists=/nonexistent\n',
      'condinslice.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait\nSlice=condslice.slice\n',
    },
    script: `
    run systemctl start condreload
    run systemctl reload condreload
    run systemctl reload condreload
    run systemctl stop condreload
    run systemctl start condreload
    for unit in condsock.socket condtarget.target condinslice; do run systemctl start $unit; done
    settle condsock.service condinslice.service
    show condreload.service condsock.socket condsock.service condtarget.target condslice.slice condinslice.service
    run systemctl stop condsock.service condinslice`,
  },
});
