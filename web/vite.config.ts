import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// A development server passes API calls on to a running weft.
const weft = process.env.WEFT_HTTP ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  // The server replaces the placeholder by the nonce of each response (src/http/assets.h).
  html: { cspNonce: '__WEFT_NONCE__' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': { target: weft, changeOrigin: true } } },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
});
