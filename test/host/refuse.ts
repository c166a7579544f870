/** The host must never play an API it does not have: asking for one throws and names it. */
export function refuseUnknown<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, property, receiver) {
      // `then` is asked by every await, symbols by the console
      if (property in object || typeof property === 'symbol' || property === 'then') {
        return Reflect.get(object, property, receiver);
      }
      throw new Error(`the Chromium host has no ${name}.${property}`);
    },
  });
}
