import { type Case, compareManagers } from './both.ts';
import { fails, net, once, runs, slow, works } from './net.ts';

const yes = '[Unit]\nDefaultDependencies=yes\n';
const no = '[Unit]\nDefaultDependencies=no\n';
const service = '[Service]\nExecStart=/act wait\n';

const reloads = '[Service]\nExecStart=/act wait\nExecReload=/act to /run/t/NAME note reload';

/** Units of one type, with default dependencies and without; what `show` says of their relations. */
function shown(units: Readonly<Record<string, string>>): Case {
  return {
    units,
    script: `relations ${Object.keys(units)
      .map((name) => `'${name}'`)
      .join(' ')}`,
  };
}

/** All kinds that a unit file can name. */
const allKinds = [
  'Wants',
  'Requires',
  'Requisite',
  'BindsTo',
  'PartOf',
  'Upholds',
  'Conflicts',
  'Before',
  'After',
  'OnFailure',
  'OnSuccess',
  'PropagatesReloadTo',
  'ReloadPropagatedFrom',
  'PropagatesStopTo',
  'StopPropagatedFrom',
  'JoinsNamespaceOf',
];

compareManagers('relations', {
  'what services depend on': shown({
    'rel-plain.service': `${yes}${service}`,
    'rel-bare.service': `${no}${service}`,
    'rel-paths.service': `${yes}RequiresMountsFor=/srv/rel/x /opt\n${service}WorkingDirectory=/var/lib\nRootDirectory=/srv/rel\nPrivateTmp=yes\nStateDirectory=a\nRuntimeDirectory=b\nCacheDirectory=c\nLogsDirectory=d\nConfigurationDirectory=e\n`,
    'rel-maybe.service': `${yes}${service}WorkingDirectory=-/srv/rel/maybe\n`,
    'srv-rel.mount': `${no}[Mount]\nWhat=tmpfs\nWhere=/srv/rel\nType=tmpfs\n`,
    'rel-bus.service': `${no}${service}Type=dbus\nBusName=org.example.Rel\n`,
    'rel-output.service': `${no}${service}StandardOutput=kmsg\nStandardError=null\n`,
    'rel-silent.service': `${no}${service}StandardOutput=null\nStandardError=null\n`,
    'rel-inherits.service': `${no}${service}StandardInput=socket\nStandardOutput=inherit\n`,
    'rel-sliced.service': `${yes}${service}Slice=rel-a-b.slice\n`,
    'rel@.service': `${yes}${service}`,
    'rel-sockets.service': `${no}${service}Sockets=rel-other.socket\n`,
    'rel-other.socket': `${no}[Socket]\nListenStream=/run/rel/other\nService=rel-sockets.service\n`,
  }),
  'what an instance depends on': {
    units: { 'relt@.service': `${yes}After=relt-%i.service\nWants=relt@%j.service\n${service}`, 'relt.slice': no },
    script: `relations 'relt@x.service' 'relt@a-b.service'`,
  },
  'what sockets depend on': shown({
    'rels-plain.socket': `${yes}[Socket]\nListenStream=/run/rels/a\nListenFIFO=/run/rels/b\nListenStream=127.0.0.1:4711\n`,
    'rels-plain.service': `${no}${service}`,
    'rels-bare.socket': `${no}[Socket]\nListenStream=@rels\nService=rels-other.service\n`,
    'rels-other.service': `${no}${service}`,
    'rels-each.socket': `${yes}[Socket]\nListenStream=/run/rels/c\nAccept=yes\n`,
    'rels-each@.service': `${no}${service}`,
    'rels-device.socket': `${yes}[Socket]\nListenStream=4712\nBindToDevice=eth7\n`,
    'rels-device.service': `${no}${service}`,
  }),
  'what timers depend on': shown({
    'relt-plain.timer': `${yes}[Timer]\nOnBootSec=1h\n`,
    'relt-plain.service': `${no}${service}`,
    'relt-calendar.timer': `${yes}[Timer]\nOnCalendar=daily\nPersistent=yes\nUnit=relt-plain.service\n`,
    'relt-bare.timer': `${no}[Timer]\nOnCalendar=daily\nOnActiveSec=1h\nUnit=relt-plain.service\n`,
  }),
  'what paths depend on': shown({
    'relp-plain.path': `${yes}[Path]\nPathExists=/srv/relp/flag\nDirectoryNotEmpty=/var/spool\n`,
    'relp-plain.service': `${no}${service}`,
    'relp-bare.path': `${no}[Path]\nPathChanged=/x\nUnit=relp-plain.service\n`,
  }),
  'what targets depend on': shown({
    'relg-plain.target': `${yes}Wants=relg-a.service\nRequires=relg-b.service\nBindsTo=relg-c.service\nRequisite=relg-d.service\nPartOf=relg-e.service\nUpholds=relg-f.service\nConflicts=relg-g.service\n`,
    'relg-bare.target': `${no}Wants=relg-a.service\n`,
    'relg-before.target': `${yes}Wants=relg-a.service relg-b.service\nBefore=relg-a.service\n`,
    'relg-of.target': `${yes}Wants=relg-plain.target relg-bare.target\n`,
    'relg-a.service': `${yes}${service}`,
    'relg-b.service': `${no}${service}`,
    'relg-c.service': `${yes}${service}`,
    'relg-d.service': `${yes}${service}`,
    'relg-e.service': `${yes}${service}`,
    'relg-f.service': `${yes}${service}`,
    'relg-g.service': `${yes}${service}`,
  }),
  'what mounts and automounts depend on': shown({
    'srv-relm.mount': `${yes}[Mount]\nWhat=tmpfs\nWhere=/srv/relm\nType=tmpfs\n`,
    'srv-relm-below.mount': `${yes}[Mount]\nWhat=tmpfs\nWhere=/srv/relm/below\nType=tmpfs\n`,
    'srv-relblock.mount': `${yes}[Mount]\nWhat=/dev/sdz1\nWhere=/srv/relblock\nType=ext4\nOptions=_netdev\n`,
    'srv-relnfs.mount': `${yes}[Mount]\nWhat=host:/x\nWhere=/srv/relnfs\nType=nfs\nOptions=nofail\n`,
    'srv-relbind.mount': `${yes}[Mount]\nWhat=/var/relimg\nWhere=/srv/relbind\nOptions=bind\nType=none\n`,
    'srv-relbare.mount': `${no}[Mount]\nWhat=tmpfs\nWhere=/srv/relbare\nType=tmpfs\n`,
    'srv-relauto.automount': `${yes}[Automount]\nWhere=/srv/relauto\n`,
    'srv-relauto.mount': `${no}[Mount]\nWhat=tmpfs\nWhere=/srv/relauto\nType=tmpfs\n`,
  }),
  'what slices and scopes depend on': {
    units: {
      'rell-a-b.slice': yes,
      'rell-a-c.slice': no,
      'rell-in.service': `${no}${service}Slice=rell-a-b.slice\n`,
      'rell-in.socket': `${no}[Socket]\nListenStream=/run/rell\nSlice=rell-a-b.slice\n`,
    },
    script: `
    run systemctl start rell-in.socket
    relations rell-a-b.slice rell-a-c.slice rell-a.slice rell.slice rell-in.socket init.scope
    run systemctl stop rell-in.socket`,
  },
  'a unit without a file has no relations of its own': {
    units: { 'relx-a.service': `${no}Wants=relx-b.service\nAfter=relx-c.target\n${service}` },
    script: `
    run systemctl start relx-a.service
    relations relx-b.service relx-c.target dev-relx.device
    get relx-b.service LoadState ActiveState
    run systemctl stop relx-a.service`,
  },
  'each relation and what the other unit sees of it': net(
    'inverse',
    {
      all: [allKinds.map((kind) => `${kind}=@${kind.toLowerCase()}`).join('\n'), works],
      ...Object.fromEntries(allKinds.map((kind) => [kind.toLowerCase(), ['', works] as const])),
    },
    `
    run systemctl start --job-mode=ignore-dependencies @all
    relations @all ${allKinds.map((kind) => `@${kind.toLowerCase()}`).join(' ')}
    run systemctl stop @all`,
  ),
  'the old names of relations': net(
    'relold',
    {
      a: [
        'BindTo=@b\nPropagateReloadTo=@c\nPropagateReloadFrom=@d\nRequiresOverridable=@e\nRequisiteOverridable=@f\nOnFailureIsolate=yes\nOnFailure=@g',
        works,
      ],
      b: ['', works],
      c: ['', reloads],
      d: ['', reloads],
      e: ['', works],
      f: ['', works],
      g: ['OnFailureIsolate=no', works],
    },
    `
    relations @a @b @c @d @e @f
    get @a OnFailureJobMode; get @g OnFailureJobMode
    run systemctl start @a
    run systemctl start @f @c @d
    run systemctl start @a
    show @a @b @e
    run systemctl reload @d
    began @c; began @d
    run systemctl stop @b
    show @a @b @e
    run systemctl stop @c @d @e @f`,
  ),
  'relations by an alias are those of the unit that it means': {
    units: {
      'relalias-real.service': `${no}${service}`,
      'relalias-user.service': `${no}Requires=relalias-other.service\nAfter=relalias-other.service\n${service}`,
      'relalias-late.service': `${no}Conflicts=relalias-other.service\n${service}`,
    },
    script: `
    ln -s relalias-real.service /etc/systemd/system/relalias-other.service
    systemctl daemon-reload
    run systemctl start relalias-user
    show relalias-real.service relalias-user.service
    relations relalias-real.service relalias-user.service
    run systemctl start relalias-late
    settle relalias-real.service relalias-user.service
    show relalias-real.service relalias-user.service relalias-late.service
    run systemctl stop relalias-late`,
  },
  'relations of links beside the unit': {
    units: { 'rellink-a.service': `${no}${service}`, 'rellink-b.service': `${no}${service}`, 'rellink-c.service': `${no}${service}` },
    script: `
    mkdir -p /etc/systemd/system/rellink-a.service.wants /etc/systemd/system/rellink-a.service.requires
    ln -s ../rellink-b.service /etc/systemd/system/rellink-a.service.wants/
    ln -s ../rellink-c.service /etc/systemd/system/rellink-a.service.requires/
    systemctl daemon-reload
    run systemctl start rellink-a
    show rellink-a.service rellink-b.service rellink-c.service
    relations rellink-a.service rellink-b.service
    run systemctl stop rellink-c
    settle rellink-a.service
    show rellink-a.service rellink-b.service rellink-c.service
    run systemctl stop rellink-b`,
  },
  'a dependency that a reload takes away': net(
    'gone',
    { a: ['BindsTo=@b', runs], b: ['', runs], c: ['StopWhenUnneeded=yes', runs], d: ['Wants=@c', runs] },
    `
    run systemctl start @a @d
    sed -i /BindsTo/d /etc/systemd/system/@a
    sed -i /Wants/d /etc/systemd/system/@d
    systemctl daemon-reload
    settle @c
    run systemctl stop @b
    settle @a @b @c @d
    show @a @b @c @d
    run systemctl stop @a @d`,
  ),
  'what is unneeded': net(
    'need',
    {
      a: ['StopWhenUnneeded=yes', runs],
      b: ['Wants=@a\nAfter=@a', runs],
      skipped: ['ConditionPathExists=/nonexistent\nWants=@a\nAfter=@a', works],
      c: ['Requires=@d @e\nAfter=@d @e', runs],
      d: ['StopWhenUnneeded=yes', runs],
      e: ['', '[Service]\nType=oneshot\nExecStart=/act sleep 200 exit 1'],
      f: ['Upholds=@g\nRequisite=@h\nAfter=@h', runs],
      g: ['StopWhenUnneeded=yes', runs],
      h: ['StopWhenUnneeded=yes', runs],
    },
    `
    run systemctl start @a; settle @a; show @a
    run systemctl start @skipped; settle @a; show @a
    run systemctl start @a; settle @a; show @a
    run systemctl start @b; run systemctl start @a; run systemctl restart @a; settle @a @b; show @a @b
    run systemctl start @c; settle @c @d @e; show @c @d @e
    run systemctl daemon-reload; settle @a @b @d; show @a @b @d
    run systemctl start --job-mode=ignore-dependencies @f
    settle @f @g @h
    show @f @g @h
    run systemctl stop @b @f
    settle @a @b @f @g
    show @a @b @f @g`,
  ),
  'what is upheld and cannot be': net(
    'up',
    {
      a: ['Upholds=@b', runs],
      b: ['ConditionPathExists=/nonexistent', works],
      c: ['Upholds=@d', runs],
      d: ['Requires=@e\nAfter=@e', works],
      e: ['', fails],
      f: ['Upholds=@missing', runs],
      g: ['Upholds=@h', runs],
      h: ['Conflicts=@g', runs],
    },
    `
    run systemctl start @a
    settle @a @b; state @a @b
    run systemctl start @c
    settle @c @d @e; state @c @d @e; notes @e
    run systemctl start @f
    settle @f; state @f
    quiet systemctl start @g
    settle @g @h
    run systemctl stop @a @c @f @g @h`,
  ),
  'what is bound to a unit that is skipped, fails or ends': net(
    'bind',
    {
      a: ['BindsTo=@b\nAfter=@b', works],
      b: ['ConditionPathExists=/nonexistent', works],
      c: ['BindsTo=@b\nAfter=@b\nConditionPathExists=/nonexistent', works],
      d: ['BindsTo=@e\nAfter=@e', works],
      e: ['', once],
      f: ['BindsTo=@g', runs],
      g: ['', '[Service]\nExecStart=/act sleep 300'],
      h: ['Requisite=@b', works],
    },
    `
    for unit in a c d f h; do run systemctl start bind-$unit; done
    sub @f dead
    sub @g dead
    show @a @b @c @d @e @f @g @h
    get @c ConditionResult`,
  ),
  'OnFailureJobMode= and OnSuccessJobMode=': net(
    'onmode',
    {
      a: ['OnFailure=@b\nOnFailureJobMode=fail', fails],
      b: ['Conflicts=@c', works],
      c: ['', runs],
      d: ['OnFailure=@b\nOnFailureJobMode=replace', fails],
      e: ['OnFailure=@f\nOnFailureJobMode=ignore-dependencies', fails],
      f: ['Requires=@g', works],
      g: ['', works],
      h: ['OnSuccess=@b\nOnSuccessJobMode=replace', once],
      i: ['OnFailure=@f\nOnFailureJobMode=ignore-requirements', fails],
    },
    `
    run systemctl start @c
    for unit in a e i d; do quiet systemctl start onmode-$unit; settle @b @c @f @g; show @b @c @f @g; done
    run systemctl stop @b
    run systemctl start @c
    quiet systemctl start @h
    settle @b @c
    show @b @c
    table OnFailureJobMode,OnSuccessJobMode @a @c @d @e @h
    run systemctl stop @b @c @f @g`,
  ),
  'OnFailure= of jobs that never reach the unit': net(
    'onjob',
    {
      a: ['Requires=@b\nAfter=@b\nOnFailure=@c', works],
      b: ['', fails],
      c: ['', works],
      d: ['After=@e\nJobTimeoutSec=200ms\nOnFailure=@f', works],
      e: ['', '[Service]\nType=oneshot\nExecStart=/act sleep 1500'],
      f: ['', works],
      g: ['AssertPathExists=/nonexistent\nOnFailure=@h', works],
      h: ['', works],
      i: ['ConditionPathExists=/nonexistent\nOnFailure=@j\nOnSuccess=@j', works],
      j: ['', works],
    },
    `
    run systemctl start @a
    settle @c
    systemctl start --no-block @e
    run systemctl start @d
    settle @f
    run systemctl start @g
    run systemctl start @i
    settle @h @j
    show @a @c @d @f @g @h @i @j
    settle @e`,
  ),
  'stops that are passed on': net(
    'pass',
    {
      a: ['PropagatesStopTo=@b\nAfter=@b', runs],
      b: ['PropagatesStopTo=@c', runs],
      c: ['', runs],
      d: ['StopPropagatedFrom=@a\nPartOf=@c', runs],
      e: ['Requires=@b\nAfter=@b', runs],
    },
    `
    run systemctl start @a @b @c @d @e
    run systemctl restart @a
    settle @a @b @c @d @e
    show @a @b @c @d @e
    run systemctl start @a @b @c @d @e
    systemctl kill -s KILL @a
    settle @a @b @c @d @e
    show @a @b @c @d @e
    systemctl reset-failed @a
    run systemctl start @a @b @c @d @e
    run systemctl try-restart @b
    settle @a @b @c @d @e
    show @a @b @c @d @e
    run systemctl stop @a @b @c @d @e`,
  ),
  'reloads that are passed on': net(
    'load',
    {
      a: ['PropagatesReloadTo=@b @c @d', '[Service]\nExecStart=/act wait\nExecReload=/act to /run/t/load note a'],
      b: ['PropagatesReloadTo=@e', '[Service]\nExecStart=/act wait\nExecReload=/act sleep 50 to /run/t/load note b exit 1'],
      c: ['', runs],
      d: ['', '[Service]\nExecStart=/act wait\nExecReload=/act to /run/t/load note d'],
      e: ['ReloadPropagatedFrom=@a', '[Service]\nExecStart=/act wait\nExecReload=/act to /run/t/load note e'],
    },
    `
    run systemctl start @a @b @c @e
    run systemctl reload @a
    settle @a @b @c @d @e
    sort /run/t/load; rm -f /run/t/load
    show @a @b @c @d @e
    run systemctl reload-or-restart @b
    run systemctl try-reload-or-restart @d
    run systemctl reload @d
    run systemctl reload @c
    run systemctl reload-or-restart @d
    settle @a @b @c @d @e
    sort /run/t/load; rm -f /run/t/load
    show @a @b @c @d @e
    run systemctl stop @a @b @c @d @e`,
  ),
  'what is part of another, over two steps': net(
    'part',
    {
      a: ['', runs],
      b: ['PartOf=@a\nAfter=@a', runs],
      c: ['PartOf=@b\nAfter=@b', runs],
      d: ['Requires=@c\nAfter=@c', runs],
      e: ['PartOf=@a', works],
    },
    `
    run systemctl start @a @b @c @d
    for unit in a b c d; do heard part-$unit.service start; done
    run systemctl restart @a
    settle @a @b @c @d @e
    for unit in a b c d; do grep -c start /run/t/part-$unit.service; done
    show @a @b @c @d @e
    run systemctl stop @a
    settle @a @b @c @d
    show @a @b @c @d @e`,
  ),
  'conflicts with an order, and in one transaction': net(
    'fight',
    {
      a: ['Conflicts=@b\nAfter=@b', slow],
      b: ['', '[Service]\nExecStart=/act wait\nExecStop=/act sleep 200 to /run/t/fight note b-stopped'],
      c: ['Conflicts=@b\nBefore=@b', '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/fight note c-started'],
      d: ['Wants=@a @b', works],
      e: ['Requires=@a\nWants=@b', works],
      f: ['Conflicts=@f @missing', works],
    },
    `
    run systemctl start @b
    run systemctl start @a
    show @a @b
    run systemctl start @b
    run systemctl start @c
    settle @a @b @c
    show @a @b @c
    notes fight
    run systemctl start @e
    settle @a @b @e
    show @a @b @e
    run systemctl start @f
    run systemctl stop @a @b @c @d @e @f`,
  ),
  'units of a slice go with it': {
    units: {
      'relsl-a.service': `${no}${service}Slice=relsl-x.slice\n`,
      'relsl-b.service': `${no}${service}Slice=relsl.slice\n`,
      'relsl-x.slice': no,
    },
    script: `
    run systemctl start relsl-a relsl-b
    show relsl-a.service relsl-b.service relsl-x.slice relsl.slice
    table Slice,ControlGroup relsl-a.service relsl-b.service relsl-x.slice
    run systemctl stop relsl-x.slice
    settle relsl-a.service
    show relsl-a.service relsl-b.service relsl-x.slice relsl.slice
    run systemctl start relsl-a
    run systemctl restart relsl.slice
    settle relsl-a.service relsl-b.service
    show relsl-a.service relsl-b.service relsl-x.slice relsl.slice
    run systemctl stop relsl.slice
    settle relsl-a.service relsl-b.service
    show relsl-a.service relsl-b.service relsl-x.slice relsl.slice
    run systemctl stop -- -.slice`,
  },
  'mounts that are required': {
    units: {
      'srv-relreq.mount': `${no}[Mount]\nWhat=tmpfs\nWhere=/srv/relreq\nType=tmpfs\n`,
      'relreq-a.service': `${no}RequiresMountsFor=/srv/relreq/below\n${service}`,
      'relreq-b.service': `${no}${service}WorkingDirectory=/srv/relreq\n`,
    },
    script: `
    run systemctl start relreq-a relreq-b
    show srv-relreq.mount relreq-a.service relreq-b.service
    run systemctl stop srv-relreq.mount
    settle relreq-a.service relreq-b.service
    show srv-relreq.mount relreq-a.service relreq-b.service`,
  },
  'what can be asked of a unit': net(
    'can',
    {
      a: ['RefuseManualStart=yes', works],
      b: ['RefuseManualStop=yes', works],
      c: ['AllowIsolate=yes', works],
      d: ['AllowIsolate=yes\nRefuseManualStart=yes\nRefuseManualStop=yes', works],
      e: ['', '[Service]\nExecStart=/act wait\nExecReload=/act exit 0'],
    },
    `
    table CanStart,CanStop,CanReload,CanIsolate,RefuseManualStart,RefuseManualStop,AllowIsolate,IgnoreOnIsolate,StopWhenUnneeded,DefaultDependencies,CollectMode,Perpetual -- @a @b @c @d @e nothing.target -.slice
    for verb in start stop restart try-restart reload reload-or-restart try-reload-or-restart; do run systemctl $verb @a; run systemctl $verb @b; done
    run systemctl isolate @d
    run systemctl stop --job-mode=triggering @c
    run systemctl start --job-mode=triggering @c
    run systemctl restart --job-mode=isolate @c
    run systemctl stop --job-mode=isolate @c
    run systemctl stop -- -.slice
    run systemctl restart -- -.mount
    run systemctl start -- -.slice`,
  ),
  'CollectMode= and what is forgotten': net(
    'collect',
    { a: ['CollectMode=inactive-or-failed', fails], b: ['', fails], c: ['Wants=@a @b', runs] },
    `
    quiet systemctl start @a; quiet systemctl start @b
    show @a @b
    run systemctl start @c
    settle @a @b
    show @a @b
    run systemctl stop @c
    show @a @b
    run systemctl reset-failed @b
    run systemctl reset-failed @a
    show @a @b`,
  ),
  'IgnoreOnIsolate= and what kept units trigger': {
    units: {
      'keep.target': `${no}AllowIsolate=yes\nWants=keep-in.socket\n`,
      'keep-in.socket': `${no}[Socket]\nListenStream=/run/keep/in\n`,
      'keep-in.service': `${no}${service}`,
      'keep-out.socket': `${no}IgnoreOnIsolate=yes\n[Socket]\nListenStream=/run/keep/out\n`,
      'keep-out.service': `${no}${service}`,
      'keep-lost.socket': `${no}[Socket]\nListenStream=/run/keep/lost\n`,
      'keep-lost.service': `${no}${service}`,
      'keep-failed.service': `${no}[Service]\nType=oneshot\nExecStart=/act exit 1\n`,
      'keep-never.service': `${no}IgnoreOnIsolate=no\n${service}`,
    },
    script: `
    run systemctl start keep-in.socket keep-in.service keep-out.socket keep-out.service keep-lost.socket keep-lost.service keep-never
    quiet systemctl start keep-failed
    run systemctl isolate keep.target
    settle keep-never.service
    # Of keep-lost.service systemd leaves it to the order of its tables whether it comes to it before the socket, and stops it.
    show keep.target keep-in.socket keep-in.service keep-out.socket keep-out.service keep-lost.socket keep-failed.service keep-never.service
    run systemctl stop keep-in.socket keep-in.service keep-out.socket keep-out.service
    run systemctl isolate nothing.target
    show keep.target nothing.target`,
    alone: true,
  },
  'OnFailure= that isolates': {
    units: {
      'rescue-x.target': `${no}AllowIsolate=yes\n`,
      'rescue-a.service': `${no}OnFailure=rescue-x.target\nOnFailureJobMode=isolate\n[Service]\nType=oneshot\nExecStart=/act exit 1\n`,
      'rescue-b.service': `${no}OnFailure=rescue-b2.service\nOnFailureJobMode=isolate\n[Service]\nType=oneshot\nExecStart=/act exit 1\n`,
      'rescue-b2.service': `${no}${service}`,
      'rescue-c.service': `${no}${service}`,
      'rescue-d.service': `${no}OnFailure=rescue-x.target rescue-b2.service\nOnFailureIsolate=yes\n[Service]\nType=oneshot\nExecStart=/act exit 1\n`,
    },
    script: `
    run systemctl start rescue-c
    quiet systemctl start rescue-b
    quiet systemctl start rescue-d
    show rescue-c.service rescue-x.target rescue-b2.service
    get rescue-d.service LoadState
    quiet systemctl start rescue-a
    settle rescue-c.service
    show rescue-c.service rescue-x.target
    run systemctl isolate nothing.target`,
    alone: true,
  },
});
