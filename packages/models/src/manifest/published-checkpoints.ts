import type { ModelLicence } from './manifest.ts';

/** Weights as their authors publish them. They are downloaded, checked and converted on this machine. */
export interface PublishedCheckpoint {
  /** Of the model that it becomes. */
  readonly id: string;
  readonly description: string;
  readonly licence: ModelLicence;
  readonly url: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Where the publisher states it; otherwise the server is asked. */
  readonly sizeBytes?: number;
}

const segmentAnything: ModelLicence = {
  spdx: 'Apache-2.0',
  origin:
    'Weights by Meta Platforms, Inc., published with Segment Anything (https://github.com/facebookresearch/segment-anything)',
};
const segmentAnything2: ModelLicence = {
  spdx: 'Apache-2.0',
  origin: 'Weights by Meta Platforms, Inc., published with SAM 2 (https://github.com/facebookresearch/sam2)',
};
const mobileSam: ModelLicence = {
  spdx: 'Apache-2.0',
  origin:
    'Weights by Chaoning Zhang et al., published with MobileSAM (https://github.com/ChaoningZhang/MobileSAM)',
};
const files = 'https://dl.fbaipublicfiles.com';

/**
 * The ids that name a checkpoint. `sam2-hiera-tiny` is missing: that model is built in, from a source that needs no
 * conversion.
 */
export const publishedCheckpoints: readonly PublishedCheckpoint[] = [
  {
    id: 'sam-vit-b',
    description: 'SAM 1 vit-b',
    licence: segmentAnything,
    url: `${files}/segment_anything/sam_vit_b_01ec64.pth`,
    sha256: 'ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912',
  },
  {
    id: 'sam-vit-l',
    description: 'SAM 1 vit-l',
    licence: segmentAnything,
    url: `${files}/segment_anything/sam_vit_l_0b3195.pth`,
    sha256: '3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622',
  },
  {
    id: 'sam-vit-h',
    description: 'SAM 1 vit-h',
    licence: segmentAnything,
    url: `${files}/segment_anything/sam_vit_h_4b8939.pth`,
    sha256: 'a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e',
    sizeBytes: 2_564_550_879,
  },
  hiera('2.1', 'tiny', '7402e0d864fa82708a20fbd15bc84245c2f26dff0eb43a4b5b93452deb34be69', 156_008_466),
  hiera('2.1', 'small', '6d1aa6f30de5c92224f8172114de081d104bbd23dd9dc5c58996f0cad5dc4d38'),
  hiera('2.1', 'base-plus', 'a2345aede8715ab1d5d31b4a509fb160c5a4af1970f199d9054ccfb746c004c5'),
  hiera('2.1', 'large', '2647878d5dfa5098f2f8649825738a9345572bae2d4350a2468587ece47dd318'),
  hiera('2', 'small', '95949964d4e548409021d47b22712d5f1abf2564cc0c3c765ba599a24ac7dce3'),
  hiera('2', 'base-plus', 'd0bb7f236400a49669ffdd1be617959a8b1d1065081789d7bbff88eded3a8071'),
  hiera('2', 'large', '7442e4e9b732a508f80e141e7c2913437a3610ee0c77381a66658c3a445df87b'),
  {
    id: 'mobile-sam',
    description: 'MobileSAM: SAM 1 with a small encoder',
    licence: mobileSam,
    url: 'https://raw.githubusercontent.com/ChaoningZhang/MobileSAM/master/weights/mobile_sam.pt',
    sha256: '6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f',
  },
];

function hiera(version: '2' | '2.1', size: string, sha256: string, sizeBytes?: number): PublishedCheckpoint {
  const folder = version === '2' ? '072824' : '092824';
  const name = `sam${version}_hiera_${size.replace('-', '_')}.pt`;
  return {
    id: `sam${version}-hiera-${size}`,
    description: `SAM ${version} Hiera ${size}`,
    licence: segmentAnything2,
    url: `${files}/segment_anything_2/${folder}/${name}`,
    sha256,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  };
}
