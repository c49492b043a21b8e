# The newest LTS line. To pin it: take the digest that `docker buildx imagetools inspect docker.io/library/node:24-slim` prints
# and build with --build-arg NODE_IMAGE=docker.io/library/node:24-slim@sha256:…; renew it with each release of Node, and at
# least monthly for the fixes in the base.
ARG NODE_IMAGE=docker.io/library/node:24-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
# What npm needs first: an edit of the sources does not install again.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
# In a container nobody reaches the loopback address, which is the default with template files.
ENV POD_INJECTOR_HOST=0.0.0.0
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /src/dist ./
# A number, so that runAsNonRoot can be checked; nobody's on Debian. Nothing is written below /app: a read-only root will do,
# with the certificates and templates mounted.
USER 65534:65534
EXPOSE 8443 8081
ENTRYPOINT ["node", "/app/cli.js"]
CMD ["serve"]
