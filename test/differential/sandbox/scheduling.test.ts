import { compareProbes, type Probe } from './compare.ts';

const scheduling = (unit: string): Probe => ({ unit, look: ['scheduling'] });

compareProbes('how a process is scheduled', {
  'Nice=': scheduling('Nice=7'),
  'Nice= downwards, for a user': scheduling('User=probe\nNice=-3'),
  'CPUSchedulingPolicy=fifo': scheduling('CPUSchedulingPolicy=fifo'),
  'CPUSchedulingPolicy=rr with a priority': scheduling('CPUSchedulingPolicy=rr\nCPUSchedulingPriority=17'),
  'CPUSchedulingPolicy=batch': scheduling('CPUSchedulingPolicy=batch\nNice=3'),
  'CPUSchedulingPolicy=idle and CPUSchedulingResetOnFork=': scheduling('CPUSchedulingPolicy=idle\nCPUSchedulingResetOnFork=yes'),
  'CPUSchedulingPolicy=fifo with CPUSchedulingResetOnFork= and a user': scheduling(
    'User=probe\nCPUSchedulingPolicy=fifo\nCPUSchedulingPriority=5\nCPUSchedulingResetOnFork=yes',
  ),
  'CPUSchedulingPriority= of an ordinary policy': scheduling('CPUSchedulingPriority=3'),
  'CPUAffinity=': scheduling('CPUAffinity=0'),
  'CPUAffinity= that adds up': scheduling('CPUAffinity=1\nCPUAffinity=0'),
  'CPUAffinity= of no CPU that is there': scheduling('CPUAffinity=4000'),
  'CPUAffinity=numa': scheduling('CPUAffinity=numa\nNUMAMask=0\nNUMAPolicy=bind'),
  'NUMAPolicy=bind': scheduling('NUMAPolicy=bind\nNUMAMask=0'),
  'NUMAPolicy=interleave': scheduling('NUMAPolicy=interleave\nNUMAMask=all'),
  'NUMAPolicy=preferred': scheduling('NUMAPolicy=preferred\nNUMAMask=0'),
  'NUMAPolicy=preferred without nodes': scheduling('NUMAPolicy=preferred'),
  'NUMAPolicy=local': scheduling('NUMAPolicy=local'),
  'NUMAPolicy=default': scheduling('NUMAPolicy=default'),
  'NUMAPolicy=bind without nodes': scheduling('NUMAPolicy=bind'),
  'NUMAPolicy=bind to a node that is not there': scheduling('NUMAPolicy=bind\nNUMAMask=7'),
  'IOSchedulingClass= and IOSchedulingPriority=': scheduling('IOSchedulingClass=best-effort\nIOSchedulingPriority=1'),
  'IOSchedulingPriority= alone': scheduling('IOSchedulingPriority=6'),
  'IOSchedulingClass=realtime': scheduling('IOSchedulingClass=realtime\nIOSchedulingPriority=2'),
  'IOSchedulingClass=none': scheduling('IOSchedulingClass=none'),
  'OOMScoreAdjust=': scheduling('OOMScoreAdjust=-17'),
  'OOMScoreAdjust= of a user': scheduling('User=probe\nOOMScoreAdjust=500'),
  'CoredumpFilter= by names': scheduling('CoredumpFilter=default private-file-backed shared-dax'),
  'CoredumpFilter= as a mask': scheduling('CoredumpFilter=0x7f'),
  'CoredumpFilter=all': scheduling('CoredumpFilter=all'),
  'TimerSlackNSec=': scheduling('TimerSlackNSec=1ms'),
  'TimerSlackNSec= in nanoseconds': scheduling('TimerSlackNSec=12345'),
  'Personality=x86': scheduling('Personality=x86'),
  'Personality=x86-64': scheduling('Personality=x86-64'),
  'CPUSchedulingPolicy= by its number': scheduling('CPUSchedulingPolicy=3'),
  'IOSchedulingClass=none with IOSchedulingPriority=': scheduling('IOSchedulingClass=none\nIOSchedulingPriority=3'),
  'CoredumpFilter= with a word that there is not': scheduling('CoredumpFilter=private-anonymous dax-shared'),
  'TimerSlackNSec= without an end': scheduling('TimerSlackNSec=infinity'),
  'UMask=': scheduling('UMask=0077'),
});

compareProbes('what resources a process may have', {
  'every Limit*=': {
    unit: `LimitCPU=10min:20min\nLimitFSIZE=1G\nLimitDATA=2G:infinity\nLimitSTACK=4M\nLimitCORE=infinity\nLimitRSS=1T\nLimitNOFILE=99:1000
LimitAS=10G\nLimitNPROC=1000:2000\nLimitMEMLOCK=1M\nLimitLOCKS=33\nLimitSIGPENDING=77\nLimitMSGQUEUE=100K\nLimitNICE=10\nLimitRTPRIO=5
LimitRTTIME=2s`,
    look: ['limits'],
  },
  'limits of a user': { unit: 'User=probe\nLimitNOFILE=infinity\nLimitNPROC=50\nLimitMEMLOCK=0', look: ['limits'] },
  'limits and a full privilege': { unit: 'LimitNOFILE=100\nLimitCORE=1\nExecStart=+PROBE', look: ['limits'] },
});
