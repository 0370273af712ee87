// A v1 client that says hello and then reads nothing any more.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";

export class SlowReader {
  /// Joins the demo's dialog as a site; ends with the test `t`.
  static async join(t, gateway) {
    const { dialog_id: id, site_token: token } = gateway.session;
    const reader = new SlowReader();
    reader.socket = connect(gateway.port, "127.0.0.1");
    t.after(() => reader.socket.destroy());
    reader.socket.on("error", () => {});
    reader.socket.write([
      `GET /ws/site/dialogs/${id}?v=1&site_token=${token} HTTP/1.1`,
      "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      "", ""].join("\r\n"));
    await new Promise((done) => reader.socket.once("data", done));
    reader.socket.pause();
    return reader;
  }
}
