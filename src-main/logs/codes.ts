/** Every word that a line of the log may hold besides numbers: closed lists, so that nothing of a record fits in. */
import { constants } from 'node:os';
import { startStates } from '../../src-shared/contract/app.ts';
import { errorCodes } from '../../src-shared/contract/errors.ts';
import { syncProblems } from '../../src-shared/contract/sync.ts';
import { backendErrors } from '../../src-shared/sync-protocol/errors.ts';
import { selfCheckFailures, updateRefusals } from '../../src-shared/updates/state.ts';

/** The processes and threads that Carekeep is made of. */
export const parts = ['main', 'core', 'ctl', 'window', 'screen', 'validator', 'worker'] as const;
export type Part = (typeof parts)[number];

/** What core was at when something broke, beside the procedures of the contract. */
export const wheres = [
  'audit-head',
  'backend',
  'certificate',
  'checkpoint',
  'core',
  'ctl',
  'diagnostics',
  'failure-entry',
  'import',
  'index',
  'journal',
  'keychain',
  'log-server',
  'leftovers',
  'main',
  'policy',
  'prune',
  'register',
  'reseal',
  'review-week',
  'reviews',
  'rotation',
  'scrub',
  'search-end',
  'snapshot',
  'sync',
  'sync-entry',
  'sync-revoked',
  'unknown',
  'unveil-failed',
  'update',
  'update-copy',
  'update-trust',
  'updates',
  'validator',
  'veil',
  'verify',
  'window',
  'witness',
  'worker',
] as const;

/** Classes of errors: the language's, the platform's, ours. Another name is `other`, what is no error `unknown`. */
export const errorNames = [
  'unknown',
  'other',
  'Error',
  'AggregateError',
  'AssertionError',
  'EvalError',
  'InternalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AbortError',
  'TimeoutError',
  'DOMException',
  'DataCloneError',
  'InvalidStateError',
  'NotAllowedError',
  'NotFoundError',
  'NotReadableError',
  'QuotaExceededError',
  'SecurityError',
  'SqliteError',
  'ZodError',
  '$ZodError',
  'CallError',
  'ClientError',
  'OpenError',
  'TlsFailure',
  'PeerFailure',
  'RosterError',
  'KeyFileDamaged',
  'BadBatch',
  'SyncStop',
  'SyncWaits',
  'BlobGone',
  'BackendRefusal',
  'BackendUnreachable',
  'Refused',
] as const;
export type ErrorName = (typeof errorNames)[number];

const sqlite = `OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN
PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB NOTICE WARNING
ERROR_MISSING_COLLSEQ ERROR_RETRY ERROR_SNAPSHOT IOERR_READ IOERR_SHORT_READ IOERR_WRITE IOERR_FSYNC IOERR_DIR_FSYNC
IOERR_TRUNCATE IOERR_FSTAT IOERR_UNLOCK IOERR_RDLOCK IOERR_DELETE IOERR_NOMEM IOERR_ACCESS IOERR_CHECKRESERVEDLOCK
IOERR_LOCK IOERR_CLOSE IOERR_DIR_CLOSE IOERR_SHMOPEN IOERR_SHMSIZE IOERR_SHMLOCK IOERR_SHMMAP IOERR_SEEK
IOERR_DELETE_NOENT IOERR_MMAP IOERR_GETTEMPPATH IOERR_CONVPATH IOERR_AUTH IOERR_DATA IOERR_CORRUPTFS LOCKED_SHAREDCACHE
LOCKED_VTAB BUSY_RECOVERY BUSY_SNAPSHOT BUSY_TIMEOUT CANTOPEN_NOTEMPDIR CANTOPEN_ISDIR CANTOPEN_FULLPATH
CANTOPEN_CONVPATH CANTOPEN_SYMLINK CORRUPT_VTAB CORRUPT_SEQUENCE CORRUPT_INDEX READONLY_RECOVERY READONLY_CANTLOCK
READONLY_ROLLBACK READONLY_DBMOVED READONLY_CANTINIT READONLY_DIRECTORY ABORT_ROLLBACK CONSTRAINT_CHECK
CONSTRAINT_COMMITHOOK CONSTRAINT_FOREIGNKEY CONSTRAINT_FUNCTION CONSTRAINT_NOTNULL CONSTRAINT_PRIMARYKEY
CONSTRAINT_TRIGGER CONSTRAINT_UNIQUE CONSTRAINT_VTAB CONSTRAINT_ROWID CONSTRAINT_PINNED CONSTRAINT_DATATYPE`
  .split(/\s+/)
  .map((name) => `SQLITE_${name}`);

