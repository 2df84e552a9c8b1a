export type { GoogLeNetArchitecture, InceptionBlock, InceptionWidths } from './googlenet/architecture.ts';
export { GOOGLENET } from './googlenet/architecture.ts';
export type { GoogLeNetOptions } from './googlenet/googlenet.ts';
export { GoogLeNet } from './googlenet/googlenet.ts';
export type { InceptionV3Architecture } from './inception-v3/architecture.ts';
export type { InceptionV3Options } from './inception-v3/inception-v3.ts';
export { InceptionV3 } from './inception-v3/inception-v3.ts';
export type { Resize } from './views.ts';
export { CROP_VIEWS, cutView, VIEWS, WHOLE_VIEW } from './views.ts';
