import { type Case, compareManagers } from './both.ts';

/** A oneshot that notes its arguments, one in a line, as the process got them. */
function argumentsOf(name: string, command: string, more = ''): Readonly<Record<string, string>> {
  return { [`${name}.service`]: `[Service]\nType=oneshot\n${more}\nExecStart=/act to /run/t/${name} arguments ${command}` };
}

/** Commands as they are written, each in a unit of its own, started one after the other. */
function asArguments(prefix: string, commands: readonly string[], more = ''): Case {
  const names = commands.map((_, index) => `${prefix}-${index}`);
  return {
    units: Object.assign({}, ...commands.map((command, index) => argumentsOf(names[index] ?? '', command, more))),
    script: `for unit in ${names.join(' ')}; do quiet systemctl start $unit; notes $unit; done`,
  };
}

/** What an environment comes to; each unit prints all that begins with T_. */
function asEnvironment(prefix: string, settings: readonly string[], setUp = ''): Case {
  const names = settings.map((_, index) => `${prefix}-${index}`);
  return {
    units: Object.fromEntries(
      settings.map((lines, index) => [
        `${names[index]}.service`,
        `[Service]\nType=oneshot\n${lines}\nStandardOutput=truncate:/run/t/${names[index]}\nExecStart=/bin/sh -c 'env -0 | sort -z | tr "\\\\n\\\\0" "|\\\\n" | grep ^T_'`,
      ]),
    ),
    script: `${setUp}\nfor unit in ${names.join(' ')}; do quiet systemctl start $unit; notes $unit; done`,
  };
}

