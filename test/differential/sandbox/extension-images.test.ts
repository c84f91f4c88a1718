import { describe, test } from 'node:test';
import { compareProbes, type Probe } from './compare.ts';
import { imageOf, loopDevices as before, whyNoLoops } from './image.ts';

const release = (name: string, text: string): Readonly<Record<string, string>> => ({
  [`usr/lib/extension-release.d/extension-release.${name}`]: text,
});

const images: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  any: { ...release('any', 'ID=_any\n'), 'usr/share/extended/any': 'any', 'usr/share/both': 'any' },
  debian: {
    ...release('debian', 'NAME=x\nID="debian"\nVERSION_ID=12\n'),
    'usr/share/extended/debian': 'debian',
    'usr/share/both': 'debian',
  },
  opt: { ...release('opt', 'ID=_any\n'), 'opt/extended/file': 'opt' },
  foreign: { ...release('foreign', 'ID=elsewhere\n'), 'usr/share/extended/foreign': '' },
  old: { ...release('old', "ID=debian\nVERSION_ID='1'\n"), 'usr/share/extended/old': '' },
  unnamed: { ...release('another', 'ID=_any\n'), 'usr/share/extended/unnamed': '' },
};

const look = ['paths /usr/share/extended/ /usr/share/both /usr/bin/env /opt/extended/'] as const;

function probe(unit: string, more: Partial<Probe> = {}): Probe {
  return { unit, before, look, ...more };
}

const probes: Readonly<Record<string, Probe>> = {
  'an image': probe('ExtensionImages=/images/any.raw'),
  'two images': probe('ExtensionImages=/images/any.raw /images/debian.raw'),
  'two images, the other way round': probe('ExtensionImages=/images/debian.raw\nExtensionImages=/images/any.raw'),
  'an image with another hierarchy': probe('ExtensionImages=/images/opt.raw'),
  'an image and a directory': probe('ExtensionImages=/images/any.raw\nExtensionDirectories=/run/t/NAME', {
    before: `${before}; mkdir -p /run/t/NAME/usr/lib/extension-release.d /run/t/NAME/usr/share/extended; echo ID=_any >/run/t/NAME/usr/lib/extension-release.d/extension-release.NAME; echo >/run/t/NAME/usr/share/both`,
  }),
  'images that are left out again': probe(
    'ExtensionImages=/images/any.raw\nExtensionImages=\nExtensionImages=/images/debian.raw:root:nosuid',
  ),
  'an image of another system': probe('ExtensionImages=/images/foreign.raw'),
  'an image of an older system': probe('ExtensionImages=/images/old.raw'),
  'an image that is none': probe('ExtensionImages=/images/unnamed.raw'),
  // 252 fails as with EPERM where one is missing, also one that may be.
  'a file that is no image': probe('ExtensionImages=/etc/hostname'),
};

const skip = whyNoLoops();
if (skip === false) {
  compareProbes('images of extensions', probes, {
    programs: Object.fromEntries(Object.entries(images).map(([name, files]) => [`/images/${name}.raw`, imageOf(files)])),
    setup: 'mkdir -p images',
  });
} else {
  describe('images of extensions', () => {
    test('are compared', { skip }, () => undefined);
  });
}
