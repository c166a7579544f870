/** The package ships declarations that its `exports` hide; this is the part of it in use. */
declare module 'better-sqlite3-multiple-ciphers' {
  export interface RunResult {
    readonly changes: number;
    readonly lastInsertRowid: number | bigint;
  }
  export interface Statement<P extends unknown[], R> {
    run(...params: P): RunResult;
    get(...params: P): R | undefined;
    all(...params: P): R[];
    iterate(...params: P): IterableIterator<R>;
    /** Rows as arrays of cells from here on; R is such an array. */
    raw(toggle?: boolean): this;
  }
  export interface Options {
    readonly readonly?: boolean;
    readonly fileMustExist?: boolean;
    /** How long to wait for another connection's lock, milliseconds. */
    readonly timeout?: number;
    readonly nativeBinding?: string;
  }
  export interface Database {
    readonly open: boolean;
    readonly inTransaction: boolean;
    readonly name: string;
    prepare<P extends unknown[] = unknown[], R = unknown>(source: string): Statement<P, R>;
    exec(source: string): this;
    pragma(source: string, options?: { readonly simple?: boolean }): unknown;
    key(key: Buffer): number;
    rekey(key: Buffer): number;
    /** Off, the defensive mode: a throw-away file may do without a journal. */
    unsafeMode(unsafe: boolean): this;
    close(): this;
  }
  interface Constructor {
    new (path: string, options?: Options): Database;
  }
  const Sqlite: Constructor;
  export default Sqlite;
}
