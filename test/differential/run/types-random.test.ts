import { pathCase } from '../random/paths.ts';
import { casesOfSeeds } from '../random/seeds.ts';
import { sliceCase } from '../random/slices.ts';
import { socketCase } from '../random/sockets.ts';
import { timerCase } from '../random/timers.ts';
import { compareManagers } from './both.ts';

compareManagers('random slices', casesOfSeeds(10, sliceCase));
compareManagers('random timers', casesOfSeeds(12, timerCase));
compareManagers('random paths', casesOfSeeds(12, pathCase));
compareManagers('random sockets', casesOfSeeds(12, socketCase));
