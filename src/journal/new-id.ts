/** An id for messages of a new kind, in the forms in which programs want it. */
export function newId(): string {
  const uuid = crypto.randomUUID();
  const id = uuid.replaceAll('-', '');
  const bytes = id.match(/../g)?.join(',') ?? '';
  return [
    'As string:',
    id,
    '',
    'As UUID:',
    uuid,
    '',
    'As systemd-id128(1) macro:',
    `#define XYZ SD_ID128_MAKE(${bytes})`,
    '',
    'As Python constant:',
    '>>> import uuid',
    `>>> XYZ = uuid.UUID('${id}')`,
    '',
  ].join('\n');
}
