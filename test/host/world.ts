/**
 * One page's preload world, out of the page's reach: a binding that only the isolated world has, scripts put into
 * each new document, and the ports handed to that document.
 */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CDPSession } from 'playwright';
import { fromBrowser } from './addresses.ts';
import { makeCodec, nodeCodec } from './codec.ts';
import { deliverName, type FromPage, isolatedWorld, mainWorld, type PageSettings, type ToPage } from './in-page.ts';
import { PortsElsewhere } from './ports.ts';
import { refuseUnknown } from './refuse.ts';

const worldName = 'carekeep-host-preload';

/** A frame as main sees it in `event.senderFrame`. */
export type HostFrame = {
  readonly url: string;
  readonly origin: string;
  readonly parent: object | null;
  readonly postMessage: (channel: string, data: unknown, transfer?: readonly unknown[]) => void;
};

export type WorldOptions = {
  readonly preload: string;
  readonly title: string;
  readonly argv: readonly string[];
  readonly heard: (frame: HostFrame | null, channel: string, data: unknown) => void;
};

/** Prepares a page before its first navigation. */
export async function openWorld(cdp: CDPSession, options: WorldOptions): Promise<void> {
  const settings: PageSettings = {
    binding: `host_${randomUUID().replaceAll('-', '')}`,
    token: randomUUID(),
    title: `${options.title} (Chromium host, for development)`,
    argv: options.argv,
    platform: process.platform,
    versions: { node: process.versions.node },
  };
  const contexts = new Map<
    number,
    { readonly origin: string; readonly frame: string; readonly ports: PortsElsewhere }
  >();
  await cdp.send('Page.enable');
  const { frameTree } = await cdp.send('Page.getFrameTree');

  function deliver(context: number, message: ToPage): void {
    if (!contexts.has(context)) return;
    cdp
      .send('Runtime.callFunctionOn', {
        functionDeclaration: `(text) => globalThis.${deliverName}(text)`,
        arguments: [{ value: nodeCodec.encode(message) }],
        executionContextId: context,
        silent: true,
      })
      .catch(() => {
        // the document went while the message was under way
      });
  }

  function frameOf(context: number, href: string): HostFrame | null {
    const known = contexts.get(context);
    if (known === undefined || URL.parse(href)?.origin !== known.origin) return null;
    return refuseUnknown('WebFrameMain', {
      url: fromBrowser(href),
      origin: fromBrowser(`${known.origin}/`).replace(/\/$/, ''),
      parent: known.frame === frameTree.frame.id ? null : {},
      postMessage: (channel: string, data: unknown, transfer: readonly unknown[] = []) => {
        // the document must know a port before it hears what was queued in it
        const late: ToPage[] = [];
        let announced = false;
        const pass = (message: ToPage): void => void (announced ? deliver(context, message) : late.push(message));
        const ports = transfer.map((port) =>
          known.ports.add(
            port,
            (id, value) => pass({ say: 'port', port: id, data: value }),
            (id) => pass({ say: 'port-closed', port: id }),
          ),
        );
        deliver(context, { say: 'ipc', channel, data, ports });
        announced = true;
        for (const message of late) deliver(context, message);
      },
    });
  }

  function forget(context: number): void {
    contexts.get(context)?.ports.closeAll();
    contexts.delete(context);
  }

  cdp.on('Runtime.executionContextCreated', ({ context }) => {
    if (context.name !== worldName) return;
    contexts.set(context.id, {
      origin: context.origin,
      frame: String(context.auxData?.['frameId'] ?? ''),
      ports: new PortsElsewhere(),
    });
  });
  cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) => forget(executionContextId));
  cdp.on('Runtime.executionContextsCleared', () => [...contexts.keys()].forEach(forget));
  cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name !== settings.binding) return;
    // only the isolated world has the binding, and what runs there is ours
    const message: FromPage = Object(nodeCodec.decode(payload));
    if (message.say === 'port') contexts.get(executionContextId)?.ports.said(message.port, message.data);
    else if (message.say === 'port-closed') contexts.get(executionContextId)?.ports.close(message.port);
    else options.heard(frameOf(executionContextId, message.href), message.channel, message.data);
  });
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.addBinding', { name: settings.binding, executionContextName: worldName });

  const literal = JSON.stringify(settings);
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${mainWorld.toString()})(${literal})` });
  const preload = readFileSync(options.preload, 'utf8');
  await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
    worldName,
    source: `(${isolatedWorld.toString()})(${literal}, ${makeCodec.toString()}, ${JSON.stringify(deliverName)}, function (require, module, exports, process) {\n${preload}\n})`,
  });
}
