// Credentials as the backend would sign them.
import { createHmac } from "node:crypto";

/// The access token of a user with this id, good for ten minutes.
export function accessToken(secret, user) {
  const part = (value) =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: user,
    type: "access", exp: Math.floor(Date.now() / 1000) + 600 })}`;
  return `${claims}.${createHmac("sha256", secret).update(claims)
    .digest("base64url")}`;
}
