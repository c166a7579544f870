/** The switches that are burnt into Electron's binary. Every one is named: a new one of a new Electron ends the packing. */
import {
  FuseState,
  type FuseV1Config,
  FuseV1Options,
  FuseVersion,
  flipFuses,
  getCurrentFuseWire,
} from '@electron/fuses';

const wanted: Readonly<Record<FuseV1Options, boolean>> = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // there is one snapshot for all processes; a second file would be one more to guard
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // out-of-bounds reads of WebAssembly end in a trap instead of a check before each; no page of ours runs any
  [FuseV1Options.WasmTrapHandlers]: true,
};

/** @param adHoc sign anew without an identity, which Apple's own processors demand of what was changed */
export function fuseConfig(adHoc: boolean): FuseV1Config & { readonly strictlyRequireAllFuses: true } {
  return { version: FuseVersion.V1, strictlyRequireAllFuses: true, resetAdHocDarwinSignature: adHoc, ...wanted };
}

/** @param binary the executable, or the .app folder on macOS */
export async function setFuses(binary: string, adHoc: boolean): Promise<void> {
  await flipFuses(binary, fuseConfig(adHoc));
}

/** Name of each fuse → what it is set to, and what it should be, read back from a binary. */
export async function readFuses(
  binary: string,
): Promise<{ name: string; on: boolean | undefined; wanted: boolean | undefined }[]> {
  const wire: Readonly<Record<string, unknown>> = { ...(await getCurrentFuseWire(binary)) };
  const known = new Map(Object.entries(wanted));
  const positions = new Set([...Object.keys(wire).filter((key) => /^\d+$/.test(key)), ...known.keys()]);
  return [...positions].map((position) => ({
    name: FuseV1Options[Number(position)] ?? `fuse ${position}`,
    on: wire[position] === FuseState.ENABLE ? true : wire[position] === FuseState.DISABLE ? false : undefined,
    wanted: known.get(position),
  }));
}
