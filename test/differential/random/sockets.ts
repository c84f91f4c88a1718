import { Random } from '../../scenario/random.ts';
import type { Case } from '../run/both.ts';

type Kind = 'ListenStream' | 'ListenDatagram' | 'ListenSequentialPacket' | 'ListenFIFO';

/** A random socket: how it listens, what becomes of its connections, and what its service does with them. */
interface Shape {
  readonly kinds: readonly Kind[];
  readonly accept: boolean;
  readonly serves: 'serves' | 'waits' | 'fails' | 'fails after';
}

/**
 * A random socket with a random service, whom somebody knocks at, and requests for both. After each step a bell is rung: another socket, whose service
 * has run only when the manager has heard of what was done before.
 */
export function socketCase(seed: number): Case {
  const random = new Random(seed);
  const name = `kr${seed}`;
  const shape = randomShape(random);
  const fill = (text: string): string => text.replaceAll('NAME', name);
  const paths = shape.kinds.map((_, index) => `/run/NAME.${index}`);
  const listens = shape.kinds.map((kind, index) => `${kind}=${paths[index]}`);
  const service = `[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=1000\nStartLimitBurst=4\n[Service]\n${commands[shape.serves](shape.accept)}\n`;
  const units = {
    'NAME.socket': `[Unit]\nDefaultDependencies=no\n[Socket]\n${[...listens, `Accept=${shape.accept ? 'yes' : 'no'}`, ...settings(random, shape)].join('\n')}\n`,
    [shape.accept ? 'NAME@.service' : 'NAME.service']: service,
    'NAME-bell.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenDatagram=/run/NAME.bell\nTriggerLimitIntervalSec=0\n',
    'NAME-bell.service': '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\nExecStart=/act to /run/t/NAME-bell serve\n',
    'NAME-holder.target': `[Unit]\nDefaultDependencies=no\nAfter=NAME.socket ${shape.accept ? '' : 'NAME.service'}\n`,
  };
  const look = `ring NAME; ${shape.accept ? 'instances NAME' : 'settle NAME.socket NAME.service; show NAME.service'}; table ActiveState,SubState,Result${shape.accept ? ',NConnections,NAccepted,NRefused' : ''} NAME.socket; told NAME; ls /run/NAME.[0-9] /run/NAME.link 2>/dev/null | tr '\\n' ' '; echo`;
  const steps = Array.from({ length: random.between(4, 8) }, () => step(random, shape, paths));
  return {
    units: Object.fromEntries(Object.entries(units).map(([unit, text]) => [fill(unit), fill(text)])),
    script: fill(
      [
        functions,
        'systemctl start NAME-holder.target NAME-bell.socket',
        `quiet systemctl start NAME.socket; ${look}`,
        ...steps.map((one) => `echo '# ${one}'; ${one}; ${look}`),
        'systemctl stop NAME.socket NAME.service NAME@*.service NAME-bell.socket 2>/dev/null',
      ].join('\n'),
    ),
  };
}

function randomShape(random: Random): Shape {
  const accept = random.chance(0.4);
  const kinds: readonly Kind[] = accept
    ? ['ListenStream', 'ListenSequentialPacket']
    : ['ListenStream', 'ListenStream', 'ListenDatagram', 'ListenSequentialPacket', 'ListenFIFO'];
  return {
    kinds: Array.from({ length: random.between(1, 2) }, () => random.one(kinds)),
    accept,
    serves: random.weighted({ serves: 5, waits: 3, fails: 2, 'fails after': 2 }),
  };
}

const ran = 'ExecStart=/act to /run/t/NAME note ran';

const commands: Readonly<Record<Shape['serves'], (accept: boolean) => string>> = {
  serves: (accept) => `${ran}${accept ? '' : ' serve'}`,
  waits: () => `${ran} wait`,
  // With Type=simple it is chance whether the failure or the beginning is heard of first.
  fails: () => `Type=oneshot\n${ran} exit 1`,
  'fails after': (accept) => `Type=oneshot\n${ran}${accept ? '' : ' serve'} exit 1`,
};

function settings(random: Random, { kinds, accept }: Shape): readonly string[] {
  const all: readonly (readonly [chance: number, line: string])[] = [
    [0.3, 'RemoveOnStop=yes'],
    [0.15, 'FlushPending=yes'],
    [0.2, 'TriggerLimitBurst=2\nTriggerLimitIntervalSec=1000'],
    [accept ? 0.3 : 0, 'MaxConnections=1'],
    [kinds.length === 1 ? 0.2 : 0, 'Symlinks=/run/NAME.link'],
    [0.15, 'ExecStartPre=/act exit 0\nExecStopPost=/act to /run/t/NAME note gone'],
    [0.07, 'ExecStartPost=/act exit 1'],
    [0.1, 'ExecStopPre=-/act exit 2'],
    [0.1, 'FileDescriptorName=x'],
  ];
  return all.flatMap(([chance, line]) => (random.chance(chance) ? [line] : []));
}

function step(random: Random, { accept, kinds, serves }: Shape, paths: readonly string[]): string {
  const index = random.between(0, kinds.length - 1);
  const unit = accept ? 'NAME.socket' : random.one(['NAME.socket', 'NAME.service']);
  if (random.chance(0.55))
    return `${knock[kinds[index] ?? 'ListenStream']} ${paths[index]}${serves === 'fails' && !accept ? '; over NAME' : ''}`;
  if (accept && serves === 'waits' && random.chance(0.4)) return 'systemctl stop NAME@*.service';
  const verb = random.one(['start', 'stop', 'stop', 'restart', 'try-restart', 'reset-failed']);
  return `quiet systemctl ${verb} ${unit}${serves === 'fails' && !accept ? '; over NAME' : ''}`;
}

const knock: Readonly<Record<Kind, string>> = {
  ListenStream: '/act knock',
  ListenSequentialPacket: '/act knock',
  ListenDatagram: 'send_datagram',
  ListenFIFO: 'fill',
};

/** What fails without taking anything is started until it may not be any more: only then the socket is at rest. */
const functions = `
  send_datagram() { /act datagram "$1" hi >/dev/null; }
  fill() { [ ! -p "$1" ] || echo hi 1<>"$1"; }
  over() { sub $1.socket listening failed dead; settle $1.socket $1.service; }
  rings() { [ "$(cat /run/t/$1-bell 2>/dev/null | wc -l)" -ge "$2" ] && property $1-bell.socket SubState listening; }
  ring() { local before=$(cat /run/t/$1-bell 2>/dev/null | wc -l); /act datagram /run/$1.bell ring; until_ok rings $1 $((before + 1)); }
  kinds_of() { systemctl list-units --all --plain --no-legend "$1@*.service" | awk '{ print $3, $4 }' | sort | uniq -c | tr -s ' \\n' ' '; }
  instances() {
    local before= now same=0
    for _ in $(seq 60); do
      now=$(kinds_of $1)
      case $now in *activating*) same=0;; *) [ "$now" = "$before" ] && same=$((same + 1)) || same=0;; esac
      [ $same -ge 2 ] && break
      before=$now; sleep 0.1
    done
    echo "instances:$now"; }
  told() { echo "told: $(cat /run/t/$1 2>/dev/null | sort | uniq -c | tr -s ' \\n' ' ')"; rm -f "/run/t/$1"; }
`;
