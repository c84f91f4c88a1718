/** What is explained of a message: what it is about, and more; `@FIELD@` stands for a field of the entry. */
interface Explanation {
  readonly subject: string;
  readonly text: string;
}

const logs = 'The last lines before this one may tell the reason: journalctl -u @UNIT@.';

/** By MESSAGE_ID=: the messages of the manager (graph/message-ids.ts), and of the journal itself. */
export const ownExplanations: Readonly<Record<string, Explanation>> = {
  '7d4958e842da4a758f6c1cdc7b36dcc5': {
    subject: '@UNIT@ is being started',
    text: 'Job @JOB_ID@ starts it. How that ends is told by a later message.',
  },
  '39f53479d3a045ac8e11786248231fbf': {
    subject: 'The start of @UNIT@ is done',
    text: 'Job @JOB_ID@ ended with the result @JOB_RESULT@. What is ordered after the unit can start now.',
  },
  be02cf6855d2428ba40df7e9d022f03d: {
    subject: '@UNIT@ could not be started',
    text: `Job @JOB_ID@ ended with the result @JOB_RESULT@. Units that require this one are not started either.\n\n${logs}\ntysctl why @UNIT@ goes back to what brought it about.`,
  },
  de5b426a63be47a7b6ac3eaac82e2f6f: {
    subject: '@UNIT@ is being stopped',
    text: 'Job @JOB_ID@ stops it. How that ends is told by a later message.',
  },
  '9d1aaa27d60140bd96365438aad20286': {
    subject: 'The stop of @UNIT@ is done',
    text: 'Job @JOB_ID@ ended with the result @JOB_RESULT@.',
  },
  d34d037fff1847e6ae669a370e694725: {
    subject: '@UNIT@ is being reloaded',
    text: 'Job @JOB_ID@ has it read its settings again, while it goes on.',
  },
  '7b05ebc668384222baa8881179cfda54': {
    subject: 'The reload of @UNIT@ is done',
    text: 'Job @JOB_ID@ ended with the result @JOB_RESULT@.',
  },
  ae8f7b866b0347b9af31fe1c80b127c0: {
    subject: 'What the run of @UNIT@ used',
    text: 'The exact amounts are fields of this entry: journalctl -o verbose shows them.',
  },
  '7ad2d189f7e94e70a38c781354912448': {
    subject: '@UNIT@ has ended well',
    text: 'All its processes are gone, and none of those that count has failed.',
  },
  '0e4284a0caca4bfc81c0bb6786972673': {
    subject: '@UNIT@ was skipped',
    text: 'A command of ExecCondition= said that it is not to run now. That is no failure.',
  },
  d9b373ed55a64feb8242e02dbe79a49c: {
    subject: '@UNIT@ has failed',
    text: `Its result is @UNIT_RESULT@. It stays in the list of what has failed until it is started again, or systemctl reset-failed @UNIT@.\n\n${logs}`,
  },
  '98e322203f7a4ed290d09fe03c09fe15': {
    subject: 'A process of @UNIT@ has ended',
    text: 'It was started by @COMMAND@=, and it was @EXIT_CODE@ with @EXIT_STATUS@. Whether that is a failure is told by the next messages.',
  },
  '5eb03494b6584870a536b337290809b3': {
    subject: '@UNIT@ will be started again by itself',
    text: 'Restart= of the unit asks for that, after RestartSec=. So often it was started again by now: @N_RESTARTS@.',
  },
  fe6faa94e7774663a0da52717891d8ef: {
    subject: 'A process of @UNIT@ was killed for want of memory',
    text: 'The kernel had no memory left, of the machine or below a limit such as MemoryMax=. OOMPolicy= says what follows for the unit.',
  },
  '641257651c1b4ec9a8624d7a40a9e1e7': {
    subject: '@EXECUTABLE@ could not be executed for @UNIT@',
    text: 'What had to be done before it could run failed, or running it did: error number @ERRNO@. tysctl plan @UNIT@ shows the steps.',
  },
  a596d6fe7bfa4994828e72309e95d61e: {
    subject: 'Messages of a unit were left out',
    text: 'It said more than its limit allows (LogRateLimitBurst=, or RateLimitBurst= of journald.conf). So many are missing: @N_DROPPED@. Other units are not touched by that.',
  },
  b07a249cd024414a82dd00cd181378ff: {
    subject: 'The machine has started',
    text: 'What was to be started took @USERSPACE_USEC@ microseconds. systemd-analyze and tysctl history tell what took how long.',
  },
  eed00a68ffd84e31882105fd973abdd1: {
    subject: 'All that was to be started is started',
    text: 'It took @USERSPACE_USEC@ microseconds. tysctl history tells what was started when.',
  },
};
