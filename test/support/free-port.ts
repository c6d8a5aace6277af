export { freePort } from '../../runtime/system/free-port.ts';
