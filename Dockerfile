# The same image runs every process; the command says which. No second Node and no embedded Postgres in here.
FROM node:24-slim

ENV NODE_ENV=production
WORKDIR /app

# The lock file first, so that a change of ours does not install everything again.
COPY package.json package-lock.json .npmrc ./
COPY runtime/link-node.mjs runtime/
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

COPY . .

# uid 1000; it may read the application and write nowhere but in /tmp.
USER node
EXPOSE 3000 3001
CMD ["node", "api/main.ts"]
