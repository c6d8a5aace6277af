/** The injection library inside x509 insists on this polyfill, of which x509 itself uses nothing. Import it first. */
const none = () => undefined;
const decorate = () => none;
Object.assign(Reflect, {
  getMetadata: none,
  getOwnMetadata: none,
  hasOwnMetadata: none,
  defineMetadata: none,
  metadata: decorate,
});
