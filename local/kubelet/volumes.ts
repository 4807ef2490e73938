import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CannotStart, type Container, type Pod, type Volume } from './pod.ts';
import type { ConfigMaps } from './pod-environment.ts';
import type { Mount } from './root-script.ts';

export interface VolumeSettings {
  /** Folder of the pod on the node. */
  readonly folder: string;
  readonly configMaps: ConfigMaps;
  /** A pod that wants another path of the node is not started. */
  readonly allowedHostPaths: readonly string[];
}

/** Writes the volumes of a pod below its folder and answers what the container mounts of them. */
export const prepareMounts = (pod: Pod, container: Container, settings: VolumeSettings): readonly Mount[] => {
  const volumes = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return (container.volumeMounts ?? []).map(({ name, mountPath, subPath, readOnly }) => {
    const volume = volumes.get(name);
    if (volume === undefined)
      throw new CannotStart('CreateContainerConfigError', `volume ${name} is not declared`, false);
    const source = prepareVolume(volume, settings);
    return {
      source: subPath === undefined ? source : join(source, subPath),
      target: mountPath.replace(/\/+$/, ''),
      readOnly: readOnly === true || volume.configMap !== undefined,
      isFile: subPath !== undefined && volume.configMap !== undefined,
    };
  });
};

/** Names of the ConfigMaps that the volumes of a pod read. */
export const configMapsOfVolumes = (pod: Pod): readonly { readonly name: string; readonly optional: boolean }[] =>
  (pod.spec.volumes ?? []).flatMap(({ configMap }) =>
    configMap === undefined ? [] : [{ name: configMap.name, optional: configMap.optional === true }],
  );

const prepareVolume = (volume: Volume, settings: VolumeSettings): string => {
  const folder = join(settings.folder, 'volumes', volume.name);
  if (volume.hostPath !== undefined) {
    const path = volume.hostPath.path.replace(/(.)\/+$/, '$1');
    if (!settings.allowedHostPaths.includes(path))
      throw new CannotStart(
        'CreateContainerConfigError',
        `hostPath ${path} is not allowed on this node (allowed: ${settings.allowedHostPaths.join(', ')})`,
        false,
      );
    return path;
  }
  if (volume.secret !== undefined)
    throw new CannotStart('CreateContainerConfigError', `volume ${volume.name}: this node mounts no secrets`, false);
  mkdirSync(folder, { recursive: true });
  if (volume.configMap !== undefined) {
    const content = settings.configMaps[volume.configMap.name] ?? {};
    const items = volume.configMap.items ?? Object.keys(content).map((key) => ({ key, path: key }));
    for (const { key, path } of items) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content[key] ?? '');
    }
  }
  // emptyDir; and projected service account tokens, which no pod of ours uses, stay empty
  return folder;
};