const node = `ASSERTION BUFFER_OUT_OF_BOUNDS BUFFER_TOO_LARGE CHILD_PROCESS_IPC_REQUIRED CHILD_PROCESS_STDIO_MAXBUFFER
CONSOLE_WRITABLE_STREAM CRYPTO_INVALID_AUTH_TAG CRYPTO_INVALID_IV CRYPTO_INVALID_KEYLEN CRYPTO_INVALID_KEYTYPE
CRYPTO_INVALID_STATE CRYPTO_OPERATION_FAILED CRYPTO_UNKNOWN_CIPHER DLOPEN_FAILED ENCODING_INVALID_ENCODED_DATA
FS_FILE_TOO_LARGE HTTP_HEADERS_SENT HTTP_INVALID_HEADER_VALUE ILLEGAL_CONSTRUCTOR INTERNAL_ASSERTION
INVALID_ADDRESS_FAMILY INVALID_ARG_TYPE INVALID_ARG_VALUE INVALID_ASYNC_ID INVALID_BUFFER_SIZE INVALID_CHAR
INVALID_FD INVALID_FD_TYPE INVALID_FILE_URL_PATH INVALID_IP_ADDRESS INVALID_OBJECT_DEFINE_PROPERTY INVALID_PACKAGE_CONFIG
INVALID_PROTOCOL INVALID_RETURN_VALUE INVALID_STATE INVALID_THIS INVALID_URI INVALID_URL INVALID_UTF8
IPC_CHANNEL_CLOSED IPC_DISCONNECTED IPC_ONE_PIPE METHOD_NOT_IMPLEMENTED MISSING_ARGS MODULE_NOT_FOUND
MULTIPLE_CALLBACK OUT_OF_RANGE OPERATION_FAILED REQUIRE_ASYNC_MODULE REQUIRE_ESM SERVER_ALREADY_LISTEN
SERVER_NOT_RUNNING SOCKET_BAD_PORT SOCKET_CLOSED SOCKET_CLOSED_BEFORE_CONNECTION SOCKET_CONNECTION_TIMEOUT
SSL_NO_PROTOCOLS_AVAILABLE SSL_TLSV1_ALERT_PROTOCOL_VERSION SSL_WRONG_VERSION_NUMBER STREAM_ALREADY_FINISHED
STREAM_CANNOT_PIPE STREAM_DESTROYED STREAM_NULL_VALUES STREAM_PREMATURE_CLOSE STREAM_PUSH_AFTER_EOF
STREAM_UNABLE_TO_PIPE STREAM_WRITE_AFTER_END STRING_TOO_LONG SYSTEM_ERROR TLS_CERT_ALTNAME_INVALID
TLS_HANDSHAKE_TIMEOUT TLS_INVALID_CONTEXT TLS_PROTOCOL_VERSION_CONFLICT UNESCAPED_CHARACTERS UNHANDLED_ERROR
UNHANDLED_REJECTION UNKNOWN_BUILTIN_MODULE UNKNOWN_ENCODING UNKNOWN_FILE_EXTENSION UNKNOWN_SIGNAL
UNSUPPORTED_DIR_IMPORT UNSUPPORTED_ESM_URL_SCHEME USE_AFTER_CLOSE WORKER_INIT_FAILED WORKER_INVALID_EXEC_ARGV
WORKER_NOT_RUNNING WORKER_OUT_OF_MEMORY WORKER_PATH WORKER_UNSERIALIZABLE_ERROR WORKER_UNSUPPORTED_OPERATION
ZLIB_INITIALIZATION_FAILED BROTLI_DECODE`
  .split(/\s+/)
  .map((name) => `ERR_${name}`);

const network = `ENOTFOUND ENODATA ESERVFAIL EREFUSED ETIMEOUT EAI_AGAIN EAI_FAIL EAI_NODATA EAI_NONAME ECONNCLOSED
CERT_HAS_EXPIRED CERT_NOT_YET_VALID DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN
UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE ABORT_ERR EPROTO
UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT UND_ERR_SOCKET UND_ERR_ABORTED
UND_ERR_RES_CONTENT_LENGTH_MISMATCH Z_DATA_ERROR Z_BUF_ERROR Z_MEM_ERROR`.split(/\s+/);

/** Reasons of our own classes of errors whose lists are core's (a test holds that none is missing). */
const own = `not-reachable refused no-tls tls-too-old self-signed not-the-authority not-trusted expired not-yet-valid
wrong-name weak-key wrong-usage certificate-missing certificate-refused certificate-expired certificate-revoked broken
no-answer answer-malformed answer-too-large too-slow descriptor-refused descriptor-differs position envelope tenant
signature stranger chain seen seen-future not-ours partial head head-root head-shorter short-list promise leaves
snapshot page blob slot answer roster directory clinic-key`.split(/\s+/);

/** Codes of errors, however they came. Another one is `other`, none the empty text. */
export const faultCodes: ReadonlySet<string> = new Set([
  '',
  'other',
  ...errorCodes,
  ...startStates,
  ...syncProblems,
  ...backendErrors,
  ...updateRefusals,
  ...selfCheckFailures,
  ...Object.keys(constants.errno),
  ...sqlite,
  ...node,
  ...network,
  ...own,
]);
