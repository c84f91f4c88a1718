import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropInTemplate, editedText } from './template.ts';

const path = '/etc/systemd/system/a.service.d/override.conf';
const sources = [{ path: '/usr/lib/systemd/system/a.service', text: '[Service]\n\nExecStart=/bin/true\n' }];

test('a drop-in is edited between two marks, above what the unit is now', () => {
  assert.equal(
    dropInTemplate(path, '', sources),
    [
      `### Editing ${path}`,
      '### Anything between here and the comment below will become the new contents of the file',
      '',
      '',
      '',
      '### Lines below this comment will be discarded',
      '',
      '### /usr/lib/systemd/system/a.service',
      '# [Service]',
      '# ',
      '# ExecStart=/bin/true',
    ].join('\n'),
  );
});

test('only what stands between the marks is kept; a text without marks is kept whole', () => {
  assert.equal(editedText(dropInTemplate(path, '[Service]\nNice=1\n', sources)), '[Service]\nNice=1');
  assert.equal(editedText(dropInTemplate(path, '', sources)), '');
  assert.equal(editedText('\n[Unit]\nDescription=x\n\n'), '[Unit]\nDescription=x');
  assert.equal(editedText('### Lines below this comment will be discarded\n# x'), '');
});
