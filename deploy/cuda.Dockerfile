# As Dockerfile, for NVIDIA's graphics cards: docker build -f deploy/cuda.Dockerfile -t lookonce-cuda . and docker run --gpus all …
# See docs/server.md, "In a container".
FROM node:22-slim AS build
WORKDIR /opt/lookonce
ARG EXTRAS=""
COPY . .
# The script that is run by itself downloads ONNX Runtime's part for CUDA 12, 300 MB, from NuGet
# hadolint ignore=DL3016
RUN npm ci && npm run build \
  && npm ci --omit=dev --workspace @lookonce/cli \
  && node node_modules/onnxruntime-node/script/install.js \
  && if [ -n "$EXTRAS" ]; then npm install --no-save --workspace @lookonce/cli $EXTRAS; fi \
  && rm -rf bench docs examples scripts apps/server/web packages/*/src apps/*/src

# CUDA 12 and cuDNN 9, which that part loads
FROM nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04
ENV NODE_ENV=production XDG_CACHE_HOME=/var/cache NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /opt/lookonce /opt/lookonce
RUN mkdir -p /srv/lookonce/models /srv/lookonce/data /var/lib/lookonce /var/cache/lookonce \
  && chown 1000:1000 /var/lib/lookonce /var/cache/lookonce
USER 1000:1000
WORKDIR /var/lib/lookonce
VOLUME /var/lib/lookonce
EXPOSE 8080
HEALTHCHECK --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/lookonce/packages/lookonce/bin/lookonce.js", "serve", "host=0.0.0.0", "device=cuda", "models=/srv/lookonce/models", "data=/srv/lookonce/data", "runs=/var/lib/lookonce/runs"]
