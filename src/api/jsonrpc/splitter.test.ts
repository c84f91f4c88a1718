import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, constantFrom, dictionary, jsonValue, nat, oneof, property, string } from 'fast-check';
import { JsonSplitter, requestLimit } from './splitter.ts';

test('texts are found however the stream is cut into chunks, with or without space between them', () => {
  const values = array(oneof(dictionary(string({ unit: 'binary' }), jsonValue({ maxDepth: 3 })), array(jsonValue({ maxDepth: 3 }))), {
    maxLength: 5,
  });
  check(
    property(values, constantFrom('', '\n', ' \r\n\t'), array(nat(64), { minLength: 1, maxLength: 20 }), (objects, separator, cuts) => {
      const stream = Buffer.from(objects.map((object) => JSON.stringify(object)).join(separator));
      const splitter = new JsonSplitter();
      const texts: string[] = [];
      for (let start = 0, cut = 0; start < stream.length; cut++) {
        const length = 1 + (cuts[cut % cuts.length] ?? 0);
        texts.push(...splitter.push(stream.subarray(start, start + length)).texts);
        start += length;
      }
      assert.equal(splitter.end(), undefined);
      assert.deepEqual(
        texts.map((text): unknown => JSON.parse(text)),
        objects.map((object): unknown => JSON.parse(JSON.stringify(object))),
      );
    }),
  );
});

test('brackets and quotes within strings end nothing', () => {
  const text = String.raw`{"a":"}]\"{","b":"\\"}`;
  assert.deepEqual(new JsonSplitter().push(Buffer.from(text + text)).texts, [text, text]);
});

test('what is no object or array is a problem, after the texts before it', () => {
  assert.deepEqual(new JsonSplitter().push(Buffer.from('{}\nhello')), { texts: ['{}'], problem: 'expected a JSON object, found "hello"' });
});

test('a stream that ends within a text is a problem', () => {
  const splitter = new JsonSplitter();
  assert.deepEqual(splitter.push(Buffer.from('{"a":1')), { texts: [] });
  assert.equal(splitter.end(), 'the request ends before its JSON text does');
});

test('a text that is too long is refused before all of it is held', () => {
  const splitter = new JsonSplitter();
  const chunk = Buffer.alloc(65_536, 'x');
  splitter.push(Buffer.from('{"a":"'));
  let problem: string | undefined;
  for (let sent = 0; sent < 2 * requestLimit && problem === undefined; sent += chunk.length) problem = splitter.push(chunk).problem;
  assert.equal(problem, `a request may not be longer than ${requestLimit} bytes`);
});

test('a text that is nested too deep is refused', () => {
  assert.equal(new JsonSplitter().push(Buffer.from('['.repeat(1000))).problem, 'a request may not be nested deeper than 64');
});
