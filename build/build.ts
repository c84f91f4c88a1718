// `npm run build`: dist/tysd, one executable that needs no runtime; dist/tysd-keeper and dist/tysctl,
// static; the names that they go by; and the pages of the manual in dist/man. An argument names another directory than dist/.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeManual } from './manual/pages.ts';

const root = join(import.meta.dirname, '..');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));

for (const program of ['keeper', 'front', 'session']) run('make', ['-s', '-C', program]);
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
run(join(root, 'node_modules/.bin/bun'), [
  'build',
  '--compile',
  '--splitting',
  '--minify',
  '--bytecode',
  '--format=esm',
  '--target=bun',
  // Else the program carries out a bunfig.toml and believes a .env of the working directory, whoever wrote them.
  '--no-compile-autoload-bunfig',
  '--no-compile-autoload-dotenv',
  `--outfile=${join(dist, 'tysd')}`,
  'src/main/main.ts',
]);
copyFileSync(join(root, 'keeper/build/tysd-keeper'), join(dist, 'tysd-keeper'));
if (existsSync(join(root, 'session/build/tysd-session')))
  copyFileSync(join(root, 'session/build/tysd-session'), join(dist, 'tysd-session'));
copyFileSync(join(root, 'front/build/tysctl'), join(dist, 'tysctl'));
for (const name of ['systemctl', 'journalctl']) symlinkSync('tysctl', join(dist, name));
const names =
  'systemd-analyze systemd-ask-password systemd-cat systemd-cgls systemd-cgtop systemd-delta systemd-detect-virt ' +
  'systemd-escape systemd-inhibit systemd-notify systemd-path systemd-run systemd-tty-ask-password-agent ' +
  'halt init poweroff reboot runlevel shutdown telinit';
for (const name of names.split(' ')) {
  symlinkSync('tysd', join(dist, name));
}

writeManual(join(dist, 'man'));

function run(command: string, argv: readonly string[]): void {
  const result = spawnSync(command, argv, { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
