import { casesOfSeeds } from '../random/seeds.ts';
import { serviceCase } from '../random/services.ts';
import { compareManagers } from './both.ts';

compareManagers('services of random settings', casesOfSeeds(24, serviceCase));