compareManagers('unit files', {
  'drop-ins of packages, and directories of them that are links': {
    script: `
      put() { mkdir -p "$(dirname "$1")"; printf "$2" >"$1"; }
      put /usr/lib/systemd/system/packed.service '[Service]\\nType=oneshot\\nExecStart=/bin/true\\n'
      put /lib/systemd/system/packed.service.d/b.conf '[Unit]\\nDescription=packed\\n'
      put /usr/local/lib/systemd/system/packed.service.d/c.conf '[Unit]\\nDocumentation=man:c(1)\\n'
      put /srv/elsewhere/a.conf '[Unit]\\nDocumentation=man:a(1)\\n'
      put /srv/elsewhere/b.conf '[Unit]\\nDescription=from elsewhere\\n'
      ln -s /srv/elsewhere /etc/systemd/system/packed.service.d
      ln -s packed.service.d /etc/systemd/system/packed-.service.d
      systemctl daemon-reload
      get packed.service FragmentPath DropInPaths Description Documentation
      run systemctl cat packed
      systemctl status packed | sed -n 1,5p
      run systemctl start packed
      rm -r /usr/lib/systemd/system/packed.service.d /etc/systemd/system/packed.service.d /etc/systemd/system/packed-.service.d
      get packed.service NeedDaemonReload
      systemctl daemon-reload
      get packed.service DropInPaths NeedDaemonReload
      rm -r /usr/lib/systemd/system/packed.service /usr/local/lib/systemd/system/packed.service.d
      systemctl daemon-reload`,
    alone: true,
  },
  'quotes and escapes in a command': asArguments('quote', [
    `one two  three`,
    `"one two" 'three four'`,
    `a"b c"d`,
    `"it's" 'say "x"'`,
    `\\x41 \\101 "\\t|" '\\n' \\s`,
    `"a\\"b" 'a\\'b'`,
    `\\\\ "\\\\" '\\\\'`,
    `"" ''`,
    `é "ü" \\u00e9 \\U0001F600`,
    `a;b ; c`,
    `a \\; b`,
    `a \\\n  b \\\n# a comment\n  c`,
    `"unterminated`,
    `\\q`,
    `#no comment`,
    `a'b`,
  ]),
  'variables in a command': asArguments(
    'variable',
    [
      '$T_ONE',
      '${T_ONE}',
      '$T_TWO',
      '${T_TWO}',
      '"$T_TWO"',
      'x$T_ONE',
      'x${T_ONE}y${T_TWO}z',
      '$T_NONE',
      '${T_NONE}',
      '[${T_NONE}]',
      '$$T_ONE',
      '$${T_ONE}',
      '$T_EMPTY',
      '${T_EMPTY}',
      '$T_QUOTED',
      '${T_ONE:-x}',
      '$ $1',
      '${T_ONE',
    ],
    'Environment=T_ONE=1 "T_TWO=a b" T_EMPTY= "T_QUOTED=\'x y\' z"',
  ),
  'variables that a colon keeps': {
    units: {
      'colon.service':
        '[Service]\nType=oneshot\nEnvironment=T_ONE=1\nExecStart=:/act to /run/t/colon arguments $T_ONE ${T_ONE} %n\nExecStart=@/act name to /run/t/colon arguments at\nExecStart=-:/act to /run/t/colon arguments both $T_ONE',
    },
    script: 'quiet systemctl start colon\nnotes colon',
  },
  specifiers: asArguments(
    'specifier',
    [
      '%n %N %p %P %i %I %j %J',
      '%t %S %C %L %E %T %V',
      '%u %U %g %G %h %s',
      '%m %H %l %q',
      '%v %a %o %w %W %B %A %M',
      '%% %f %y %Y',
      '%d',
      '%z',
      '100%',
    ].filter((words) => !words.includes('%d') && !words.startsWith('%v')),
  ),
  'specifiers of a template': {
    units: {
      'plain@.service': '[Service]\nType=oneshot\nExecStart=/act to /run/t/plain arguments %n %N %p %P %i %I %j %J %f',
      'dash-ed-name@.service': '[Service]\nType=oneshot\nExecStart=/act to /run/t/dash arguments %n %N %p %P %i %I %j %J %f',
    },
    script: `
      quiet systemctl start plain@one
      quiet systemctl start 'plain@a-b\\x20c.service'
      quiet systemctl start plain@-x-y
      quiet systemctl start 'dash-ed-name@in-st.service'
      notes plain dash
      run systemctl start plain@
      get 'plain@a-b\\x20c.service' Id Names Description FragmentPath`,
  },
  'Environment=': asEnvironment('environment', [
    'Environment=T_A=1 T_B=2\nEnvironment=T_A=3',
    'Environment="T_A=a b" T_B=\'c d\'\nEnvironment=',
    'Environment=T_A=1\nEnvironment=\nEnvironment=T_B=2',
    'Environment=T_A=%n T_B=%%\nEnvironment="T_C=$T_A"',
    'Environment=T_A="x y" T_B=a\\x20b',
    'Environment=T_A T_1=ok 1T=no T_B=a=b T_C=',
    'Environment="T_A=a\\nb" "T_B=\\t"',
    'Environment=T_A=1 T_B=2 T_C=3\nUnsetEnvironment=T_A T_B=2 T_C=4',
  ]),
  'EnvironmentFile=': asEnvironment(
    'file',
    [
      'EnvironmentFile=/run/t/env.plain',
      'EnvironmentFile=/run/t/env.quoted',
      'EnvironmentFile=-/run/t/env.none\nEnvironment=T_A=set',
      'Environment=T_A=unit\nEnvironmentFile=/run/t/env.plain',
      'EnvironmentFile=/run/t/env.*',
      'EnvironmentFile=-/run/t/none.*\nEnvironment=T_A=1',
    ],
    `printf 'T_A=1\\n# comment\\n; other\\n  T_B = two words \\nT_C=\\nnonsense\\nexport T_D=4\\nT_E=a#b c\\nT_F=x\\\\\\ny\\nT_G=last' >/run/t/env.plain
     printf 'T_A="a b"\\nT_B='"'"'c d'"'"'\\nT_C="a'"'"'b"\\nT_D="x\\\\"y\\\\$z"\\nT_E="two\\nlines"\\nT_F=a"b"c\\nT_G='"'"'no\\\\tescape'"'"'\\nT_H=$T_A\\n' >/run/t/env.quoted`,
  ),
  'PassEnvironment= and set-environment': {
    ...asEnvironment(
      'set',
      ['PassEnvironment=T_NONE', 'Environment=T_S=unit'],
      `run systemctl set-environment T_S=manager "T_T=a b"
       systemctl show-environment | grep ^T_`,
    ),
    alone: true,
  },
  'drop-ins': {
    units: {
      'dropped.service':
        '[Unit]\nDefaultDependencies=no\nDescription=base\n[Service]\nType=oneshot\nEnvironment=T_A=base T_B=base\nExecStart=/act to /run/t/dropped arguments base\nExecStart=/act to /run/t/dropped env T_A env T_B env T_C env T_D',
      'dropped.service.d/20-b.conf': '[Service]\nEnvironment=T_B=twenty T_C=twenty',
      'dropped.service.d/10-a.conf':
        '[Service]\nExecStart=\nExecStart=/act to /run/t/dropped arguments dropped ${T_A}\nExecStart=/act to /run/t/dropped env T_A env T_B env T_C env T_D\nEnvironment=T_C=ten',
      'dropped.service.d/ignored.txt': '[Service]\nEnvironment=T_A=ignored',
      'dropped-.service.d/30.conf': '[Service]\nEnvironment=T_D=no',
      'pre-fix-name.service': '[Service]\nType=oneshot\nExecStart=/act to /run/t/prefix env T_A env T_B env T_C',
      'pre-.service.d/10.conf': '[Service]\nEnvironment=T_A=pre T_B=pre T_C=pre',
      'pre-fix-.service.d/10.conf': '[Service]\nEnvironment=T_B=prefix',
      'pre-fix-.service.d/20.conf': '[Service]\nEnvironment=T_C=prefix',
      'shaped@.service': '[Service]\nType=oneshot\nExecStart=/act to /run/t/shaped env T_A env T_B',
      'shaped@.service.d/10.conf': '[Service]\nEnvironment=T_A=all T_B=all',
      'shaped@one.service.d/20.conf': '[Service]\nEnvironment=T_B=%i',
    },
    script: `
      for unit in dropped pre-fix-name shaped@one shaped@two; do quiet systemctl start $unit; done
      notes dropped prefix shaped
      get dropped.service DropInPaths Description
      get shaped@one.service DropInPaths FragmentPath
      run systemctl cat shaped@one
      run systemctl cat dropped`,
  },
  'drop-ins of other directories, and masked ones': {
    units: {
      'layered.service': '[Service]\nType=oneshot\nExecStart=/act to /run/t/layered env T_A env T_B env T_C',
      'layered.service.d/10.conf': '[Service]\nEnvironment=T_A=etc',
    },
    script: `
      mkdir -p /run/systemd/system/layered.service.d /lib/systemd/system/layered.service.d
      printf '[Service]\\nEnvironment=T_A=run T_B=run\\n' >/run/systemd/system/layered.service.d/10.conf
      printf '[Service]\\nEnvironment=T_B=run\\n' >/run/systemd/system/layered.service.d/20.conf
      printf '[Service]\\nEnvironment=T_C=lib\\n' >/lib/systemd/system/layered.service.d/30.conf
      ln -s /dev/null /etc/systemd/system/layered.service.d/30.conf
      run systemctl daemon-reload
      quiet systemctl start layered
      notes layered
      get layered.service DropInPaths
      mkdir -p /run/systemd/system
      printf '[Service]\\nExecStart=/act\\n' >/lib/systemd/system/shadowed.service
      printf '[Unit]\\nDescription=from run\\n[Service]\\nExecStart=/act\\n' >/run/systemd/system/shadowed.service
      get shadowed.service FragmentPath Description
      rm -r /run/systemd/system/layered.service.d /lib/systemd/system/layered.service.d /run/systemd/system/shadowed.service /lib/systemd/system/shadowed.service`,
    alone: true,
  },
  aliases: {
    units: {
      'real.service':
        '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait\n[Install]\nAlias=nick.service\nWantedBy=nothing.target',
    },
    script: `
      run systemctl is-enabled real nick
      run systemctl enable real
      readlink /etc/systemd/system/nick.service /etc/systemd/system/nothing.target.wants/real.service
      run systemctl is-enabled real nick
      run systemctl start nick
      run systemctl is-active real nick
      get nick.service Id Names
      run systemctl stop nick
      systemctl disable real 2>&1 | sort
      run systemctl is-enabled real nick
      run systemctl is-enabled nick
      ls /etc/systemd/system/nick.service 2>&1 | grep -c 'No such'`,
    alone: true,
  },
  masks: {
    units: {
      'maskable.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait',
      'unlinked.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      run systemctl mask maskable
      rm /etc/systemd/system/unlinked.service
      run systemctl mask unlinked
      run systemctl mask --runtime never-there
      run systemctl is-enabled maskable unlinked never-there
      run systemctl start unlinked
      run systemctl status unlinked
      get unlinked.service LoadState UnitFileState FragmentPath
      run systemctl unmask unlinked
      run systemctl is-enabled unlinked
      run systemctl start unlinked
      run systemctl unmask --runtime never-there
      run systemctl enable no-such-unit
      run systemctl disable no-such-unit`,
    alone: true,
  },
  'a unit that changes': {
    units: {
      'changing.service':
        '[Unit]\nDefaultDependencies=no\nDescription=one\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/changing note one',
      'amended.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act exit 0',
    },
    script: `
      run systemctl start changing
      get changing.service Description NeedDaemonReload
      sleep 0.05
      sed -i 's/=one$/=two/; s/note one/note two/' /etc/systemd/system/changing.service
      get changing.service Description NeedDaemonReload
      run systemctl restart changing
      run systemctl restart -q changing
      run systemctl reload-or-restart --no-block changing
      run systemctl try-restart --wait --show-transaction nosuch changing 2>&1 | sed 's/job [0-9]*/job N/'
      settle changing
      notes changing
      run systemctl daemon-reload
      get changing.service Description NeedDaemonReload ActiveState
      run systemctl restart changing
      notes changing
      rm /etc/systemd/system/changing.service
      run systemctl daemon-reload
      get changing.service LoadState ActiveState Description
      run systemctl stop changing
      run systemctl start changing
      printf '[Unit]\\nDefaultDependencies=no\\n[Service]\\nType=oneshot\\nExecStart=/act to /run/t/arrived note here\\n' >/etc/systemd/system/arrived.service
      run systemctl start arrived
      get arrived.service NeedDaemonReload
      notes arrived
      run systemctl start amended
      get amended.service NeedDaemonReload
      mkdir /etc/systemd/system/amended.service.d; echo >/etc/systemd/system/amended.service.d/a.conf '[Unit]'
      get amended.service NeedDaemonReload
      run systemctl restart amended
      systemctl stop amended 2>/dev/null; run systemctl start amended
      get amended.service NeedDaemonReload
      rm -r /etc/systemd/system/amended.service.d
      get amended.service NeedDaemonReload
      systemctl stop amended 2>/dev/null`,
    alone: true,
  },
  'files with times of other days': {
    alone: true,
    units: {
      'dated.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act exit 0',
      'dated.service.d/a.conf': '[Unit]\n',
      'dated@.service': '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act exit 0\n',
    },
    script: `
      cd /etc/systemd/system
      need() { echo "$1: $(systemctl show -p NeedDaemonReload --value dated dated@x | xargs)"; }
      date_all() { touch -d "$1" dated.service dated.service.d/a.conf dated@.service; }
      date_all 2020-01-03; systemctl daemon-reload; systemctl start dated dated@x; need 'as loaded'
      for file in dated.service dated.service.d/a.conf dated@.service; do
        # As packages do it: what is installed is as old as its package.
        echo '# new' >>$file; touch -d 2020-01-04 $file; need "$file, newer than before"
        touch -d 2020-01-02 $file; need "$file, older than before"
        touch -d 2020-01-03 $file; need "$file, as old as before"
      done
      date_all 2090-01-01; need 'in years'
      systemctl daemon-reload; need 'in years, and loaded'
      touch -d 2090-01-02 dated.service.d/a.conf; need 'a day later'
      systemctl daemon-reload; rm dated.service.d/a.conf; need 'a drop-in less'
      rm dated@.service; need 'no template'
      systemctl stop dated dated@x; systemctl daemon-reload`,
  },
  'a template that changes between its instances': {
    alone: true,
    units: {
      'tpl@.service':
        '[Unit]\nDefaultDependencies=no\nDescription=one %i\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/tpl note one\n',
    },
    script: `
      run systemctl start tpl@a
      sed -i 's/=one /=two /; s/note one/note two/' /etc/systemd/system/tpl@.service
      run systemctl start tpl@b
      get tpl@a.service Description NeedDaemonReload
      get tpl@b.service Description NeedDaemonReload
      mkdir /etc/systemd/system/tpl@.service.d; printf '[Unit]\\nDescription=three %%i\\n' >/etc/systemd/system/tpl@.service.d/x.conf
      run systemctl start tpl@c
      get tpl@c.service Description NeedDaemonReload
      run systemctl restart tpl@a
      systemctl stop tpl@a 2>/dev/null; run systemctl start tpl@a
      get tpl@a.service Description NeedDaemonReload
      notes tpl
      run systemctl stop tpl@a tpl@b tpl@c`,
  },
  'lines that are wrong': {
    units: {
      'wrong.service':
        '[Unit]\nDefaultDependencies=no\nNonsense=1\nDescription=still here\n[Service]\nType=simpel\nRestart=sometimes\nTimeoutStopSec=soon\nUser=\nKillMode=all\nUMask=999\nLimitNOFILE=x\nno equals sign\nExecStart=/act to /run/t/wrong note ran wait\n[Nonsense]\nA=b\n[X-Own]\nA=b',
      'stray.service': 'ExecStart=/act\n[Service]\nExecStart=/act wait',
      'spaced.service': '  [Service]  \n  Type  =  oneshot  \n\tExecStart\t=\t/act to /run/t/spaced note ran  \n',
      'returns.service': '[Service]\r\nType=oneshot\r\nExecStart=/act to /run/t/returns arguments a\r\n',
      'marked.service': '\uFEFF[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/act to /run/t/marked note ran\n',
    },
    script: `
      for unit in wrong stray spaced returns marked; do quiet systemctl start $unit; done
      heard wrong ran
      table LoadState,ActiveState,Type,Restart,KillMode,TimeoutStopUSec,UMask,Description wrong.service
      get stray.service LoadState
      notes wrong spaced returns marked
      systemctl stop wrong stray`,
  },
  '.wants and .requires directories': {
    units: {
      'pulls.target': '[Unit]\nDefaultDependencies=no',
      'pulled-a.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act',
      'pulled-b.service': '[Service]\nType=oneshot\nExecStart=/act exit 1',
      'pulled-c@.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act',
    },
    script: `
      mkdir /etc/systemd/system/pulls.target.wants /etc/systemd/system/pulls.target.requires
      ln -s ../pulled-a.service /etc/systemd/system/pulls.target.wants/
      ln -s ../pulled-c@.service /etc/systemd/system/pulls.target.wants/pulled-c@x.service
      ln -s /nonexistent/elsewhere.service /etc/systemd/system/pulls.target.wants/dangling.service
      ln -s ../pulled-b.service /etc/systemd/system/pulls.target.requires/
      run systemctl daemon-reload
      run systemctl start pulls.target
      settle pulled-a.service pulled-c@x.service
      show pulls.target pulled-a.service pulled-c@x.service
      systemctl show -p Wants --value pulls.target | tr ' ' '\\n' | sort
      get pulls.target Requires
      run systemctl stop pulled-a pulled-c@x pulls.target`,
    alone: true,
  },
  'names that become aliases while their units run': {
    units: Object.fromEntries(
      ['old', 'new', 'twin', 'other', 'first', 'second', 'off', 'failed'].map((name) => [
        `ren-${name}.service`,
        `[Service]\nExecStart=/act to /run/t/ren-${name} note start child{ wait } wait\nExecReload=/act to /run/t/ren-${name} note reload\nExecStop=/act to /run/t/ren-${name} note stop`,
      ]),
    ),
    script: `
      alias() { ln -sf ren-$2.service /etc/systemd/system/ren-$1.service; }
      run systemctl start ren-old ren-twin ren-other ren-first
      heard ren-old start
      pid=$(systemctl show -p MainPID --value ren-old)
      alias old new; alias twin other; alias first second; alias off failed
      run systemctl daemon-reload
      table LoadState,ActiveState,SubState,Names ren-old.service ren-new.service ren-first.service ren-off.service
      # Of two that run one is left, and which of their processes is its main one is chance with systemd.
      table LoadState,ActiveState,SubState ren-twin.service ren-other.service
      [ "$(systemctl show -p MainPID --value ren-new)" = $pid ] && echo the same
      get ren-new.service ControlGroup
      run systemctl reload ren-new
      run systemctl daemon-reload
      run systemctl daemon-reexec
      get ren-new.service ControlGroup
      run systemctl kill -s CONT ren-new
      run systemctl is-active ren-old ren-new ren-twin ren-first
      run systemctl restart ren-old
      get ren-new.service ControlGroup
      run systemctl stop ren-new
      run systemctl stop ren-twin
      # The other name goes, and is a unit of its own that may start beside.
      rm /etc/systemd/system/ren-first.service
      run systemctl daemon-reload
      table LoadState,ActiveState,SubState,Names ren-first.service ren-second.service
      run systemctl stop ren-second
      show ren-new.service ren-other.service ren-second.service
      notes ren-old ren-new ren-second
      left /run/t/ren-old; left /run/t/ren-new; left /run/t/ren-first`,
    alone: true,
  },
  'lists of commands that change while they are carried out': {
    units: Object.fromEntries(
      ['same', 'insert', 'removed', 'other', 'dash', 'only', 'more', 'stop', 'simple'].map((name) => {
        const step = (list: string, word: string): string =>
          `${list}=/act to /run/t/midst-${name} note ${word} until /run/t/midst-${name}.go`;
        const lines =
          name === 'stop'
            ? ['ExecStart=/act wait', step('ExecStop', 'one'), step('ExecStop', 'two')]
            : name === 'simple'
              ? [step('ExecStartPre', 'one'), step('ExecStartPre', 'two'), `ExecStart=/act to /run/t/midst-${name} note start wait`]
              : ['Type=oneshot', 'RemainAfterExit=yes', ...['one', 'two', 'three'].map((word) => step('ExecStart', word))];
        return [`midst-${name}.service`, `[Service]\n${lines.join('\n')}\nExecStopPost=/act to /run/t/midst-${name} note post\n`];
      }),
    ),
    script: `
      all="midst-same midst-insert midst-removed midst-other midst-dash midst-only midst-more midst-stop midst-simple"
      systemctl start midst-stop
      for unit in $all; do [ $unit = midst-stop ] || systemctl start --no-block $unit; done
      systemctl stop --no-block midst-stop
      for unit in $all; do heard $unit one; done
      cd /etc/systemd/system
      for unit in insert stop simple; do sed -i 's/^\\(Exec[A-Za-z]*\\)=\\(.*\\) note one .*/\\1=\\2 note zero\\n&\\n\\1=\\2 note half/' midst-$unit.service; done
      sed -i '/note one/d' midst-removed.service
      sed -i 's/note one/note other/' midst-other.service
      sed -i 's/^ExecStart=\\(.*note one\\)/ExecStart=-\\1/' midst-dash.service
      sed -i '/note two/d; /note three/d' midst-only.service
      echo 'ExecStart=/act to /run/t/midst-more note four' >>midst-more.service
      cd /
      run systemctl daemon-reload
      run systemctl daemon-reexec
      for unit in $all; do go $unit; done
      settle $all
      state midst-same.service midst-insert.service midst-removed.service midst-other.service midst-dash.service midst-only.service midst-more.service midst-stop.service midst-simple.service
      systemctl stop $all
      notes $all`,
    alone: true,
  },
});
