/** What a message is about, as `MESSAGE_ID=` of its entry says: the ids that systemd gives the same messages (journalctl(1), --catalog). */
export const messageIds = {
  unitStarting: '7d4958e842da4a758f6c1cdc7b36dcc5',
  unitStarted: '39f53479d3a045ac8e11786248231fbf',
  unitFailed: 'be02cf6855d2428ba40df7e9d022f03d',
  unitStopping: 'de5b426a63be47a7b6ac3eaac82e2f6f',
  unitStopped: '9d1aaa27d60140bd96365438aad20286',
  unitReloading: 'd34d037fff1847e6ae669a370e694725',
  unitReloaded: '7b05ebc668384222baa8881179cfda54',
  unitSuccess: '7ad2d189f7e94e70a38c781354912448',
  unitSkipped: '0e4284a0caca4bfc81c0bb6786972673',
  unitFailureResult: 'd9b373ed55a64feb8242e02dbe79a49c',
  unitResources: 'ae8f7b866b0347b9af31fe1c80b127c0',
  processExit: '98e322203f7a4ed290d09fe03c09fe15',
  restartScheduled: '5eb03494b6584870a536b337290809b3',
  outOfMemory: 'fe6faa94e7774663a0da52717891d8ef',
  spawnFailed: '641257651c1b4ec9a8624d7a40a9e1e7',
  startupFinished: 'b07a249cd024414a82dd00cd181378ff',
  /** Of a container, or a user's manager. */
  userStartupFinished: 'eed00a68ffd84e31882105fd973abdd1',
} as const;
