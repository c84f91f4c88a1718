// Tries hostile inputs for a while: npm run fuzz -- TARGET [MINUTES] [SEED]
import { keep } from './target.ts';
import { targets } from './targets.ts';

const [name, minutes = '10', seed] = process.argv.slice(2);
const target = targets.find((each) => each.name === name);
if (target === undefined) {
  console.error(`usage: npm run fuzz -- ${targets.map((each) => each.name).join('|')} [MINUTES] [SEED]`);
  process.exit(2);
}
const runsAtOnce = 100;
const end = performance.now() + Number(minutes) * 60_000;
let at = seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed);
let runs = 0;
console.log(`${target.name}: ${target.kept} kept inputs, seed ${at}`);
for (let rounds = 0; rounds === 0 || performance.now() < end; rounds++) {
  const finding = await target.hunt(runsAtOnce, at);
  if (finding !== undefined) {
    console.log(finding.text);
    console.log(`Kept as ${keep(target.name, `found-${at}`, finding.input)}`);
    process.exit(1);
  }
  runs += runsAtOnce;
  at = (at + 1) % 2 ** 31;
  if (rounds % 100 === 99) console.log(`${runs} inputs`);
}
console.log(`${target.name}: ${runs} inputs without a finding`);
process.exit(0);
