/**
 * Generates an image for a caption with the included flower model.
 *
 *     tsx examples/flower.ts ["this flower has white petals and a yellow centre"] [flower.png]
 */

import { selectBackend } from '@t2i/backend';
import { toRgbImages } from '@t2i/core';
import { writeFileAtomic } from '@t2i/core/node';
import { openFlowers } from '@t2i/flowers';
import { encodeImage } from '@t2i/image-node';

const [caption = 'this flower has white petals and a yellow centre', file = 'flower.png'] = process.argv.slice(2);

await selectBackend();
const flowers = await openFlowers();
const [image] = toRgbImages(await flowers.generate({ captions: [caption], seed: 7 }));
await writeFileAtomic(file, await encodeImage(image!));
console.log(file);
