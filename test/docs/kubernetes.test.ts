// The manifests of examples/kubernetes have the fields of the API that they should have, and ask what tysd answers at the ports where it does.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';

const examples = join(import.meta.dirname, '../../examples');
const name = v.pipe(v.string(), v.regex(/^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$/));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const labels = v.record(v.string(), v.string());
const metadata = v.strictObject({ name: v.optional(name), labels: v.optional(labels), annotations: v.optional(labels) });

const probe = v.strictObject({
  httpGet: v.strictObject({ path: v.pipe(v.string(), v.startsWith('/')), port: v.union([port, name]) }),
  periodSeconds: v.optional(count),
  timeoutSeconds: v.optional(count),
  failureThreshold: v.optional(count),
});
const container = v.strictObject({
  name,
  image: v.string(),
  args: v.optional(v.array(v.string())),
  ports: v.array(v.strictObject({ name, containerPort: port })),
  startupProbe: probe,
  readinessProbe: probe,
  livenessProbe: probe,
  securityContext: v.strictObject({
    runAsNonRoot: v.optional(v.boolean()),
    runAsUser: v.optional(count),
    readOnlyRootFilesystem: v.optional(v.boolean()),
    allowPrivilegeEscalation: v.boolean(),
    capabilities: v.strictObject({ drop: v.array(v.string()), add: v.optional(v.array(v.string())) }),
    seccompProfile: v.strictObject({ type: v.picklist(['RuntimeDefault', 'Unconfined']) }),
  }),
  volumeMounts: v.optional(v.array(v.strictObject({ name, mountPath: v.pipe(v.string(), v.startsWith('/')) }))),
});
const deployment = v.strictObject({
  apiVersion: v.literal('apps/v1'),
  kind: v.literal('Deployment'),
  metadata,
  spec: v.strictObject({
    replicas: count,
    selector: v.strictObject({ matchLabels: labels }),
    template: v.strictObject({
      metadata,
      spec: v.strictObject({
        terminationGracePeriodSeconds: count,
        containers: v.tuple([container]),
        volumes: v.optional(v.array(v.strictObject({ name, emptyDir: v.strictObject({ medium: v.optional(v.literal('Memory')) }) }))),
      }),
    }),
  }),
});

for (const file of globSync('kubernetes/*.yaml', { cwd: examples })) {
  test(`${file}: probes, ports, volumes and rights fit together`, async () => {
    const path = join(examples, file);
    const module: { readonly default: unknown } = await import(path);
    const { spec, metadata: own } = v.parse(deployment, module.default);
    const [box] = spec.template.spec.containers;
    assert.deepEqual(spec.template.metadata.labels, spec.selector.matchLabels);
    assert.equal(own.name, box.name);

    const command = `${readFileSync(join(examples, 'container/Containerfile'), 'utf8')} ${box.args?.join(' ') ?? ''}`;
    const listens = Number(/--http=:(\d+)/.exec(box.args?.join(' ') ?? command)?.[1]);
    assert.equal(box.ports.find((each) => each.name === 'tysd')?.containerPort, listens);
    assert.equal(spec.template.metadata.annotations?.['prometheus.io/port'], String(listens));
    for (const each of [box.startupProbe, box.readinessProbe, box.livenessProbe]) {
      assert.equal(each.httpGet.port, 'tysd');
      assert.match(each.httpGet.path, /^\/(?:healthz|readyz(?:\?unit=[\w@.-]+(?:&unit=[\w@.-]+)*)?)$/);
    }
    // What asks whether it lives must not ask for services: a restart would stop all others.
    assert.equal(box.livenessProbe.httpGet.path, '/healthz');
    const volumes = (spec.template.spec.volumes ?? []).map((volume) => volume.name);
    assert.deepEqual((box.volumeMounts ?? []).map((mount) => mount.name).toSorted(), volumes.toSorted());
    assert.ok(box.securityContext.readOnlyRootFilesystem !== true || volumes.length > 0);
  });
}
