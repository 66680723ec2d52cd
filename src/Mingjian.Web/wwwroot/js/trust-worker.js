// The Web Worker that runs Mingjian.Web.Trust (WebAssembly): the server's own signing and verification code, in the reader's browser.
import { dotnet } from '/trust/_framework/dotnet.js';

const ready = (async () => {
  const runtime = await dotnet.create();
  const exports = await runtime.getAssemblyExports(runtime.getConfig().mainAssemblyName);
  return exports.Mingjian.Web.Trust.TrustModule;
})();
ready.catch(() => { /* reported with each call */ });

self.addEventListener('message', async (event) => {
  const { id, method, args } = event.data;
  try {
    const module = await ready;
    self.postMessage({ id, value: module[method](...args) });
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
});
