import { Hub } from "./hub.js";
import { memoryStorage, webStorage } from "./cursor.js";
import { ruleOfClose } from "./close_codes.js";

export { Hub, memoryStorage, ruleOfClose, webStorage };

/// Follows one dialog of a ws-gateway hub. Returns at once; connects as soon
/// as the present code has run, so that listeners can be set before.
export function connect(options) {
  return new Hub(options);
}
